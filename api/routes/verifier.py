"""The offline verifier for browsers: the file itself, and the SHA-256 by which one knows it."""

from __future__ import annotations

from base64 import b64encode
from typing import Final

from fastapi import APIRouter, Response

from api.requests import answer
from api.schemas import PROBLEMS
from api.verify_page import NAME, VerifyPage, read_page
from custody.errors import NotFound

router = APIRouter(tags=["verifier"], responses={"404": PROBLEMS["404"]})
page_router = APIRouter(tags=["verifier"], responses={"404": PROBLEMS["404"]})

_HTML: Final = {"text/html": {"schema": {"type": "string", "format": "binary"}}}


@router.get("/verifier", operation_id="verifier")
def verifier() -> Response:
    """Return name, size and SHA-256 of verify.html; compare the SHA-256 with the one in the release notes."""
    page = _require()
    return answer({"name": NAME, "size": len(page.data), "sha256": page.digest.hex(), "url": f"/{NAME}"})


@page_router.get(
    f"/{NAME}",
    operation_id="verify_page",
    response_class=Response,
    responses={200: {"description": "The page, to be kept and opened from a file", "content": _HTML}},
)
def verify_page() -> Response:
    """Return verify.html as a file: it is opened from one's own disk, never from the server that one checks."""
    page = _require()
    headers = {
        "Content-Disposition": f'attachment; filename="{NAME}"',
        "Repr-Digest": f"sha-256=:{b64encode(page.digest).decode()}:",
        "Cache-Control": "no-cache",
        "ETag": f'"{page.digest.hex()}"',
    }
    return Response(page.data, media_type="text/html; charset=utf-8", headers=headers)


def _require() -> VerifyPage:
    page = read_page()
    if page is None:
        raise NotFound("file", NAME)
    return page

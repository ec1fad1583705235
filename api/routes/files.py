"""The originals: handed out as attachments, after the access was recorded."""

from __future__ import annotations

from base64 import b64encode
from typing import Final
from urllib.parse import unquote

from fastapi import APIRouter, Response
from starlette.requests import Request
from starlette.responses import StreamingResponse

from api import permissions
from api.access import record_download
from api.identity import Who
from api.problems import OK, PARTIAL
from api.ranges import Span, primed, span_of
from api.requests import DownloadDep, UuidPath, WhoDep, require_text, told
from api.schemas import PROBLEMS
from api.services import Services, ServicesDep
from custody.canonical import check_text
from custody.errors import NotFound
from custody.ports import StoredFile
from custody.values import ExhibitId, FileId
from events.files import StoredFiles

router = APIRouter(tags=["exhibits"], responses=PROBLEMS)

_PATH: Final = "/exhibits/{exhibit}/files/{file}/content"
_PURPOSE: Final = {
    "name": "Custody-Purpose",
    "in": "header",
    "description": "why the file is fetched; percent-encoded UTF-8",
    "schema": {"type": "string", "maxLength": 1000},
}
_BYTES: Final = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


@router.head(_PATH, operation_id="content_headers")
def content_headers(exhibit: UuidPath, file: UuidPath, services: ServicesDep, who: WhoDep) -> Response:
    """Return size and digests of a file; no byte of it, and no record."""
    stored = _require(services, who, exhibit, file)
    return Response(headers=_headers(stored, Span(0, stored.plain.size, partial=False)))


@router.get(
    _PATH,
    operation_id="content",
    response_class=StreamingResponse,
    openapi_extra={"parameters": [_PURPOSE]},
    responses={
        200: {"description": "The file", "content": _BYTES},
        206: {"description": "A part", "content": _BYTES},
    },
)
def content(
    request: Request, exhibit: UuidPath, file: UuidPath, services: ServicesDep, who: WhoDep, _one: DownloadDep
) -> Response:
    """Return the bytes of an original; the access is on record before the first of them leaves."""
    stored = _require(services, who, exhibit, file)
    asked, condition = request.headers.get("range"), request.headers.get("if-range")
    span = span_of(asked, stored.plain.size, if_range=condition)
    purpose = _purpose(request)
    vault = services.require_vault()
    receipt = record_download(services, who, stored.exhibit, stored.file, purpose)
    told(request, index=receipt.index)
    pieces = primed(vault.open(stored, span.start, span.end))
    return StreamingResponse(
        pieces,
        status_code=PARTIAL if span.partial else OK,
        headers=_headers(stored, span),
        media_type="application/octet-stream",
    )


def _require(services: Services, who: Who, exhibit: str, file: str) -> StoredFile:
    name = ExhibitId(f"exhibit/{exhibit}")
    permissions.require_content(services.view, who, name)
    stored = StoredFiles(services.database, services.ledger.ledger_id).get(FileId(file))
    if stored.exhibit != name:
        raise NotFound("file", file)
    return stored


def _purpose(request: Request) -> str | None:
    given = request.headers.get("custody-purpose")
    if given is None:
        return None
    text = require_text(unquote(given, errors="replace"), "header.Custody-Purpose", 1000)
    check_text(text, "header.Custody-Purpose")
    return text or None


def _headers(stored: StoredFile, span: Span) -> dict[str, str]:
    size = stored.plain.size
    digests = (("sha-256", stored.plain.sha256), ("sha-512", stored.plain.sha512))
    shown = ", ".join(f"{name}=:{b64encode(bytes.fromhex(value)).decode()}:" for name, value in digests)
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Disposition": f'attachment; filename="{stored.file}"',
        "Content-Length": str(span.end - span.start),
        "Repr-Digest": shown,
    }
    if span.partial:
        headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{size}"
    return headers

"""The originals: handed out as attachments, after the access was recorded."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from fastapi import APIRouter, Response
from starlette.requests import Request
from starlette.responses import StreamingResponse

from api import permissions, problems
from api.access import record_download
from api.identity import Who
from api.problems import OK, PARTIAL
from api.requests import UuidPath, WhoDep, require_text, told
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

_range = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})").fullmatch


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes [start, end) of a file; `partial` when a range was asked for."""

    start: int
    end: int
    partial: bool


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
    request: Request, exhibit: UuidPath, file: UuidPath, services: ServicesDep, who: WhoDep
) -> Response:
    """Return the bytes of an original; the access is on record before the first of them leaves."""
    stored = _require(services, who, exhibit, file)
    span = _span(request.headers.get("range"), stored)
    purpose = _purpose(request)
    vault = services.require_vault()
    receipt = record_download(services, who, stored.exhibit, stored.file, purpose)
    told(request, index=receipt.index)
    pieces = _primed(vault.open(stored, span.start, span.end))
    return StreamingResponse(
        pieces,
        status_code=PARTIAL if span.partial else OK,
        headers=_headers(stored, span),
        media_type="application/octet-stream",
    )


def _primed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Fetch the first piece now, so that a file that cannot be read is told as a problem."""
    first = next(pieces, b"")

    def rest() -> Iterator[bytes]:
        yield first
        yield from pieces

    return rest()


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


def _span(header: str | None, stored: StoredFile) -> Span:
    """Return the bytes of a Range header: one range, or else the whole file (RFC 9110 14.2)."""
    size, found = stored.plain.size, _range(header or "")
    if found is None or not (found[1] or found[2]):
        return Span(0, size, partial=False)
    if found[1]:
        start, end = int(found[1]), min(size, int(found[2]) + 1) if found[2] else size
    else:
        start, end = max(0, size - int(found[2])), size
    if start >= end:
        raise problems.Refused(problems.range_not_satisfiable(), {"Content-Range": f"bytes */{size}"})
    return Span(start, end, partial=True)

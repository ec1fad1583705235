"""Bundles: asked for and made, the register of them, the zip and its receipt."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Generator
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from starlette.requests import Request
from starlette.responses import StreamingResponse

from api import bodies
from api.access import record_export
from api.bundles import register
from api.bundles.ahead import read_ahead
from api.bundles.encryption import encrypted, read_recipient
from api.bundles.kept import MadeZip
from api.bundles.making import start_making
from api.bundles.sending import issue_of, opened_zip, zip_of
from api.bundles.withholding import require_names
from api.identity import Who
from api.people import open_entries
from api.problems import ACCEPTED, OK, PARTIAL
from api.ranges import Span, primed, span_of
from api.replies import request_digest, require_key
from api.requests import BodyDep, Cursor, DownloadDep, Limit, UuidPath, WhoDep, answer, told
from api.schemas import HASH, PROBLEMS, BundleForm, body_of
from api.services import Services, ServicesDep
from api.submissions import read_submission, require_own
from custody import values
from custody.canonical import Json
from custody.catalogue.bundle import REQUESTED
from custody.errors import Malformed, NotYet
from custody.ports import IdempotencyKey, Receipt, Submission
from custody.values import StreamName

router = APIRouter(tags=["bundles"], responses=PROBLEMS)

_ROUTE: Final = "POST /api/v1/bundles"
_KEY: Final = {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string"}}
_ZIP: Final = {"application/zip": {"schema": {"type": "string", "format": "binary"}}}

Issue = Annotated[str | None, Query(pattern=HASH, description="SHA-256 of the zip; the newest if not given")]
Age = Annotated[str | None, Query(max_length=200, description="encrypt to this recipient of age (`age1…`)")]


@router.post(
    "/bundles",
    operation_id="make_bundle",
    status_code=ACCEPTED,
    openapi_extra=body_of(BundleForm) | {"parameters": [_KEY]},
)
def make(request: Request, services: ServicesDep, who: WhoDep, body: BodyDep) -> Response:
    """Record a request, or take one that is recorded, and begin to make its bundle; the result names the zip.

    The same request again joins what is under way, begins anew what ended early, and ends at once where a zip
    can be sent.
    """
    key = require_key(request.headers.get("idempotency-key"))
    services.require_vault()
    found = bodies.chosen(bodies.read_json(body), frozenset(), frozenset({"act", "bundle", "again"}), "")
    if ("act" in found) == ("bundle" in found):
        raise Malformed("", "has an act or the name of a bundle, and not both")
    if "act" in found:
        bundle = _requested(services, who, read_submission(found["act"], "act"), key, body)
    else:
        bundle = _named(found["bundle"])
        register.require_holder(services, who, bundle)
    again = bodies.flag(found.get("again", False), "again")
    operation = start_making(services, who.person, bundle, again=again)
    told(request, bundle=bundle)
    headers = {"Location": f"/api/v1/operations/{operation.id}", "Retry-After": "1"}
    return answer({"bundle": bundle, "operation": operation.id}, ACCEPTED, headers)


def _requested(services: Services, who: Who, submission: Submission, key: str, body: bytes) -> StreamName:
    """Record a request, once. Raises what the ledger raises."""
    act = submission.act
    require_own([act], who.person)
    if act.type != REQUESTED:
        raise Malformed("act.type", f"is not {REQUESTED}")
    services.under_way.require_room(act.stream, who.person)  # before anything is recorded
    require_names(services, [submission])
    idempotency = IdempotencyKey(who.person, key, request_digest(_ROUTE, body))
    services.ledger.append([submission], idempotency)
    return act.stream


def _named(value: Json) -> StreamName:
    name = values.stream(value, "bundle")
    if not name.startswith("bundle/"):
        raise Malformed("bundle", "is not bundle/<uuid>")
    return name


@router.get("/bundles", operation_id="bundles")
def bundles(services: ServicesDep, who: WhoDep, cursor: Cursor = None, limit: Limit = 50) -> Response:
    """Return the register of bundles, newest first: scope, recipient, purpose, issues, acknowledgements."""
    return answer(register.page(services, who, cursor, limit))


@router.get("/bundles/{bundle}", operation_id="bundle")
def bundle(bundle: UuidPath, services: ServicesDep, who: WhoDep) -> Response:
    """Return one bundle of the register."""
    name = StreamName(f"bundle/{bundle}")
    register.require_listed(services, who, name)
    return answer(register.document(services, name))


@router.head("/bundles/{bundle}/zip", operation_id="bundle_zip_headers")
def zip_headers(bundle: UuidPath, services: ServicesDep, who: WhoDep, sha256: Issue = None) -> Response:
    """Return size and digest of a zip; no byte of it, and no record."""
    name = StreamName(f"bundle/{bundle}")
    register.require_holder(services, who, name)
    made = zip_of(issue_of(services, name, sha256))
    return Response(headers=_headers(name, made, Span(0, made.size, partial=False)))


@router.get(
    "/bundles/{bundle}/zip",
    operation_id="bundle_zip",
    response_class=StreamingResponse,
    responses={
        200: {"description": "The zip", "content": _ZIP},
        206: {"description": "A part of it", "content": _ZIP},
    },
)
def download(
    request: Request,
    bundle: UuidPath,
    services: ServicesDep,
    who: WhoDep,
    _one: DownloadDep,
    sha256: Issue = None,
    age: Age = None,
) -> Response:
    """Return an issued zip; the export of each exhibit in it is on record before the first byte leaves.

    Encrypted to a recipient it is sent as a whole, and differs each time.
    """
    name = StreamName(f"bundle/{bundle}")
    recipient = None if age is None else read_recipient(age)
    register.require_holder(services, who, name)
    made = zip_of(issue_of(services, name, sha256))
    whole = Span(0, made.size, partial=False)
    span = whole if recipient is not None else _span(request, made)
    opened = opened_zip(services, name, made)
    register.require_cases(services, who, opened.cases)
    receipts = record_export(services, who, opened.exhibits, _purpose(services, name))
    told(request, bundle=name, recorded=len(receipts))
    pieces = primed(read_ahead(opened.zip.read(span.start, span.end)))
    if recipient is not None:
        return _encrypted(name, encrypted(pieces, recipient))
    status = PARTIAL if span.partial else OK
    headers = _headers(name, made, span)
    return StreamingResponse(pieces, status_code=status, headers=headers, media_type="application/zip")


def _span(request: Request, made: MadeZip) -> Span:
    asked, condition = request.headers.get("range"), request.headers.get("if-range")
    return span_of(asked, made.size, if_range=condition, etag=_etag(made))


def _etag(made: MadeZip) -> str:
    return f'"{made.sha256}"'


def _purpose(services: Services, bundle: StreamName) -> str | None:
    purpose = open_entries(services, bundle)[0].opened.get("purpose")
    return purpose if isinstance(purpose, str) else None


def _encrypted(bundle: StreamName, pieces: Generator[bytes]) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{_file_name(bundle)}.zip.age"'}
    return StreamingResponse(pieces, headers=headers, media_type="application/octet-stream")


def _headers(bundle: StreamName, made: MadeZip, span: Span) -> dict[str, str]:
    digest = b64encode(bytes.fromhex(made.sha256)).decode()
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Disposition": f'attachment; filename="{_file_name(bundle)}.zip"',
        "Content-Length": str(span.end - span.start),
        "ETag": _etag(made),
        "Repr-Digest": f"sha-256=:{digest}:",
    }
    if span.partial:
        headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{made.size}"
    return headers


def _file_name(bundle: StreamName) -> str:
    return bundle.replace("/", "-")


@router.get(
    "/bundles/{bundle}/receipt",
    operation_id="bundle_receipt",
    response_class=Response,
    responses={200: {"description": "Entry and receipt", "content": {"text/plain": {}}}},
)
def receipt(bundle: UuidPath, services: ServicesDep, who: WhoDep, sha256: Issue = None) -> Response:
    """Return what lies beside a zip: the entry of its issue, a newline, and its receipt (bundle-v1, section 10)."""
    name = StreamName(f"bundle/{bundle}")
    register.require_listed(services, who, name)
    issue = issue_of(services, name, sha256)
    found = _best(services, issue.index)
    headers = {"Content-Disposition": f'attachment; filename="{_file_name(name)}.zip.receipt"'}
    content = found.entry + b"\n" + found.proof
    return Response(content, headers=headers, media_type="text/plain; charset=utf-8")


def _best(services: Services, index: int) -> Receipt:
    try:
        return services.log.upgrade.upgraded(index).receipt
    except NotYet:  # nobody else stands behind it so far
        return services.ledger.receipt(index)

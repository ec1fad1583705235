"""Files on their way in: tus 1.0 core over the vault's deposits, and the step that makes them durable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Response
from starlette.requests import Request

from api import permissions, problems
from api.arriving import Arriving
from api.identity import Who
from api.problems import ACCEPTED, CREATED, NO_CONTENT
from api.replies import Reply, request_digest, require_key
from api.requests import BodyDep, WhoDep, told
from api.schemas import PROBLEMS
from api.services import Services, ServicesDep
from api.storing import run_ahead, start_storing
from custody import values
from custody.errors import Malformed
from custody.ports import FileDigests
from storage.deposit_records import Deposit

VERSION: Final = "1.0.0"
PATCH_TYPE: Final = "application/offset+octet-stream"
MEMBERS: Final = frozenset({"exhibit", "file", "sha256", "sha512"})
_PREFIX: Final = "/api/v1/deposits"

_number = re.compile(r"0|[1-9][0-9]{0,15}").fullmatch

DepositPath = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="id of a deposit")]


async def _tus(request: Request) -> None:
    if request.headers.get("tus-resumable") != VERSION:
        raise problems.Refused(problems.tus_version(), {"Tus-Version": VERSION})


_HEADERS: Final = [
    {
        "name": "Tus-Resumable",
        "in": "header",
        "required": True,
        "schema": {"type": "string", "enum": [VERSION]},
    }
]
_KEY: Final = {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string"}}

router = APIRouter(tags=["deposits"], responses=PROBLEMS)
tus = [Depends(_tus)]


@router.options("/deposits", operation_id="deposit_options", status_code=NO_CONTENT)
def options(services: ServicesDep) -> Response:
    """Tell which version and extensions of tus are spoken, and the largest file."""
    headers = {
        "Tus-Resumable": VERSION,
        "Tus-Version": VERSION,
        "Tus-Extension": "creation,expiration,termination",
        "Tus-Max-Size": str(services.settings.max_deposit_bytes),
    }
    return Response(status_code=NO_CONTENT, headers=headers)


@router.post(
    "/deposits",
    operation_id="deposit",
    status_code=CREATED,
    dependencies=tus,
    openapi_extra={"parameters": [*_HEADERS, _KEY]},
)
def create(request: Request, services: ServicesDep, who: WhoDep) -> Response:
    """Begin the deposit of one file of declared size and digests."""
    permissions.require_depositor(services.view, who, services.projections.cases_of(who.person))
    length = _whole(request, "upload-length")
    metadata = read_metadata(request.headers.get("upload-metadata"))
    key = require_key(request.headers.get("idempotency-key"))
    same = f"{length} {sorted(metadata.items())}".encode()

    def begin() -> Reply:
        declared = FileDigests(sha256=metadata["sha256"], sha512=metadata["sha512"], size=length)
        named = {name: metadata[name] for name in ("exhibit", "file")}
        deposit = services.deposits.create(
            declared=declared, metadata=named, person=who.person, session=who.session
        )
        run_ahead(services, deposit)
        return Reply(CREATED, {**_state(deposit), "Location": f"{_PREFIX}/{deposit.id}"}, b"")

    reply, replayed = services.replies.once(who.person, key, request_digest("POST /deposits", same), begin)
    return replied(reply, replayed=replayed)


@router.head("/deposits/{deposit}", operation_id="deposit_offset", dependencies=tus)
def head(deposit: DepositPath, services: ServicesDep, who: WhoDep) -> Response:
    """Return how many bytes of a deposit are durable."""
    return Response(headers=_state(services.deposits.find(deposit, who.person)))


@router.patch(
    "/deposits/{deposit}",
    operation_id="continue_deposit",
    status_code=NO_CONTENT,
    dependencies=tus,
    openapi_extra={
        "parameters": [
            *_HEADERS,
            {
                "name": "Upload-Offset",
                "in": "header",
                "required": True,
                "schema": {"type": "integer", "minimum": 0},
            },
        ],
        "requestBody": {
            "required": True,
            "content": {PATCH_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        },
    },
)
async def patch(request: Request, deposit: DepositPath, services: ServicesDep, who: WhoDep) -> Response:
    """Take bytes that continue at the offset; whatever arrives is kept, however the request ends."""
    if request.headers.get("content-type") != PATCH_TYPE:
        raise problems.Refused(problems.media_type())
    offset = _whole(request, "upload-offset")

    def take(pieces: Iterator[bytes]) -> Deposit:
        return services.deposits.append(deposit, who.person, offset, pieces)

    async with services.uploads.turn(who.person):
        moved = await Arriving(request).into(take)
    return Response(status_code=NO_CONTENT, headers=_state(moved))


@router.delete("/deposits/{deposit}", operation_id="end_deposit", status_code=NO_CONTENT, dependencies=tus)
def delete(deposit: DepositPath, services: ServicesDep, who: WhoDep) -> Response:
    """End a deposit and drop its bytes."""
    services.deposits.delete(deposit, who.person)
    return Response(status_code=NO_CONTENT, headers={"Tus-Resumable": VERSION})


@router.post(
    "/deposits/{deposit}/store",
    operation_id="store",
    status_code=ACCEPTED,
    openapi_extra={"parameters": [_KEY]},
)
def store(
    request: Request, deposit: DepositPath, services: ServicesDep, who: WhoDep, body: BodyDep
) -> Response:
    """Encrypt a complete deposit, store it, read it back and compare; then an intake may name it."""
    key = require_key(request.headers.get("idempotency-key"))
    digest = request_digest(f"POST /deposits/{deposit}/store", body)
    reply, replayed = services.replies.once(who.person, key, digest, lambda: _begin(services, who, deposit))
    told(request, replayed=replayed)
    return replied(reply, replayed=replayed)


def _begin(services: Services, who: Who, deposit: str) -> Reply:
    operation = start_storing(services, who.person, deposit)
    headers = {"Location": f"/api/v1/operations/{operation.id}", "Retry-After": "1"}
    return Reply(ACCEPTED, headers, b'{"operation":"%b"}' % operation.id.encode())


def replied(reply: Reply, *, replayed: bool) -> Response:
    """Return a reply, marked when it is the first one given again."""
    headers = dict(reply.headers) | ({"Idempotency-Replayed": "true"} if replayed else {})
    media_type = "application/json" if reply.body else None
    return Response(reply.body, status_code=reply.status, headers=headers, media_type=media_type)


def read_metadata(header: str | None) -> dict[str, str]:
    """Return the values of Upload-Metadata: names, each with base64 of its text. Raises Malformed."""
    found: dict[str, str] = {}
    for item in (header or "").split(","):
        name, _, encoded = item.strip().partition(" ")
        if name not in MEMBERS or name in found:
            raise Malformed(
                "header.Upload-Metadata", "does not name exhibit, file, sha256 and sha512, each once"
            )
        data = values.from_base64(encoded.strip(), f"header.Upload-Metadata.{name}")
        found[name] = data.decode("ascii", "replace")
    if found.keys() != MEMBERS:
        raise Malformed("header.Upload-Metadata", "does not name exhibit, file, sha256 and sha512, each once")
    values.exhibit(found["exhibit"], "header.Upload-Metadata.exhibit")
    values.uuid(found["file"], "header.Upload-Metadata.file")
    return found


def _state(deposit: Deposit) -> dict[str, str]:
    return {
        "Tus-Resumable": VERSION,
        "Upload-Offset": str(deposit.offset),
        "Upload-Length": str(deposit.declared.size),
        "Upload-Expires": deposit.expires_at.strftime("%a, %d %b %Y %H:%M:%S GMT"),
    }


def _whole(request: Request, name: str) -> int:
    given = request.headers.get(name, "")
    if not _number(given):
        raise Malformed(f"header.{name.title()}", "is not a whole number")
    return int(given)

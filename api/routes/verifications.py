"""Verification of an exhibit, a case or the ledger, as a long operation."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Response
from starlette.requests import Request

from api import bodies, permissions
from api.identity import Who
from api.problems import ACCEPTED
from api.replies import Reply, request_digest, require_key
from api.requests import BodyDep, WhoDep
from api.routes.deposits import replied
from api.schemas import PROBLEMS, VerificationForm, body_of
from api.services import Services, ServicesDep
from api.verifying import Wanted, start_verification
from custody import values
from custody.errors import Malformed
from custody.values import CaseId, ExhibitId, StreamName

router = APIRouter(tags=["verifications"], responses=PROBLEMS)

_REQUIRED: Final = frozenset({"scope", "files"})
_OPTIONAL: Final = frozenset({"id", "checkpoint"})


@router.post(
    "/verifications",
    operation_id="verify",
    status_code=ACCEPTED,
    openapi_extra=body_of(VerificationForm)
    | {
        "parameters": [
            {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string"}}
        ]
    },
)
def verify(request: Request, services: ServicesDep, who: WhoDep, body: BodyDep) -> Response:
    """Begin a verification from stored bytes; the operation's result is the verdict."""
    key = require_key(request.headers.get("idempotency-key"))
    wanted = _read(services, who, body)

    def begin() -> Reply:
        operation = start_verification(services, who.person, wanted)
        headers = {"Location": f"/api/v1/operations/{operation.id}", "Retry-After": "1"}
        return Reply(ACCEPTED, headers, b'{"operation":"%b"}' % operation.id.encode())

    digest = request_digest("POST /verifications", body)
    reply, replayed = services.replies.once(who.person, key, digest, begin)
    return replied(reply, replayed=replayed)


def _read(services: Services, who: Who, body: bytes) -> Wanted:
    found = bodies.chosen(bodies.read_checked(body), _REQUIRED, _OPTIONAL, "")
    scope, note = found["scope"], found.get("checkpoint")
    files = bodies.flag(found["files"], "files")
    checkpoint = None if note is None else values.text(note, "checkpoint").encode()
    if scope == "ledger":
        permissions.require_ledger_reader(who)
        return Wanted(stream=None, checkpoint=checkpoint, files=files)
    if scope not in ("case", "exhibit"):
        raise Malformed("scope", "is not exhibit, case or ledger")
    stream = StreamName(f"{scope}/{values.uuid(found.get('id'), 'id')}")
    if scope == "case":
        permissions.require_case(services.view, who, CaseId(stream))
    else:
        permissions.require_exhibit(services.view, who, ExhibitId(stream))
    return Wanted(stream=stream, checkpoint=checkpoint, files=files)

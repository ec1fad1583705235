"""Time-stamps: how each authority stands, tokens as they came, and the records that keep them good for decades."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from starlette.requests import Request

from api import permissions
from api.requests import LARGEST, NewcomerDep, answer, told
from api.schemas import PROBLEMS
from api.services import ServicesDep

router = APIRouter(prefix="/timestamps", tags=["time-stamps"], responses=PROBLEMS)

NumberPath = Annotated[int, Path(ge=1, le=LARGEST, description="number of a kept token")]
RenewQuery = Annotated[bool, Query(description="renew the older tokens too, though it is not due")]


@router.get("", operation_id="time_stamps")
def time_stamps(services: ServicesDep, who: NewcomerDep) -> Response:
    """Return how each time-stamping authority stands: none, pending, good, or failed and why."""
    del who
    return answer(services.time_stamps.told())


@router.post("", operation_id="stamp")
def stamp(
    request: Request, services: ServicesDep, who: NewcomerDep, *, renew: RenewQuery = False
) -> Response:
    """Ask for tokens over the newest published checkpoint now; for administrators and auditors."""
    permissions.require_ledger_reader(who)
    stamped = services.time_stamps.stamp(renew=renew)
    told(request, person=who.person)
    return answer({"tokens": stamped.tokens, "failed": stamped.failed})


@router.get("/{number}", operation_id="time_stamp", response_class=Response)
def time_stamp(number: NumberPath, services: ServicesDep) -> Response:
    """Return a token, byte for byte as the authority sent it (RFC 3161); its text is a published checkpoint's."""
    kept = services.time_stamps.stamping.record.one(number)
    return Response(kept.response, media_type="application/timestamp-reply")


@router.get("/{number}/evidence", operation_id="evidence_record", response_class=Response)
def evidence_record(number: NumberPath, services: ServicesDep, who: NewcomerDep) -> Response:
    """Return the evidence record of a token over a checkpoint: it and its renewals (RFC 4998)."""
    del who
    record = services.time_stamps.stamping.renewals.evidence(number)
    return Response(record, media_type="application/octet-stream")

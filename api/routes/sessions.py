"""Signing in and out."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Response
from starlette.requests import Request

from api import bodies
from api.problems import CREATED, NO_CONTENT
from api.rates import client_name
from api.requests import BodyDep, NewcomerDep, answer, told
from api.schemas import PROBLEMS, SignInForm, body_of
from api.services import ServicesDep
from api.sign_in import read_sign_in
from custody import values

router = APIRouter(tags=["sessions"], responses=PROBLEMS)


@router.post("/sessions", operation_id="sign_in", status_code=CREATED, openapi_extra=body_of(SignInForm))
def sign_in(request: Request, services: ServicesDep, body: BodyDep) -> Response:
    """Begin a session for who signed a `custody-session/1` message; its token is told once."""
    services.sign_ins.take(client_name(None if request.client is None else request.client.host))
    found = read_sign_in(bodies.read_checked(body))
    begun = services.sessions.begin(found)
    told(request, person=found.person)
    document = {"token": begun.token, "expires": _instant(begun.expires), "person": found.person}
    return answer(document, CREATED)


@router.get("/sessions/current", operation_id="current_session")
def current(services: ServicesDep, who: NewcomerDep) -> Response:
    """Return who is signed in, with the roles held across the ledger."""
    row = services.projections.person(who.person)
    return answer(
        {
            "person": who.person,
            "name": row.name if row is not None and row.name else None,
            "expires": _instant(who.expires),
            "roles": sorted(who.roles),
        }
    )


@router.delete("/sessions/current", operation_id="sign_out", status_code=NO_CONTENT)
def sign_out(request: Request, services: ServicesDep, who: NewcomerDep) -> Response:
    """End this session."""
    del who
    services.sessions.end(request.headers.get("authorization"))
    return Response(status_code=NO_CONTENT)


def _instant(seconds: int) -> str:
    return values.write_recorded(datetime.fromtimestamp(seconds, UTC))

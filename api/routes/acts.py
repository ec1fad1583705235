"""The one door for writing, and its check."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from api import permissions
from api.backing import receipt_of, signed_of
from api.bundles.withholding import require_names, require_names_of
from api.checking import Checks, Planned, read_check
from api.identity import Who
from api.problems import CREATED, OK
from api.replies import request_digest, require_key
from api.requests import BodyDep, NewcomerDep, answer, raw_body, told
from api.routes.ledger import newest, proof
from api.schemas import PROBLEMS, ActsForm, ChecksForm, body_of
from api.services import Services, ServicesDep
from api.submissions import read_submissions, require_one_actor, require_own
from custody.act import Act
from custody.canonical import Json
from custody.catalogue.bundle import REQUESTED
from custody.catalogue.exhibit import IN_ERROR
from custody.errors import Conflict, NotFound, NotPermitted, Rejected, Unauthenticated
from custody.ports import Appended, IdempotencyKey, Submission
from custody.values import PersonId
from events.ledger import Wanted

router = APIRouter(tags=["acts"], responses=PROBLEMS)

# Nobody can sign in before their first key is confirmed, unless a session key was enrolled with it.
_NEWCOMERS: Final = frozenset({"person.confirmed.v1"})
_FURTHER: Final = frozenset({REQUESTED, IN_ERROR})
_ROUTE: Final = "POST /api/v1/acts"
_LITTLE: Final = 64 * 1024  # bytes that are read without leaving the event loop: one act, or a few


@router.post(
    "/acts",
    operation_id="write",
    status_code=CREATED,
    openapi_extra=body_of(ActsForm)
    | {
        "security": [{"HTTPBearer": []}],
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "schema": {"type": "string", "pattern": "^[!-~]{1,64}$"},
            }
        ],
    },
)
async def write(request: Request) -> Response:
    """Record signed acts, all or none, and return a receipt for each."""
    return await write_at_once(request)


async def write_at_once(request: Request) -> Response:
    """Do so without the framework's dependencies. Whoever shows a token that is none is not read at all."""
    told(request, route="/acts")
    services: Services = request.app.state.services
    who = await _sender(services, request)
    if who is None:  # whose body is a small one
        return await _written(services, request, None)
    async with _large(services, request, who):
        return await _written(services, request, who)


async def _written(services: Services, request: Request, who: Who | None) -> Response:
    key = require_key(request.headers.get("idempotency-key"))
    body = await raw_body(request)
    many = len(body) > _LITTLE
    submissions = await run_in_threadpool(read_submissions, body) if many else read_submissions(body)
    person = _writer(who, [each.act for each in submissions])
    if any(each.act.type in _FURTHER for each in submissions):
        await run_in_threadpool(_require_further, services, submissions)
    wanted = Wanted(submissions, IdempotencyKey(person, key, request_digest(_ROUTE, body)))
    try:
        appended = await services.writing.append(wanted)
    except (Rejected, Conflict):
        await run_in_threadpool(_require_known, services, submissions)
        raise
    receipts = appended.receipts
    told(request, person=person, index=receipts[0].index, count=len(receipts), replayed=appended.replayed)
    return receipts_of(services, appended)


def _large(services: Services, request: Request, who: Who) -> AbstractAsyncContextManager[None]:
    """Count a body that may be large as one that its sender has under way, in their turn. Raises Refused."""
    declared = request.headers.get("content-length", "")
    is_little = declared.isdecimal() and len(declared) < 8 and int(declared) <= _LITTLE
    return nullcontext() if is_little else services.large_bodies.turn(who.person)


async def _counted(request: Request, services: ServicesDep, who: NewcomerDep) -> AsyncIterator[None]:
    async with _large(services, request, who):
        yield


CountedDep = Annotated[None, Depends(_counted)]


def _require_further(services: Services, submissions: Sequence[Submission]) -> None:
    """Raise what these doors refuse although the rules do not speak of it."""
    require_names(services, submissions)
    for act in (each.act for each in submissions):
        permissions.require_duplicate(services.view, services.sessions.person(act.person), act)


async def _sender(services: Services, request: Request) -> Who | None:
    """Return whose session this is, None without any. Raises Unauthenticated for a token of no session."""
    authorization = request.headers.get("authorization")
    if authorization is None:
        return None
    who = services.sessions.recent(authorization)
    return who or await run_in_threadpool(services.sessions.sender, authorization)


def _writer(who: Who | None, acts: Sequence[Act]) -> PersonId:
    """Return the person whose acts these are: the session's, or a newcomer who confirms a key."""
    if who is None:
        if all(act.type in _NEWCOMERS for act in acts):
            return require_one_actor(acts)
        raise Unauthenticated("the header Authorization has no token")
    require_own(acts, who.person)
    if not who.confirmed and not all(act.type in _NEWCOMERS for act in acts):
        raise NotPermitted("session.unconfirmed", "the person has to confirm their key first")
    return who.person


def _require_known(services: Services, submissions: Sequence[Submission]) -> None:
    """A refusal says how a stream stands, so it is told only to who may know of the stream."""
    view = services.view
    for act in (each.act for each in submissions):
        if view.state(act.stream) is not None:
            permissions.require_stream(view, services.sessions.person(act.person), act.stream)


def receipts_of(services: Services, appended: Appended) -> Response:
    """Return the reply that carries the receipts of acts, and how far these reach."""
    headers = {"Idempotency-Replayed": "true"} if appended.replayed else {}
    document = {"receipts": [receipt_of(each) for each in appended.receipts]} | signed_of(services.log.policy)
    return answer(document, OK if appended.replayed else CREATED, headers)


@router.post("/acts/check", operation_id="check", openapi_extra=body_of(ChecksForm))
def check(
    request: Request, services: ServicesDep, who: NewcomerDep, _large: CountedDep, body: BodyDep
) -> Response:
    """Tell what the rules say of planned acts, and what each must carry; nothing is kept."""
    planned, seen = read_check(body)
    head = newest(services)
    if head is None:
        raise Unauthenticated("the ledger is not founded")

    def further(act: Act, values: Mapping[str, Json]) -> None:
        require_names_of(services, act, values)
        permissions.require_duplicate(services.view, who, act)

    checks = Checks(services.view, head, who.person, services.clock.now(), request.state.language, further)
    judged = [_judged(services, who, checks, each) for each in planned]
    return answer(
        {
            "ledger": services.ledger.ledger_id,
            "checks": judged,
            "checkpoint": services.ledger.checkpoint(head.size).decode(),
            "consistency": None if seen is None else proof(services, seen, head.size),
        }
    )


def _judged(services: Services, who: Who, checks: Checks, planned: Planned) -> dict[str, object]:
    if services.view.state(planned.stream) is not None:
        try:
            permissions.require_stream(services.view, who, planned.stream)
        except (NotFound, NotPermitted) as error:
            return checks.hidden(error)
    return checks.judge(planned)

"""The beginning: what a founder needs to compose entry 0, and the one door through which it comes."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response, Security
from starlette.requests import Request

from api.problems import CREATED
from api.requests import BodyDep, answer, bearer_scheme, told
from api.routes.acts import receipts_of
from api.schemas import PROBLEMS, ActsForm, body_of
from api.services import ServicesDep
from api.sessions import bearer
from api.submissions import read_submissions
from custody.errors import RuleBroken, Unauthenticated
from custody.rules import FOUNDED


def _require_token(request: Request, services: ServicesDep) -> None:
    if not services.founding_token.fits(bearer(request.headers.get("authorization"))):
        raise Unauthenticated("this is not the founding token")


# The token comes before the body: nobody without it is read at length.
router = APIRouter(
    tags=["founding"], responses=PROBLEMS, dependencies=[Security(bearer_scheme), Depends(_require_token)]
)


@router.get("/founding", operation_id="founding")
def founding(services: ServicesDep) -> Response:
    """Return the origin, log keys and service key that entry 0 names."""
    keys = services.keys
    return answer({"origin": keys.log.origin, "log": keys.log_keys.vkeys, "service": keys.service.public()})


@router.post("/founding", operation_id="found", status_code=CREATED, openapi_extra=body_of(ActsForm))
def found(request: Request, services: ServicesDep, body: BodyDep) -> Response:
    """Record entry 0, once; the token is of no use afterwards but to get its receipt again."""
    submissions = read_submissions(body)
    if [each.act.type for each in submissions] != [FOUNDED]:
        raise RuleBroken("founding.only", "only the founding act is taken here")
    public = submissions[0].act.public
    if public.get("service") != services.keys.service.public():
        raise RuleBroken("founding.log", "the service is not this server's")
    if public.get("log") != services.keys.log_keys.vkeys:
        raise RuleBroken("founding.log", "the log keys are not this server's, in its order (log-v1 2.3)")
    appended = services.ledger.append(submissions)
    services.founding_token.use_up()
    told(request, index=0, replayed=appended.replayed)
    return receipts_of(services, appended)

"""The published log as C2SP tlog-tiles has it: checkpoint and hash tiles for anyone, entry bundles for auditors."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Response
from starlette.requests import Request

from api import permissions
from api.requests import BearerDep, told
from api.schemas import PROBLEMS
from api.services import Services, ServicesDep
from events.publishing.serving import is_public, log_file

router = APIRouter(prefix="/log", tags=["log"], responses=PROBLEMS)

FRESH: Final = "public, max-age=2"
KEPT: Final = "max-age=31536000, immutable"

TilePath = Annotated[
    str, Path(max_length=60, description="level or `entries`, and number, as tlog-tiles writes it")
]


@router.get("/checkpoint", operation_id="published_checkpoint", response_class=Response)
def published_checkpoint(services: ServicesDep) -> Response:
    """Return the newest published checkpoint, with the cosignatures of witnesses."""
    return _file(services, "checkpoint", FRESH)


@router.get("/tile/{path:path}", operation_id="tile", response_class=Response)
def tile(request: Request, path: TilePath, services: ServicesDep, _scheme: BearerDep) -> Response:
    """Return a hash tile, or to an auditor an entry bundle, of the published log."""
    name = f"tile/{path}"
    if is_public(name):
        return _file(services, name, f"public, {KEPT}")
    who = services.sessions.who(request.headers.get("authorization"))
    told(request, person=who.person)
    permissions.require_log_reader(who)
    return _file(services, name, f"private, {KEPT}")


def _file(services: Services, name: str, caching: str) -> Response:
    found = log_file(services.log.require_files(), name)
    return Response(found.data, media_type=found.media_type, headers={"Cache-Control": caching})

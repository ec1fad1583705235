"""The published log as C2SP tlog-tiles has it: checkpoint and hash tiles for anyone, entry bundles for auditors."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Response
from starlette.requests import Request

from api import permissions
from api.requests import BearerDep, told
from api.schemas import PROBLEMS
from api.services import Services, ServicesDep
from api.sessions import bearer
from custody.errors import NotFound
from events.publishing.serving import is_bundle, is_public, log_file

router = APIRouter(prefix="/log", tags=["log"], responses=PROBLEMS)

FRESH: Final = "public, max-age=2"
KEPT: Final = "max-age=31536000, immutable"

TilePath = Annotated[str, Path(description="level or `entries`, and number, as tlog-tiles writes it")]


@router.get("/checkpoint", operation_id="published_checkpoint", response_class=Response)
def published_checkpoint(services: ServicesDep) -> Response:
    """Return the newest published checkpoint, with the cosignatures of witnesses."""
    return _file(services, "checkpoint", FRESH)


@router.get("/tile/{path:path}", operation_id="tile", response_class=Response)
def tile(request: Request, path: TilePath, services: ServicesDep, _scheme: BearerDep) -> Response:
    """Return a hash tile, or to an auditor or a witness that mirrors an entry bundle, of the published log."""
    name = f"tile/{path}"
    if is_public(name):
        return _file(services, name, f"public, {KEPT}")
    if not is_bundle(name):
        raise NotFound("file of the log", path[:100])
    _require_reader(request, services)
    return _file(services, name, f"private, {KEPT}")


def _require_reader(request: Request, services: Services) -> None:
    """Entry bundles are for witnesses that mirror, by the tokens of the settings, and for auditors (log-v1 2.4)."""
    authorization = request.headers.get("authorization")
    witness = services.settings.mirror_of(bearer(authorization))
    if witness is not None:
        told(request, witness=witness)
        return
    who = services.sessions.who(authorization)
    told(request, person=who.person)
    permissions.require_log_reader(who)


def _file(services: Services, name: str, caching: str) -> Response:
    found = log_file(services.log.files(), name)
    return Response(found.data, media_type=found.media_type, headers={"Cache-Control": caching})

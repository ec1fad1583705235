"""Is the process alive, and can it do its work."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.requests import answer
from api.routes.ledger import newest
from api.schemas import PROBLEMS
from api.services import ServicesDep
from custody.errors import WritesRefused

router = APIRouter(tags=["health"])


@router.get("/livez", operation_id="livez")
async def livez() -> Response:
    """Answer, for as long as the process runs."""
    return answer({"alive": True})


@router.get("/readyz", operation_id="readyz", responses={503: PROBLEMS["503"]})
def readyz(services: ServicesDep) -> Response:
    """Answer when ledger and vault can be used."""
    newest(services)
    services.require_vault()
    if services.ledger.refusal is not None:
        raise WritesRefused(services.ledger.refusal)
    return answer({"ready": True})

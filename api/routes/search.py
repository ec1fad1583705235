"""Finding: words in what a person may see, and whether a file is held here."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import permissions
from api.identity import Who
from api.requests import Cursor, Limit, WhoDep, answer, require_text
from api.schemas import HASH, PROBLEMS
from api.services import Services, ServicesDep
from custody.errors import NotFound, NotPermitted
from custody.values import ExhibitId
from events.projections import Asked

router = APIRouter(tags=["search"], responses=PROBLEMS)


@router.get("/search", operation_id="search")
def search(
    services: ServicesDep,
    who: WhoDep,
    q: Annotated[str, Query(max_length=400)],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Return the cases, exhibits and persons in which every word of the query begins a word."""
    query = require_text(q, "q")
    page = services.projections.search(query, permissions.sight(who), Asked(cursor, limit))
    return answer({"items": [asdict(each) for each in page.items], "next_cursor": page.next_cursor})


@router.get("/files/held", operation_id="held")
def held(services: ServicesDep, who: WhoDep, sha256: Annotated[str, Query(pattern=HASH)]) -> Response:
    """Tell whether a file with this digest is held here, and where, as far as the person may see."""
    permissions.refuse_administrator(who)
    found = services.projections.held(sha256)
    seen = [
        {"exhibit": each.exhibit, "reference": each.reference, "case": each.case, "file": each.file}
        for each in found
        if _sees(services, who, each.exhibit)
    ]
    return answer({"held": bool(found), "exhibits": seen})


def _sees(services: Services, who: Who, exhibit: ExhibitId) -> bool:
    try:
        permissions.require_exhibit(services.view, who, exhibit)
    except (NotFound, NotPermitted):
        return False
    return True

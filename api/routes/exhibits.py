"""Exhibits: one of them now or at a moment, with its history."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api import permissions, records
from api.records import AsOf, ClockQuery
from api.requests import Cursor, Limit, UuidPath, WhoDep, answer
from api.schemas import PROBLEMS
from api.services import ServicesDep
from custody.values import ExhibitId, StreamName

router = APIRouter(tags=["exhibits"], responses=PROBLEMS)


@router.get("/exhibits/{exhibit}", operation_id="exhibit")
def exhibit(
    exhibit: UuidPath, services: ServicesDep, who: WhoDep, as_of: AsOf = None, clock: ClockQuery = "recorded"
) -> Response:
    """Return an exhibit: who is answerable, each value with the entry that gave it, files, open offer, marks."""
    name = ExhibitId(f"exhibit/{exhibit}")
    permissions.require_exhibit(services.view, who, name)
    return answer(records.exhibit_document(services, name, records.until_of(as_of, clock)))


@router.get("/exhibits/{exhibit}/history", operation_id="exhibit_history")
def history(
    exhibit: UuidPath,
    services: ServicesDep,
    who: WhoDep,
    as_of: AsOf = None,
    clock: ClockQuery = "recorded",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Return every act on an exhibit, every access to it and every check of its files, in ledger order."""
    permissions.require_exhibit(services.view, who, ExhibitId(f"exhibit/{exhibit}"))
    streams = [StreamName(f"{kind}/{exhibit}") for kind in ("exhibit", "access", "fixity")]
    until = records.until_of(as_of, clock)
    return answer(records.history(services, who, streams, until, cursor, limit))

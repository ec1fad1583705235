"""Cases: those that a person may see, one of them now or at a moment, its exhibits, its history."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Response

from api import permissions, records
from api.people import People
from api.records import AsOf, ClockQuery
from api.requests import Cursor, Limit, UuidPath, WhoDep, answer
from api.schemas import PROBLEMS
from api.services import Services, ServicesDep
from custody.errors import NotFound
from custody.history import Until
from custody.states import ExhibitState
from custody.values import CaseId, ExhibitId, StreamName
from events.projections import Asked, ExhibitRow

router = APIRouter(tags=["cases"], responses=PROBLEMS)


@router.get("/cases", operation_id="cases")
def cases(services: ServicesDep, who: WhoDep, cursor: Cursor = None, limit: Limit = 50) -> Response:
    """Return the cases that the person may see, by reference."""
    page = services.projections.cases(permissions.sight(who), Asked(cursor, limit))
    return answer({"items": [asdict(each) for each in page.items], "next_cursor": page.next_cursor})


@router.get("/cases/{case}", operation_id="case")
def case(
    case: UuidPath, services: ServicesDep, who: WhoDep, as_of: AsOf = None, clock: ClockQuery = "recorded"
) -> Response:
    """Return a case with its members."""
    name = CaseId(f"case/{case}")
    permissions.require_case(services.view, who, name)
    return answer(records.case_document(services, name, records.until_of(as_of, clock)))


@router.get("/cases/{case}/exhibits", operation_id="case_exhibits")
def exhibits(
    case: UuidPath,
    services: ServicesDep,
    who: WhoDep,
    as_of: AsOf = None,
    clock: ClockQuery = "recorded",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Return the exhibits of a case by number; as of a moment, those that were in it then."""
    name, asked = CaseId(f"case/{case}"), Asked(cursor, limit)
    permissions.require_case(services.view, who, name)
    if as_of is not None:
        until = records.until_of(as_of, clock)
        numbered = services.projections.numbered(name, asked)
        found = [_then(services, each, name, until) for _, each in numbered.items]
        return answer({"items": [each for each in found if each], "next_cursor": numbered.next_cursor})
    page, people = services.projections.exhibits(name, asked), People(services)
    return answer(
        {"items": [exhibit_item(each, people) for each in page.items], "next_cursor": page.next_cursor}
    )


def exhibit_item(row: ExhibitRow, people: People) -> dict[str, object]:
    """Return one line of a list of exhibits."""
    shown = asdict(row)
    shown["custodian"] = {"person": row.custodian, "name": people.name(row.custodian)}
    return shown


def _then(services: Services, exhibit: ExhibitId, case: CaseId, until: Until) -> dict[str, object] | None:
    if not isinstance(services.view.state(StreamName(exhibit)), ExhibitState):
        return None
    try:
        document = records.exhibit_document(services, exhibit, until)
    except NotFound:
        return None
    return document if document["case"] == case else None


@router.get("/cases/{case}/history", operation_id="case_history")
def history(
    case: UuidPath,
    services: ServicesDep,
    who: WhoDep,
    as_of: AsOf = None,
    clock: ClockQuery = "recorded",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Return the acts on a case itself, in ledger order."""
    permissions.require_case(services.view, who, CaseId(f"case/{case}"))
    until = records.until_of(as_of, clock)
    return answer(records.history(services, who, [StreamName(f"case/{case}")], until, cursor, limit))

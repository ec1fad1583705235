"""Records of cases, exhibits and persons, folded from stored entries for one asker, now or as of a moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query

from api import documents, permissions
from api.documents import Teller
from api.identity import Who
from api.people import People, open_entries
from api.services import Services
from custody.act import Disclosure
from custody.canonical import Json
from custody.errors import Malformed, NotFound
from custody.history import ExhibitRecord, OpenEntry, Until, case_record, exhibit_record
from custody.values import CaseId, ExhibitId, StreamName

AsOf = Annotated[str | None, Query(max_length=40, description="an instant; with `clock`")]
ClockQuery = Annotated[str, Query(pattern="^(recorded|occurred)$", description="on which clock")]


def case_document(services: Services, case: CaseId, until: Until) -> dict[str, object]:
    """Return what is told of a case. Raises NotFound when it was not open yet."""
    entries = open_entries(services, StreamName(case))
    record = case_record(entries, until)
    if record is None:
        raise NotFound("case", case)
    return Teller(People(services), entries).case(record)


def exhibit_document(
    services: Services, exhibit: ExhibitId, until: Until, people: People | None = None
) -> dict[str, object]:
    """Return what is told of an exhibit. Raises NotFound when it was not received yet."""
    entries = open_entries(services, StreamName(exhibit))
    record = exhibit_record(entries, until)
    if record is None:
        raise NotFound("exhibit", exhibit)
    return Teller(people or People(services), entries).exhibit(record, _references(services, record))


def _references(services: Services, record: ExhibitRecord) -> dict[str, str | None]:
    rows = {each.case: services.projections.case(each.case) for each in record.numbers}
    return {case: None if row is None else row.reference or None for case, row in rows.items()}


def history(
    services: Services,
    who: Who,
    streams: Sequence[StreamName],
    until: Until,
    cursor: str | None,
    limit: int,
) -> dict[str, object]:
    """Return a page of the acts of some streams in ledger order; the cursor is the last index of the page before."""
    after = _after(cursor)
    entries = sorted(
        (each for stream in streams for each in services.ledger.stream(stream)), key=lambda each: each.index
    )
    rest = [each for each in entries if each.index > after and until.includes(each)]
    people, items = People(services), []
    for recorded in rest[:limit]:
        act = recorded.entry.act
        found = services.ledger.disclosures(recorded.index) if act.body else ()
        shown = values_of(permissions.shown(who, act, found))
        bracket = services.time_stamps.brackets.of(recorded.index).told()
        items.append(Teller(people, ()).act(OpenEntry(recorded, shown), shown) | {"bracket": bracket})
    more = str(rest[limit - 1].index) if len(rest) > limit else None
    return {"items": items, "next_cursor": more}


def values_of(disclosures: Sequence[Disclosure]) -> dict[str, Json]:
    """Return values by name."""
    return {each.name: each.value for each in disclosures}


def _after(cursor: str | None) -> int:
    if cursor is None:
        return -1
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= 16):
        raise Malformed("cursor", "was not given by this list")
    return int(cursor)


def until_of(as_of: str | None, clock: str) -> Until:
    """Return how far a view looks."""
    return documents.until(as_of, clock)

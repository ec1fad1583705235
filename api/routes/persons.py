"""Persons: who can act, one of them with their keys, their history; and what waits for whom is asking."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Response

from api import records
from api.documents import Teller
from api.people import People, open_entries
from api.permissions import may_see_identity
from api.requests import Cursor, Limit, NewcomerDep, UuidPath, WhoDep, answer
from api.routes.cases import exhibit_item
from api.schemas import PROBLEMS
from api.services import ServicesDep
from custody.errors import NotFound
from custody.history import EVERYTHING
from custody.states import person_of
from custody.values import PersonId, StreamName
from events.projections import Asked

router = APIRouter(tags=["persons"], responses=PROBLEMS)


@router.get("/persons", operation_id="persons")
def persons(services: ServicesDep, who: WhoDep, cursor: Cursor = None, limit: Limit = 50) -> Response:
    """Return everybody by name."""
    del who
    page = services.projections.persons(Asked(cursor, limit))
    return answer({"items": [asdict(each) for each in page.items], "next_cursor": page.next_cursor})


@router.get("/persons/{person}", operation_id="person")
def person(person: UuidPath, services: ServicesDep, who: NewcomerDep) -> Response:
    """Return a person with keys and ledger-wide roles; how they were identified is for a few to see."""
    name = PersonId(f"person/{person}")
    people = People(services)
    record = people.record(name)
    if record is None or not (who.confirmed or name == who.person):
        raise NotFound("person", name)
    entries = open_entries(services, StreamName(name))
    allowed = may_see_identity(who, name)
    fields = {n: v for n, v in record.fields.items() if allowed or n == "name"}
    return answer(Teller(people, entries).person(record, fields))


@router.get("/persons/{person}/history", operation_id="person_history")
def history(
    person: UuidPath, services: ServicesDep, who: WhoDep, cursor: Cursor = None, limit: Limit = 50
) -> Response:
    """Return the acts on a person's stream: keys, roles, names."""
    name = PersonId(f"person/{person}")
    if person_of(services.view, name) is None:
        raise NotFound("person", name)
    return answer(records.history(services, who, [StreamName(name)], EVERYTHING, cursor, limit))


@router.get("/inbox", operation_id="inbox")
def inbox(services: ServicesDep, who: NewcomerDep) -> Response:
    """Return what waits for the person: offers, keys to confirm, recoveries to approve."""
    waiting, people = services.projections.inbox(who.person), People(services)
    items: list[dict[str, object]] = []
    if who.confirmed and not who.is_administrator:  # whose roles in cases are dormant
        items += [{"kind": "offer", **exhibit_item(each, people)} for each in waiting.offers]
    items += [{"kind": "key", **asdict(each)} for each in waiting.keys]
    items += [{"kind": "recovery", **asdict(each)} for each in waiting.recoveries]
    return answer({"items": items, "next_cursor": None})

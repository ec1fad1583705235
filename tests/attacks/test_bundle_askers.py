"""Somebody inside who asks for a bundle that is not theirs to take out: refused, and nothing is recorded."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from custody.canonical import Json
from custody.errors import RuleBroken
from events.database import Database
from tests.support import examples
from tests.support.composing import uuid_of
from tests.support.ledgers import CASE, Office, usual

BUNDLE = f"bundle/{uuid_of('bundle')}"
OTHER = f"case/{uuid_of('other case')}"
MINE = f"exhibit/{uuid_of('telephone')}"
THEIRS = f"exhibit/{uuid_of('diary')}"


@pytest.fixture
def office(database: Database) -> Office:
    """An office with two cases: Taras is officer of the first alone, with an exhibit in each."""
    office = usual(database)
    for name, role in (("iryna", "officer"), ("petro", None), ("nadiia", "auditor")):
        office.enrol(name, *([role] if role else []))
    office.receive("telephone", case=CASE)
    office.tell("iryna", "case.opened.v1", OTHER, {}, examples.case("UKR2-26"))
    body = examples.physical(None)
    office.tell("iryna", "exhibit.received.v1", THEIRS, examples.intake(OTHER), body)
    for name, role in (("petro", "custodian"), ("nadiia", "auditor")):
        _member(office, "added", name, role)
    return office


def _member(office: Office, what: str, name: str, role: str) -> None:
    member: dict[str, Json] = {"person": office.person(name).person, "role": role}
    office.tell("taras", f"case.member-{what}.v1", CASE, member, {"reason": "as ordered"})


def _refused(office: Office, rule: str, who: str, case: str | None, exhibits: Sequence[str] = ()) -> None:
    head = office.ledger.head()
    with pytest.raises(RuleBroken) as refusal:
        office.tell(
            who, "bundle.requested.v1", BUNDLE, examples.request(case, exhibits), examples.requested()
        )
    assert rule == refusal.value.rule
    assert head == office.ledger.head()


def test_an_administrator_asks(office: Office) -> None:
    """Who gives out roles takes no evidence out: not with the office alone, and not as a member of the case."""
    for rule in ("role.in-case", "role.administrator-excluded"):
        _refused(office, rule, "olena", CASE)
        _refused(office, rule, "olena", None, [MINE])
        if rule == "role.in-case":
            _member(office, "added", "olena", "prosecutor")


def test_an_officer_of_the_case_becomes_administrator(office: Office) -> None:
    """Whoever gets that office loses this right from then on."""
    public: dict[str, Json] = {"role": "administrator"}
    taras = office.person("taras").person
    office.tell("olena", "person.role-granted.v1", taras, public, {"reason": None})
    _refused(office, "role.administrator-excluded", "taras", CASE)


@pytest.mark.parametrize("who", ["petro", "nadiia", "iryna"])
def test_others_ask_for_the_case(office: Office, who: str) -> None:
    """Custodian, auditor, and officer of another case are refused: the case, and an exhibit out of it."""
    _refused(office, "role.in-case", who, CASE)
    _refused(office, "role.in-case", who, None, [MINE])


def test_an_exhibit_of_another_case_is_slipped_in(office: Office) -> None:
    """One exhibit that is not theirs spoils the whole list."""
    _refused(office, "role.in-case", "taras", None, [MINE, THEIRS])


def test_a_role_that_was_withdrawn(office: Office) -> None:
    """Who was prosecutor of the case asks after it ended."""
    _member(office, "added", "petro", "prosecutor")
    _member(office, "removed", "petro", "prosecutor")
    _refused(office, "role.in-case", "petro", CASE)


def test_an_exhibit_that_has_moved_to_another_case(office: Office) -> None:
    """It is the present case of an exhibit that decides, not the one of its intake."""
    member: dict[str, Json] = {"person": office.person("taras").person, "role": "officer"}
    office.tell("iryna", "case.member-added.v1", OTHER, member, {"reason": None})
    moved: dict[str, Json] = {"case": OTHER, "from": CASE}
    office.tell("taras", "exhibit.case-corrected.v1", MINE, moved, {"reason": "as ordered"})
    office.tell("iryna", "case.member-removed.v1", OTHER, member, {"reason": "as ordered"})
    _refused(office, "role.in-case", "taras", None, [MINE])


def test_one_who_may_asks(office: Office) -> None:
    """The officer of the case is not refused: these refusals are not for another reason."""
    office.tell("taras", "bundle.requested.v1", BUNDLE, examples.request(CASE), examples.requested())

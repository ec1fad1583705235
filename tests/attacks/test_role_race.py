"""A role is withdrawn and its holder acts, in one group, ten thousand times: a stranger's replay finds no fault."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from custody.errors import RuleBroken
from custody.ports import Submission
from custody.replay import replay
from custody.values import StreamName
from custody.verdict import Weight
from events.database import Database
from events.proposal import Proposal
from tests.support import examples
from tests.support.composing import Officer, uuid_of
from tests.support.ledgers import START, Office, usual

ROUNDS = 10_000
PEOPLE = 16  # pairs of one group


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_role_withdrawn_beside_an_act(sqlite_database: Database) -> None:
    """Both are judged on the same head, before either is recorded; their order in the group decides alone."""
    office = usual(sqlite_database)
    people = [office.person(f"officer {number}") for number in range(PEOPLE)]
    for officer in people:
        office.enrol(officer.name, "officer")
    dice, kept, refused = random.Random(7), 0, 0
    for group in range(ROUNDS // PEOPLE):
        olena = office.person("olena")
        pairs = [_pair(office, olena, officer, group) for officer in people]
        for pair in pairs:
            dice.shuffle(pair)
        proposals = [each for pair in pairs for each in pair]
        office.ledger._groups._write(proposals)
        faults = [each.fault for each in proposals if each.fault is not None]
        assert all(isinstance(each, RuleBroken) and each.rule == "role.officer" for each in faults)
        refused += len(faults)
        kept += len(proposals) - len(faults)
        olena = office.person("olena")
        office.ledger._groups._write([_by(office, olena, officer, "granted", None) for officer in people])
    assert refused > ROUNDS // 3
    assert kept > ROUNDS
    findings = replay(office.ledger.entries(0, office.size)).findings
    assert [] == [each for each in findings if each.weight is Weight.FAILS]


def _pair(office: Office, olena: Officer, officer: Officer, group: int) -> list[Proposal]:
    """Return a withdrawal of the person's role, and an act that needs it, both good on the present head."""
    name = f"{officer.name} {group}"
    body = examples.case(f"UKR{group}-{officer.name.rpartition(' ')[2]}")
    officer = replace(officer, ledger=olena.ledger, seen=olena.seen)
    opened = officer.compose(
        "case.opened.v1", f"case/{uuid_of(name)}", {}, body, occurred_at=START.isoformat()
    )
    return [_prepared(office, opened), _by(office, olena, officer, "withdrawn", "race")]


def _by(office: Office, olena: Officer, officer: Officer, what: str, reason: str | None) -> Proposal:
    """Return Olena's act on a person's role."""
    state = office.ledger._standing.state(StreamName(officer.person))
    kind, public = f"person.role-{what}.v1", {"role": "officer"}
    body = {"reason": reason}
    act = olena.compose(
        kind, officer.person, {**public}, {**body}, after=state, occurred_at=START.isoformat()
    )
    return _prepared(office, act)


def _prepared(office: Office, submission: Submission) -> Proposal:
    proposal = Proposal(submissions=[submission], idempotency=None, files=())
    office.ledger._prepare(proposal)
    return proposal

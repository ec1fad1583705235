"""Sealings that would leave something out: written by a client, or by a service whose key or program is another's."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest

from custody.canonical import Json
from custody.errors import RuleBroken
from custody.values import StreamName
from events.bundling.guard import request_of, sealing_of
from events.database import Database
from events.ledger import StoredLedger
from tests.support import examples
from tests.support.composing import uuid_of
from tests.support.ledgers import CASE, Office, usual

BUNDLE = StreamName(f"bundle/{uuid_of('bundle')}")
Lie = Callable[[dict[str, Json]], dict[str, Json]]


@pytest.fixture
def office(database: Database) -> Office:
    """An office in which a bundle of a whole case with two exhibits was requested."""
    office = usual(database)
    office.receive("telephone", case=CASE)
    office.receive("laptop", case=CASE)
    office.tell("taras", "bundle.requested.v1", BUNDLE, examples.request(CASE), examples.requested())
    return office


def _ledger(office: Office) -> StoredLedger:
    assert isinstance(office.ledger, StoredLedger)
    return office.ledger


def _exact(office: Office, at: int | None = None) -> dict[str, Json]:
    ledger = _ledger(office)
    return sealing_of(ledger, request_of(ledger, BUNDLE), at or office.size)


def _refused(office: Office, rule: str, who: str, kind: str, public: dict[str, Json]) -> None:
    head, state = office.ledger.head(), office.ledger.state(BUNDLE)
    with pytest.raises(RuleBroken) as refusal:
        office.tell(who, kind, BUNDLE, public)
    assert rule == refusal.value.rule
    assert (head, state) == (office.ledger.head(), office.ledger.state(BUNDLE))


def test_a_client_seals_by_itself(office: Office) -> None:
    """An officer who signs an exact sealing is refused: only the service seals."""
    _refused(office, "service.only", "taras", "bundle.sealed.v1", _exact(office))


def test_a_client_issues_by_itself(office: Office) -> None:
    """An officer who signs an issue, so that a zip of their own looks like the ledger's, is refused."""
    sealed = office.tell("service", "bundle.sealed.v1", BUNDLE, _exact(office))
    assert office.size - 1 == sealed.receipts[0].index
    state = office.ledger.state(BUNDLE)
    assert state is not None
    public: dict[str, Json] = {"sealed": state.previous, "sha256": "ab" * 32, "size": 1_000}
    _refused(office, "service.only", "taras", "bundle.issued.v1", public)


LIES: dict[str, Lie] = {
    "fewer exhibits": lambda exact: {"exhibits": cast(int, exact["exhibits"]) - 1},
    "no number of exhibits": lambda _exact: {"exhibits": None},
    "one stream less": lambda exact: {"streams": cast(int, exact["streams"]) - 1},
    "other heads": lambda _exact: {"heads": "ab" * 32},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_service_that_leaves_something_out(office: Office, lie: str) -> None:
    """With the service's own good key, a sealing that is not exact is refused; the exact one is taken after it."""
    exact = _exact(office)
    _refused(office, "bundle.heads", "service", "bundle.sealed.v1", exact | LIES[lie](exact))
    office.tell("service", "bundle.sealed.v1", BUNDLE, exact)


def test_heads_of_an_earlier_tree(office: Office) -> None:
    """Heads that were exact before an exhibit came are not passed off as those of now, and may be sealed as of then."""
    before = _exact(office)
    office.receive("diary", case=CASE)
    _refused(office, "bundle.heads", "service", "bundle.sealed.v1", before | {"at": office.size})
    office.tell("service", "bundle.sealed.v1", BUNDLE, before)


def test_heads_of_a_tree_that_is_not_there_yet(office: Office) -> None:
    """Nobody seals what is not recorded: not even with an act that comes in the same request."""
    exact = _exact(office)
    _refused(office, "bundle.at", "service", "bundle.sealed.v1", exact | {"at": office.size + 1})
    sealing = office.compose("service", "bundle.sealed.v1", BUNDLE, exact | {"at": office.size + 1})
    head, move = office.ledger.head(), office.move(f"exhibit/{uuid_of('laptop')}")
    with pytest.raises(RuleBroken, match=r"bundle\.at"):
        office.append(move, sealing)
    assert head == office.ledger.head()

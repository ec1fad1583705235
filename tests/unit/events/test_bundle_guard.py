"""Bundles in a ledger: what verification makes of them, and what lists pass over."""

from __future__ import annotations

import pytest

from custody.canonical import Json
from custody.ports import Submission
from custody.values import CaseId, StreamName
from custody.verdict import Question
from events import ledger as appending
from events.bundling.guard import request_of, sealing_of
from events.database import Database
from events.fsck.checking import fsck
from events.ledger import StoredLedger
from events.projections import Projections
from events.stream_keys import StreamKeys
from events.verification.scopes import Scope
from tests.support import examples
from tests.support.composing import uuid_of
from tests.support.ledgers import CASE, MASTER, Office
from tests.support.verified import TELEPHONE, TIME_ONLY, VIDEO, judged, of_exhibit, story

BUNDLE = StreamName(f"bundle/{uuid_of('bundle')}")
SCOPES = {
    "ledger": Scope.ledger(),
    "case": Scope.case(CaseId(CASE)),
    "telephone": of_exhibit(TELEPHONE),
    "video": of_exhibit(VIDEO),
}


def _sealing(office: Office, public: dict[str, Json], **changes: Json) -> Submission:
    """Return a sealing of a bundle that Taras requested now; changes are what the service lies about."""
    office.tell("taras", "bundle.requested.v1", BUNDLE, public, examples.requested())
    ledger = office.ledger
    assert isinstance(ledger, StoredLedger)
    exact = sealing_of(ledger, request_of(ledger, BUNDLE), office.size)
    return office.compose("service", "bundle.sealed.v1", BUNDLE, exact | changes)


def test_bundles_are_verified_and_pass_over_lists(database: Database) -> None:
    """A ledger with a bundle holds in every scope; its derived rows are right, and lists take it in."""
    office = story(database)
    office.append(_sealing(office, examples.request(CASE)))
    state = office.ledger.state(BUNDLE)
    assert state is not None
    issue: dict[str, Json] = {"sealed": state.previous, "sha256": "ab" * 32, "size": 1}
    office.tell("service", "bundle.issued.v1", BUNDLE, issue)
    for name, scope in SCOPES.items():
        open_ = TIME_ONLY | ({"files": "not-checked"} if name == "telephone" else {})
        assert open_ == judged(database, scope).answers()
    assert [] == list(fsck(database, StreamKeys(database, MASTER)))
    lists = Projections(database, office.ledger)
    lists.create()
    assert office.size == lists.catch_up() == lists.rebuild()


@pytest.mark.parametrize("changes", [{"streams": 1}, {"heads": "ab" * 32}, {"exhibits": 7}], ids=str)
def test_an_inexact_sealing_is_found(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Json]
) -> None:
    """A sealing that got past the guard is found by verification, in the scopes of its exhibits and no others."""
    office = story(sqlite_database)
    monkeypatch.setattr(appending, "require_exact", lambda _ledger, _act: None)
    office.append(_sealing(office, examples.request(None, [TELEPHONE]), **changes))
    at = office.size - 1
    for name, scope in SCOPES.items():
        expected = {} if name == "video" else {"bundle.heads": (at,)}
        found = judged(sqlite_database, scope).found(Question.ORDER)
        assert expected == {code: entries for code, entries in found.items() if code == "bundle.heads"}


def test_a_sealing_over_broken_rows_is_found(sqlite_database: Database) -> None:
    """Where a row below a sealing was taken away, nothing says that the sealing is exact."""
    office = story(sqlite_database)
    office.append(_sealing(office, examples.request(CASE)))
    at = office.size - 1
    with sqlite_database.transaction() as session:
        session.execute("DROP TRIGGER ordinal_refuses_delete")
        session.execute("DELETE FROM ordinal WHERE ordinal = 1")
    assert (at,) == judged(sqlite_database).found(Question.ORDER)["bundle.heads"]

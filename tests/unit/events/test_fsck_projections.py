"""fsck: rows of the projections, and keys of streams, held against the entries, on both engines."""

from __future__ import annotations

import pytest

from custody.canonical import Json
from custody.verdict import Finding
from events.database import Database, Value
from events.fsck import listed as listed_rows
from events.fsck.checking import fsck
from events.projections import TABLES, Projections
from events.stream_keys import StreamKeys
from tests.support import examples
from tests.support.composing import SigningKey, uuid_of
from tests.support.ledgers import CASE, MASTER, Office
from tests.support.verified import TELEPHONE, VIDEO, story

BUNDLE = f"bundle/{uuid_of('bundle')}"
CHANGED: dict[str, tuple[str, str]] = {
    "listed_position": ("UPDATE listed_position SET size = size + 9", "listed_position"),
    "listed_case": ("UPDATE listed_case SET closed = 1", "listed_case.closed"),
    "listed_exhibit": ("UPDATE listed_exhibit SET custodian = 'person/x'", "listed_exhibit.custodian"),
    "listed_number": ("UPDATE listed_number SET ordinal = 9 WHERE ordinal = 1", "listed_number"),
    "listed_person": ("UPDATE listed_person SET active = 0", "listed_person.active"),
    "listed_role": ("UPDATE listed_role SET role = 'auditor'", "listed_role"),
    "listed_member": ("UPDATE listed_member SET role = 'prosecutor'", "listed_member"),
    "listed_key": ("UPDATE listed_key SET state = 'ended'", "listed_key.state"),
    "listed_proposal": ("UPDATE listed_proposal SET proposed_by = 'x'", "listed_proposal.proposed_by"),
    "listed_file": ("UPDATE listed_file SET name = 'other.mp4'", "listed_file.name"),
    "listed_bundle": ("UPDATE listed_bundle SET bundle = 'bundle/x'", "listed_bundle.bundle"),
    "listed_subject": ("UPDATE listed_subject SET first = first + 5000 WHERE first = 1", "listed_subject"),
    "listed_word": ("UPDATE listed_word SET first = first + 5000 WHERE first = 1", "listed_word"),
}


def told(database: Database) -> list[Finding]:
    """Return the findings of fsck."""
    return list(fsck(database, StreamKeys(database, MASTER)))


def busy(database: Database) -> Office:
    """Return an office in whose ledger each table of the projections has a row, and catch up."""
    office = story(database)
    office.enrol("maria", "administrator")
    key = SigningKey.of("taras recovered")
    public: dict[str, Json] = {"key": key.public(), "session_key": None}
    body: dict[str, Json] = {"identity_check": examples.IDENTITY, "reason": "lost"}
    office.tell("olena", "person.recovery-proposed.v1", office.person("taras").person, public, body)
    office.tell("taras", "bundle.requested.v1", BUNDLE, examples.request(CASE), examples.requested())
    projections = Projections(database, office.ledger)
    projections.create()
    projections.catch_up()
    return office


def run(database: Database, statement: str, *values: Value) -> None:
    """Run one statement of somebody who writes to the database."""
    with database.transaction() as session:
        session.execute(statement, values)


def codes(database: Database) -> set[str]:
    """Return the codes of all findings."""
    return {each.code for each in told(database)}


def test_rows_of_an_honest_service_have_no_finding(database: Database) -> None:
    """All rows, some of them of entries that are not taken in yet, and ledgers whose rows were never made."""
    office = story(database)
    assert [] == told(database)
    found = Projections(database, office.ledger)
    found.create()
    assert [] == told(database)
    found.catch_up()
    office.append(office.move(VIDEO))
    assert [] == told(database)


def test_every_table_has_a_row_that_can_be_changed() -> None:
    """No table of the projections is left out of the tests below."""
    assert sorted(TABLES) == sorted(CHANGED)


@pytest.mark.parametrize("table", CHANGED)
def test_a_changed_row_is_found(database: Database, table: str) -> None:
    """One row changed: the finding names table and column, or where the key changed the table; a rebuild mends it."""
    office = busy(database)
    assert set() == codes(database)
    statement, where = CHANGED[table]
    run(database, statement)
    found = told(database)
    assert f"fsck.{where}" in {each.code for each in found}
    assert all("a rebuild of the projections mends it" in each.text for each in found)
    Projections(database, office.ledger).rebuild()
    assert set() == codes(database)


@pytest.mark.parametrize("table", TABLES)
def test_missing_rows_and_tables_are_found(database: Database, table: str) -> None:
    """A table that was emptied, and one that was dropped, are told by their names."""
    busy(database)
    run(database, f"DELETE FROM {table}")
    assert f"fsck.{table}" in codes(database) or table == "listed_position"
    assert codes(database)
    run(database, f"DROP TABLE {table}")
    assert {f"fsck.{table}"} == codes(database)


def test_an_added_row_is_found_with_its_key(database: Database) -> None:
    """Who adds themselves to a case is named, in signs that do not steer a terminal."""
    busy(database)
    run(database, "INSERT INTO listed_member VALUES ('case/x', ?, 'officer')", "person/\x1b[2Jx")
    (found,) = told(database)
    expected = (
        "listed_member: no entry entails the row 'case/x' 'person/\\x1b[2Jx' 'officer'; "
        "a rebuild of the projections mends it"
    )
    assert expected == found.text


def test_many_rows_are_counted(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many findings of a table the rest is one number."""
    monkeypatch.setattr(listed_rows, "TOLD", 3)
    monkeypatch.setattr(listed_rows, "_PAGE", 2)
    busy(database)
    (words,) = database.read("SELECT count(*) FROM listed_word")[0]
    run(database, "DELETE FROM listed_word")
    found = [each.text for each in told(database)]
    assert 4 == len(found)
    assert f"listed_word: {int(words or 0) - 3} rows more; a rebuild of the projections mends it" == found[-1]


def test_rows_that_cannot_be_derived_are_told(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry that cannot be folded is one finding, not one for each row."""
    busy(database)
    guard = (
        "DROP TRIGGER disclosure_refuses_update"
        if database.engine == "sqlite"
        else ("DROP TRIGGER disclosure_only_grows ON disclosure")
    )
    run(database, guard)
    run(database, "UPDATE disclosure SET box = ? WHERE idx = 4", bytes(80))
    assert {"fsck.disclosure.box", "fsck.listed_position"} == codes(database)


def test_a_key_that_nobody_used_is_found(database: Database) -> None:
    """A further generation that unwraps, one that does not, and a key of a stream that is not there."""
    story(database)
    context = f"custody-stream-key/1\n{VIDEO}\n2\n".encode()
    row = "INSERT INTO stream_key VALUES (?, ?, ?, ?)"
    run(database, row, VIDEO, 2, MASTER.key_id, MASTER.wrap(bytes(32), context))
    assert [f"stream_key: of '{VIDEO}', generation 2, no box is sealed with it"] == [
        each.text for each in told(database)
    ]
    run(database, "DELETE FROM stream_key WHERE generation = 2")
    run(database, row, "case/x", 1, MASTER.key_id, bytes(60))
    assert {"fsck.stream_key", "fsck.stream_key.wrapped"} == codes(database)


def test_a_changed_key_is_found(database: Database) -> None:
    """Another's key in the place of a stream's own, and the name of another master key."""
    story(database)
    run(database, "UPDATE stream_key SET key_id = 'other' WHERE stream = ?", VIDEO)
    assert {"fsck.stream_key.key_id"} == codes(database)
    run(
        database,
        "UPDATE stream_key SET wrapped = (SELECT wrapped FROM stream_key WHERE stream = ?) WHERE stream = ?",
        TELEPHONE,
        VIDEO,
    )
    assert "fsck.stream_key.wrapped" in codes(database)


def test_a_key_that_was_destroyed_is_no_finding(database: Database) -> None:
    """Destroying a key erases values: that is no fault of the database."""
    story(database)
    run(database, "DELETE FROM stream_key WHERE stream = ?", VIDEO)
    assert set() == codes(database)

"""Each step of an append fails, or fails after it has happened: the reply is true and the ledger stays whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from custody.errors import OutcomeUnknown, Unavailable
from custody.ports import Submission
from events.database import Database
from events.postgres_append import _TABLES
from events.rows import CommitUncertain
from events.sqlite_database import SqliteDatabase
from tests.contracts.test_ledger_writers import together
from tests.faults.test_ledger_kill import whole
from tests.support import examples
from tests.support.composing import uuid_of
from tests.support.ledgers import CASE, MASTER, Office, stored, usual

TABLES = ["entry", "tree", *_TABLES]


def intake(office: Office, name: str = "video") -> tuple[Submission, list[Any]]:
    """Return a digital intake, which writes a row into every table, with its stored file."""
    exhibit, files = f"exhibit/{uuid_of(name)}", [uuid_of(f"{name} file")]
    body = examples.digital(files)
    act = office.compose(
        "taras", "exhibit.received.v1", exhibit, examples.intake(CASE, "digital", files), body
    )
    return act, [stored(exhibit, each, each.encode()) for each in files]


@contextmanager
def refusing(database: Database, table: str) -> Iterator[None]:
    """Let each insertion into a table fail."""
    if database.engine == "sqlite":
        made = f"CREATE TRIGGER fault BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'fault'); END"
        gone = "DROP TRIGGER fault"
    else:
        made = f"CREATE TRIGGER fault BEFORE INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION custody_refuse()"
        gone = f"DROP TRIGGER fault ON {table}"
    with database.transaction() as session:
        session.execute(made)
    try:
        yield
    finally:
        with database.transaction() as session:
            session.execute(gone)


@pytest.mark.parametrize("table", TABLES)
def test_an_insertion_fails(database: Database, table: str) -> None:
    """Whichever table refuses its row, nothing is recorded; afterwards the same act is."""
    office = usual(database)
    act, files = intake(office)
    before = {each: database.read(f"SELECT count(*) FROM {each}") for each in TABLES}
    key = _claim(office)
    with refusing(database, table), pytest.raises(Unavailable):
        office.append(act, files=files, key=key)
    assert before == {each: database.read(f"SELECT count(*) FROM {each}") for each in TABLES}
    size = office.size
    assert size == office.append(act, files=files, key=key).receipts[0].index
    whole(database)


def _claim(office: Office) -> Any:  # noqa: ANN401
    from custody.ports import IdempotencyKey  # noqa: PLC0415

    return IdempotencyKey(office.person("taras").person, "k", "0" * 64)


def _failing_after(original: Callable[..., Any]) -> Callable[..., Any]:
    def insert_events(*given: Any, **more: Any) -> Any:  # noqa: ANN401
        original(*given, **more)
        raise CommitUncertain("cut after it was written")

    return insert_events


def test_a_commit_that_failed(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit without an answer is looked for under the lock; it is not there: nothing was recorded."""
    office = usual(database)
    act, files = intake(office)
    before = office.ledger.head()
    recorder = office.ledger.application.ledger_recorder
    with monkeypatch.context() as patch:
        patch.setattr(recorder, "insert_events", lambda *_, **__: _raise(CommitUncertain("cut")))
        with pytest.raises(Unavailable):
            office.append(act, files=files)
    assert before == office.ledger.head()
    office.append(act, files=files)
    whole(database)


def _raise(fault: Exception) -> None:
    raise fault


def test_a_commit_that_failed_but_persisted(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit without an answer is looked for under the lock; it is there: the receipts are given."""
    office = usual(database)
    exhibits = [office.receive(f"e{n}", case=CASE) for n in range(6)]
    recorder = office.ledger.application.ledger_recorder
    with monkeypatch.context() as patch:
        patch.setattr(recorder, "insert_events", _failing_after(recorder.insert_events))
        moves = [office.move(each) for each in exhibits]
        found = together([lambda each=each: office.append(each).receipts[0] for each in moves])
    start = office.size - 6
    assert list(range(start, start + 6)) == sorted(each.index for each in found)  # type: ignore[attr-defined]
    office.append(office.move(exhibits[0]))
    whole(database)


def test_nobody_can_look(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit without an answer, and a database that does not answer: the outcome is unknown to its callers."""
    office = usual(database)
    exhibits = [office.receive(f"e{n}", case=CASE) for n in range(4)]
    recorder = office.ledger.application.ledger_recorder
    moves = [office.move(each) for each in exhibits]
    with monkeypatch.context() as patch:
        written, locked = _failing_after(recorder.insert_events), recorder.locked

        def insert_events(*given: Any, **more: Any) -> None:  # noqa: ANN401
            patch.setattr(recorder, "locked", locked)
            try:
                written(*given, **more)
            finally:
                patch.setattr(recorder, "locked", lambda: _raise(Unavailable("database")))

        patch.setattr(recorder, "insert_events", insert_events)
        found = together([lambda each=each: office.append(each) for each in moves])
    unknown = [isinstance(each, OutcomeUnknown) for each in found]
    assert any(unknown), found
    assert all(isinstance(each, OutcomeUnknown | Unavailable) for each in found)  # later groups wrote nothing
    again = [
        office.append(each).replayed for each in moves
    ]  # look and compare: what is there gives its receipt
    assert unknown == again
    whole(database)


def test_the_master_key_does_not_answer(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new stream needs a data key; when none can be wrapped, nothing is recorded."""
    office = usual(database)
    act, files = intake(office)
    before = office.ledger.head()
    with monkeypatch.context() as patch:
        patch.setattr(type(MASTER), "wrap", lambda *_: _raise(Unavailable("master key")))
        with pytest.raises(Unavailable):
            office.append(act, files=files)
    assert before == office.ledger.head()
    office.append(act, files=files)


def test_the_log_key_fails_after_the_commit(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is durable but was not signed is given a receipt when it is asked for again."""
    office = usual(database)
    move = office.move(office.receive(case=CASE))
    with monkeypatch.context() as patch:
        patch.setattr(office.ledger._log_key.__class__, "sign", lambda *_: _raise(OSError("no key")))
        with pytest.raises(OSError, match="no key"):
            office.append(move)
    assert office.append(move).replayed
    whole(database)


def _fill(office: Office, exhibit: str) -> None:
    for _ in range(1000):
        office.append(office.move(exhibit))


def test_the_disk_is_full(sqlite_database: Database) -> None:
    """A full disk refuses the group; when there is room again the same act is recorded."""
    assert isinstance(sqlite_database, SqliteDatabase)
    office = usual(sqlite_database)
    exhibit = office.receive(case=CASE)
    with sqlite_database.datastore.writing() as raw:
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
        raw.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(Unavailable, match="full"):
        _fill(office, exhibit)
    whole(sqlite_database)
    with sqlite_database.datastore.writing() as raw:
        raw.execute("PRAGMA max_page_count=1073741823")
    office.append(office.move(exhibit))
    whole(sqlite_database)


def test_another_program_holds_the_lock(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that waits too long for SQLite's lock records nothing and says so."""
    assert isinstance(sqlite_database, SqliteDatabase)
    office = usual(sqlite_database)
    move = office.move(office.receive(case=CASE))
    with sqlite_database.datastore.writing() as raw:
        raw.execute("PRAGMA busy_timeout=50")
    other = sqlite3.connect(sqlite_database.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked"):
        office.append(move)
    other.execute("ROLLBACK")
    other.close()
    assert not office.append(move).replayed

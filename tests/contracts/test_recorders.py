"""The library's own test cases over our recorders: what they promise, ours keep."""

from __future__ import annotations

import importlib
import sys
import tempfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from eventsourcing.persistence import ApplicationRecorder, IntegrityError, StoredEvent

from events.database import Database
from events.merkle import Frontier, leaf_hash
from events.opening import open_database
from events.postgres_database import PostgresDatabase
from events.postgres_recorder import PostgresLedgerRecorder
from events.recorder import NEWEST_TREE, tree_row
from events.rows import GroupRows, HeadMoved, TreeRow, UniqueTaken
from events.sqlite_database import SqliteDatabase
from events.sqlite_recorder import SqliteLedgerRecorder

# The library's cases import its cipher, which wants a package that we do not use.
sys.modules.setdefault("eventsourcing.cipher", SimpleNamespace(AESCipher=None))  # type: ignore[arg-type]
cases = importlib.import_module("eventsourcing.tests.persistence")

STAMP = "2026-11-22T10:00:00.000000Z"


def group_of(database: Database, events: Sequence[StoredEvent]) -> GroupRows:
    """Return the rows of a group of any events on the present head."""
    head = tree_row(database.read(NEWEST_TREE))
    leaves = [leaf_hash(event.state) for event in events]
    after, made = Frontier.from_bytes(head.size, head.frontier).grown(leaves)
    return GroupRows(
        after=head,
        tree=TreeRow(after.size, after.root, after.to_bytes(), STAMP),
        events=list(events),
        leaves=leaves,
        acts=[
            sha256(f"{event.originator_id}{event.originator_version}".encode()).digest() for event in events
        ],
        nodes=[node for node in made if node.level],
    )


def inserted(recorder: Any, database: Database, events: Sequence[StoredEvent]) -> Any:  # noqa: ANN401
    """Insert as the library would: with the rows that belong to the events, again when another was first."""
    while events:
        rows = group_of(database, events)
        try:
            return recorder(rows.events, rows=rows)
        except HeadMoved:
            continue
        except UniqueTaken as fault:
            raise IntegrityError from fault
    return recorder([])


class LibrarySqlite(SqliteLedgerRecorder):
    """Our recorder, told the rows that go with any events."""

    database: Database

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: object) -> Sequence[int] | None:
        """Insert events with the rows that belong to them."""
        found: Sequence[int] | None = inserted(super().insert_events, self.database, stored_events)
        return found


class LibraryPostgres(PostgresLedgerRecorder):
    """Our recorder, told the rows that go with any events."""

    database: Database

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: object) -> Sequence[int] | None:
        """Insert events with the rows that belong to them."""
        found: Sequence[int] | None = inserted(super().insert_events, self.database, stored_events)
        return found


class _Texts:
    """Ids are names of streams."""

    def new_originator_id(self) -> str:
        return f"exhibit/{uuid4()}"

    test_performance = None
    test_concurrent_throughput = None


class _Sqlite(_Texts):
    def create_recorder(self) -> ApplicationRecorder:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)  # type: ignore[attr-defined]
        database = open_database(Path(folder.name) / "ledger.sqlite")
        self.addCleanup(database.close)  # type: ignore[attr-defined]
        assert isinstance(database, SqliteDatabase)
        recorder = LibrarySqlite(database.datastore)
        recorder.database = database
        recorder.create_table()
        return recorder


class _Postgres(_Texts):
    url: str

    @pytest.fixture(autouse=True)
    def _server(self, postgres_database: str) -> None:
        self.url = postgres_database

    def create_recorder(self) -> ApplicationRecorder:
        database = open_database(self.url)
        self.addCleanup(database.close)  # type: ignore[attr-defined]
        assert isinstance(database, PostgresDatabase)
        recorder = LibraryPostgres(database.datastore)
        recorder.database = database
        recorder.create_table()
        return recorder


class TestSqlite(_Sqlite, cases.ApplicationRecorderTestCase):  # type: ignore[misc, name-defined]
    """SQLite as an application recorder."""


class TestSqliteOrder(_Sqlite, cases.NonInterleavingNotificationIDsBaseCase):  # type: ignore[misc, name-defined]
    """SQLite: ids of two writers do not interleave."""


class TestPostgres(_Postgres, cases.ApplicationRecorderTestCase):  # type: ignore[misc, name-defined]
    """PostgreSQL as an application recorder."""


class TestPostgresOrder(_Postgres, cases.NonInterleavingNotificationIDsBaseCase):  # type: ignore[misc, name-defined]
    """PostgreSQL: ids of two writers do not interleave."""


def test_events_alone_are_refused(sqlite_database: Database) -> None:
    """Our recorder writes no event without the entry, the tree and all else that belongs to it."""
    assert isinstance(sqlite_database, SqliteDatabase)
    event = StoredEvent(originator_id="case/x", originator_version=1, topic="t", state=b"s")
    with pytest.raises(ValueError, match="rows"):
        SqliteLedgerRecorder(sqlite_database.datastore).insert_events([event])

"""The library's SQLite recorder, writing a whole group of the ledger in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from eventsourcing.persistence import Notification, StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder

from events.database import translated
from events.recorder import NEWEST_TREE, group_of, tree_row
from events.rows import CommitUncertain, GroupRows, HeadMoved
from events.schema import create_statements
from events.sqlite_database import DurableDatastore, SqliteSession, raw_connection


class SqliteLedgerRecorder(SQLiteApplicationRecorder):
    """`events.recorder.LedgerRecorder` on SQLite."""

    def __init__(self, datastore: DurableDatastore) -> None:
        self._ours = datastore
        super().__init__(datastore)

    def construct_create_table_statements(self) -> list[str]:
        """Return our tables in place of the library's."""
        return create_statements("sqlite")

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: object) -> Sequence[int] | None:
        """Write one group if the head is still where it was planned."""
        if not stored_events:
            return []
        rows = group_of(stored_events, kwargs)
        with translated(), self._ours.writing() as raw:
            _write(raw, rows)
            _commit(raw)
        return list(range(rows.after.size + 1, rows.tree.size + 1))

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Return notifications in ledger order; ids are index + 1 (the library's reads SQLite's hidden rowid)."""
        first = (start or 0) + (0 if inclusive_of_start else 1)
        last = (1 << 62) if stop is None else stop
        wanted = f"AND topic IN ({','.join('?' * len(topics))}) " if topics else ""
        statement = (
            "SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events "  # noqa: S608
            f"WHERE notification_id BETWEEN ? AND ? {wanted}ORDER BY notification_id LIMIT ?"
        )
        with translated(), self.datastore.get_connection(commit=False) as connection:
            found = raw_connection(connection).execute(statement, (first, last, *topics, limit)).fetchall()
        return [
            Notification(
                id=row[0], originator_id=row[1], originator_version=row[2], topic=row[3], state=row[4]
            )
            for row in found
        ]

    @contextmanager
    def locked(self) -> Iterator[SqliteLocked]:
        """Take the write lock before anything is read; commit at the end."""
        with translated(), self._ours.writing() as raw:
            yield SqliteLocked(raw)
            _commit(raw)


class SqliteLocked:
    """The write lock, held."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self._raw = raw
        self.session = SqliteSession(raw)

    def write(self, rows: GroupRows) -> None:
        """Insert all rows of a group that was planned on the head."""
        _write(self._raw, rows)


def _commit(raw: sqlite3.Connection) -> None:
    try:
        raw.commit()
    except sqlite3.Error as fault:  # the log may hold the commit although the call failed
        raise CommitUncertain(str(fault)) from fault


def _write(raw: sqlite3.Connection, rows: GroupRows) -> None:
    cursor = raw.cursor()  # one for the group: each call on the connection itself would make another
    if tree_row(cursor.execute(NEWEST_TREE).fetchall()) != rows.after:
        raise HeadMoved
    _insert(cursor, rows)
    _insert_rare(cursor, rows)


def _insert(cursor: sqlite3.Cursor, rows: GroupRows) -> None:
    first, many, tree = rows.after.size, cursor.executemany, rows.tree
    many(
        "INSERT INTO stored_events VALUES (?,?,?,?,?)",
        [
            (at, event.originator_id, event.originator_version, event.topic, event.state)
            for at, event in enumerate(rows.events, first + 1)
        ],
    )
    many(
        "INSERT INTO entry VALUES (?,?,?,?,?,?)",
        [
            (at, event.originator_id, event.originator_version, leaf, act, tree.recorded_at)
            for at, (event, leaf, act) in enumerate(
                zip(rows.events, rows.leaves, rows.acts, strict=True), first
            )
        ],
    )
    if rows.nodes:  # every second leaf completes no subtree
        many("INSERT INTO node VALUES (?,?,?)", rows.nodes)
    if rows.boxes:
        many("INSERT INTO disclosure VALUES (?,?,?)", rows.boxes)
    cursor.execute("INSERT INTO tree VALUES (?,?,?,?)", tree)


def _insert_rare(cursor: sqlite3.Cursor, rows: GroupRows) -> None:
    if rows.idempotency:
        cursor.executemany("INSERT INTO idempotency VALUES (?,?,?,?,?)", rows.idempotency)
    if rows.taken:
        cursor.executemany("INSERT INTO taken VALUES (?,?,?)", rows.taken)
    if rows.ordinals:
        cursor.executemany("INSERT INTO ordinal VALUES (?,?,?)", rows.ordinals)
    if rows.stream_keys:
        cursor.executemany("INSERT INTO stream_key VALUES (?,?,?,?)", rows.stream_keys)
    if rows.files:
        cursor.executemany("INSERT INTO stored_file VALUES (?,?,?,?,?,?,?,?,?,?,?)", rows.files)
    if rows.file_keys:
        cursor.executemany("INSERT INTO file_key VALUES (?,?,?)", rows.file_keys)

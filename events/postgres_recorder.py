"""The library's PostgreSQL recorder, writing a whole group of the ledger in one statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import psycopg
import psycopg_pool
from eventsourcing.persistence import InterfaceError, OperationalError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import Cursor
from psycopg.rows import tuple_row
from psycopg.sql import SQL

from custody.errors import Unavailable
from events.database import Row, translated
from events.postgres_append import CALL, FUNCTION, LEDGER_LOCK, call_values
from events.postgres_database import PostgresSession
from events.recorder import group_of
from events.rows import CommitUncertain, GroupRows, HeadMoved
from events.schema import create_statements

_ROLLED_BACK: Final = ("0A", "22", "23", "40", "42", "53", "54", "P0")
"""Classes of SQLSTATE that a statement ends with before its commit begins."""


class PostgresLedgerRecorder(PostgresApplicationRecorder):
    """`events.recorder.LedgerRecorder` on PostgreSQL."""

    def __init__(self, datastore: PostgresDatastore, *, events_table_name: str = "stored_events") -> None:
        datastore.register_type_adapters = lambda: None  # type: ignore[method-assign]  # no composite types
        super().__init__(datastore, events_table_name=events_table_name)
        self.sql_create_statements = [
            SQL(statement).format()  # constants of our own
            for statement in (*create_statements("postgresql"), FUNCTION)
        ]

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: object) -> Sequence[int] | None:
        """Write one group if the head is still where it was planned: one round trip."""
        if not stored_events:
            return []
        rows = group_of(stored_events, kwargs)
        with translated(), self._connected() as cursor:
            try:
                _append(cursor, rows)
            except psycopg.Error as fault:
                raise _judged(fault) from fault
        return list(range(rows.after.size + 1, rows.tree.size + 1))

    @contextmanager
    def locked(self) -> Iterator[PostgresLocked]:
        """Take the lock first, for a group that must see the head before it is planned; commit at the end."""
        with translated(), self._connected() as cursor:
            cursor.execute("BEGIN")
            try:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", (LEDGER_LOCK,))
                yield PostgresLocked(cursor)
                _commit(cursor)
            finally:
                if cursor.connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                    _roll_back(cursor)

    @contextmanager
    def _connected(self) -> Iterator[Cursor[Row]]:
        try:
            with (
                self.datastore.get_connection() as connection,
                connection.cursor(binary=True, row_factory=tuple_row) as cursor,
            ):
                yield cursor
        except (OperationalError, InterfaceError, psycopg_pool.PoolTimeout) as fault:
            raise Unavailable("database", str(fault).partition("\n")[0]) from fault


class PostgresLocked:
    """The write lock, held."""

    def __init__(self, cursor: Cursor[Row]) -> None:
        self._cursor = cursor
        self.session = PostgresSession(cursor)

    def write(self, rows: GroupRows) -> None:
        """Insert all rows of a group that was planned on the head."""
        _append(self._cursor, rows)


def _append(cursor: Cursor[Row], rows: GroupRows) -> None:
    written = cursor.execute(CALL, call_values(rows), prepare=True).fetchone()
    if written != (True,):
        raise HeadMoved


def _commit(cursor: Cursor[Row]) -> None:
    try:
        cursor.execute("COMMIT")
    except psycopg.Error as fault:
        raise CommitUncertain(str(fault)) from fault


def _roll_back(cursor: Cursor[Row]) -> None:
    try:
        cursor.execute("ROLLBACK")
    except psycopg.Error:
        cursor.connection.close()  # the server rolls back what has lost its connection


def _judged(fault: psycopg.Error) -> Exception:
    """Return what an error of a statement that commits by itself means."""
    if fault.sqlstate is not None and fault.sqlstate.startswith(_ROLLED_BACK):
        return fault
    return CommitUncertain(str(fault))

"""SQLite as the database: WAL, synchronous=FULL, the write lock taken before anything is read."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

from eventsourcing.sqlite import SQLiteConnection, SQLiteConnectionPool, SQLiteDatastore

from events.database import Row, Value, translated
from events.schema import Engine, in_dialect

LOCK_SECONDS: Final = 30
IDLE_READERS: Final = 16
PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",  # what is erased is overwritten
    "PRAGMA recursive_triggers=ON",  # so that REPLACE cannot delete past the guards
    "PRAGMA trusted_schema=OFF",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-16384",  # KiB
    "PRAGMA wal_autocheckpoint=2000",  # pages: a group writes several, and each checkpoint syncs the file
)


class DurablePool(SQLiteConnectionPool):
    """The library's pool; every connection has the settings above."""

    def connect(self) -> SQLiteConnection:
        """Return a connection that is not the pool's."""
        return self._create_connection()

    def _create_connection(self) -> SQLiteConnection:
        """Connect as the library does, but for a cache that holds more than one statement."""
        raw = sqlite3.connect(
            self.db_name,
            timeout=LOCK_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        raw.row_factory = sqlite3.Row
        for pragma in PRAGMAS:
            raw.execute(pragma)
        return SQLiteConnection(raw, max_age=self.max_age)


class DurableDatastore(SQLiteDatastore):
    """The library's datastore over `DurablePool`, with streams' names as originator ids."""

    def __init__(self, file: Path | str) -> None:
        super().__init__(str(file), lock_timeout=LOCK_SECONDS, originator_id_type="text")
        self.pool.close()
        self._connections = DurablePool(
            db_name=str(file), lock_timeout=LOCK_SECONDS, pool_timeout=LOCK_SECONDS
        )
        self.pool = self._connections
        self._writing = Writing(self._connections)
        self._idle: deque[sqlite3.Connection] | None = deque()  # None once it is closed

    def reader(self) -> sqlite3.Connection:
        """Return a connection that nobody else uses; give it back with `give_back`. Short of the library's pool."""
        if self._idle is None:
            raise sqlite3.ProgrammingError("the database is closed")
        try:
            return self._idle.pop()
        except IndexError:
            return raw_connection(self._connections.connect())

    def give_back(self, connection: sqlite3.Connection) -> None:
        """Keep a connection for the next reader, or close it when there are enough."""
        idle = self._idle
        if idle is None or len(idle) >= IDLE_READERS:
            connection.close()
        else:
            idle.append(connection)

    def writing(self) -> Writing:
        """Return what opens a transaction that holds the write lock; commit is the caller's."""
        return self._writing

    def close(self) -> None:
        """Close all connections."""
        super().close()
        idle, self._idle = self._idle, None
        for connection in idle or ():
            connection.close()
        self._writing.close()


class Writing:
    """The write lock, and the one connection that writes while it is held; nothing stays that was not committed.

    Threads of this process take turns here, which is fair; other processes wait for SQLite's own lock. A class
    and not a generator, which would cost each append more than the lock does.
    """

    __slots__ = ("_connection", "_pool", "_turn")

    def __init__(self, pool: DurablePool) -> None:
        self._pool, self._turn = pool, Lock()
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> sqlite3.Connection:
        """Take the lock, before anything is read."""
        self._turn.acquire()
        try:
            raw = self._connection
            if raw is None:
                raw = self._connection = raw_connection(self._pool.connect())
                raw.row_factory = None  # the library's rows are for the library
            raw.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._turn.release()
            raise
        return raw

    def __exit__(self, *_: object) -> None:
        """Roll back what the caller did not commit."""
        try:
            raw = self._connection
            if raw is not None and raw.in_transaction:
                raw.rollback()
        finally:
            self._turn.release()

    def close(self) -> None:
        """Close the connection; who writes next opens another."""
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


def raw_connection(connection: SQLiteConnection) -> sqlite3.Connection:
    """Return the connection below the library's wrapper."""
    return connection._sqlite_conn  # noqa: SLF001 - the library's recorders reach it through cursors only


class SqliteSession:
    """An open transaction on one connection."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self._cursor = raw.cursor()
        self._cursor.row_factory = None  # the library's rows are for the library

    def execute(self, statement: str, values: Sequence[Value] = ()) -> list[Row]:
        """Run one statement and return its rows."""
        return self._cursor.execute(statement, values).fetchall()

    def executemany(self, statement: str, rows: Iterable[Sequence[Value]]) -> None:
        """Run one statement for each of several rows of values."""
        self._cursor.executemany(statement, rows)


class SqliteDatabase:
    """`events.database.Database` over one SQLite file."""

    engine: Engine = "sqlite"

    def __init__(self, file: Path | str) -> None:
        self.file = Path(file)
        self.datastore = DurableDatastore(file)

    def create(self, statements: Sequence[str]) -> None:
        """Run DDL in one transaction."""
        with self.transaction() as session:
            for statement in statements:
                session.execute(statement if "TRIGGER" in statement else in_dialect(statement, self.engine))

    def read(self, statement: str, values: Sequence[Value] = ()) -> list[Row]:
        """Return the rows of one SELECT."""
        with translated():
            raw = self.datastore.reader()
            try:
                return SqliteSession(raw).execute(statement, values)
            finally:
                self.datastore.give_back(raw)

    @contextmanager
    def snapshot(self) -> Iterator[SqliteSession]:
        """Open a transaction whose SELECTs all see the same moment."""
        with translated():
            raw = self.datastore.reader()
            try:
                raw.execute("BEGIN")
                yield SqliteSession(raw)
            finally:
                raw.rollback()
                self.datastore.give_back(raw)

    @contextmanager
    def transaction(self) -> Iterator[SqliteSession]:
        """Open a writing transaction; the write lock is taken at its beginning."""
        with translated(), self.datastore.writing() as raw:
            yield SqliteSession(raw)
            raw.commit()

    def close(self) -> None:
        """Close all connections."""
        self.datastore.close()

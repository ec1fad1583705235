"""PostgreSQL as the database: read committed, synchronous commit, integers always sent as bigint."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, cast

from eventsourcing.postgres import PostgresDatastore
from psycopg import Connection, Cursor
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import tuple_row
from psycopg.types.numeric import Int8BinaryDumper, Int8Dumper

from events.database import Row, Value, translated
from events.schema import Engine, in_dialect

POOL: Final = 8
POOL_OVERFLOW: Final = 32
WAIT_SECONDS: Final = 30
SETTINGS: Final = (
    "SET default_transaction_isolation = 'read committed'",  # each statement after the lock sees what came before it
    "SET synchronous_commit = on",
    "SET jit = off",
)


class DurableDatastore(PostgresDatastore):
    """The library's datastore, opened by a URL, with streams' names as originator ids."""

    def __init__(self, url: str) -> None:
        parts = conninfo_to_dict(url)
        super().__init__(
            dbname=str(parts.pop("dbname", "") or ""),
            host=str(parts.pop("host", "") or ""),
            port=str(parts.pop("port", "") or "5432"),
            user=str(parts.pop("user", "") or ""),
            password=str(parts.pop("password", "") or ""),
            connect_timeout=WAIT_SECONDS,
            pool_size=POOL,
            max_overflow=POOL_OVERFLOW,
            originator_id_type="text",
            enable_db_functions=False,  # it loses rows (docs/adr): never
        )
        cast(dict[str, Any], self.pool.kwargs).update(parts)  # sslmode and the like

    def after_connect_func(self) -> Callable[[Connection[Any]], None]:
        """Return what sets up each new connection."""
        library = super().after_connect_func()

        def after_connect(connection: Connection[Any]) -> None:
            library(connection)
            connection.adapters.register_dumper(int, Int8Dumper)
            connection.adapters.register_dumper(int, Int8BinaryDumper)
            for setting in SETTINGS:
                connection.execute(setting)

        return after_connect


class PostgresSession:
    """An open transaction on one connection."""

    def __init__(self, cursor: Cursor[Row]) -> None:
        self._cursor = cursor

    def execute(self, statement: str, values: Sequence[Value] = ()) -> list[Row]:
        """Run one statement and return its rows."""
        self._cursor.execute(marked(statement), values)
        return self._cursor.fetchall() if self._cursor.description else []

    def executemany(self, statement: str, rows: Iterable[Sequence[Value]]) -> None:
        """Run one statement for each of several rows of values."""
        self._cursor.executemany(marked(statement), rows)


def marked(statement: str) -> bytes:
    """Return a statement with this engine's marks for values."""
    return statement.replace("%", "%%").replace("?", "%s").encode()


class PostgresDatabase:
    """`events.database.Database` over one PostgreSQL database."""

    engine: Engine = "postgresql"

    def __init__(self, url: str) -> None:
        self.datastore = DurableDatastore(url)

    def create(self, statements: Sequence[str]) -> None:
        """Run DDL in one transaction; several processes may do so at once."""
        with self.transaction() as session:
            session.execute("SELECT pg_advisory_xact_lock(?)", (CREATE_LOCK,))
            for statement in statements:
                session.execute(statement if "$$" in statement else in_dialect(statement, self.engine))

    def read(self, statement: str, values: Sequence[Value] = ()) -> list[Row]:
        """Return the rows of one SELECT."""
        with translated(), self.cursor() as cursor:
            return PostgresSession(cursor).execute(statement, values)

    @contextmanager
    def cursor(self) -> Iterator[Cursor[Row]]:
        """Open a cursor whose statements each commit by themselves; binary, rows as tuples."""
        with (
            self.datastore.get_connection() as connection,
            connection.cursor(binary=True, row_factory=tuple_row) as cursor,
        ):
            yield cursor

    @contextmanager
    def snapshot(self) -> Iterator[PostgresSession]:
        """Open a transaction whose SELECTs all see the same moment."""
        with translated(), self.cursor() as cursor, cursor.connection.transaction(force_rollback=True):
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield PostgresSession(cursor)

    @contextmanager
    def transaction(self) -> Iterator[PostgresSession]:
        """Open a writing transaction."""
        with translated(), self.cursor() as cursor, cursor.connection.transaction():
            yield PostgresSession(cursor)

    def close(self) -> None:
        """Close all connections."""
        self.datastore.close()


CREATE_LOCK: Final = 0x6375_7374_6F64_7963  # "custodyc"

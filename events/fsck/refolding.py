"""Projections folded from entries a second time, into a database that leaves nothing behind."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self, cast

from events.database import Row, translated
from events.projections.catching_up import PIECE, Entries, take_in
from events.projections.tables import STATEMENTS, TABLES
from events.schema import in_dialect
from events.sqlite_database import SqliteSession

# ruff: noqa: S608 - names of tables and columns are our own


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the projections; its first `keys` columns are its primary key."""

    name: str
    columns: tuple[str, ...]
    keys: int

    @property
    def first_page(self) -> str:
        """SELECT of the first rows by key; takes their number."""
        return f"SELECT {', '.join(self.columns)} FROM {self.name} ORDER BY {self.key} LIMIT ?"

    @property
    def next_page(self) -> str:
        """SELECT of the rows after a key; takes the key and their number."""
        marks = ", ".join("?" * self.keys)
        return (
            f"SELECT {', '.join(self.columns)} FROM {self.name} WHERE ({self.key}) > ({marks}) "
            f"ORDER BY {self.key} LIMIT ?"
        )

    @property
    def key(self) -> str:
        """The columns of the key."""
        return ", ".join(self.columns[: self.keys])

    @property
    def is_row(self) -> str:
        """The condition that takes a key."""
        return " AND ".join(f"{column} = ?" for column in self.columns[: self.keys])


class Refolded:
    """The rows of the first entries. SQLite keeps them in a file without a name, so memory does not grow with them."""

    def __init__(self) -> None:
        self._raw = sqlite3.connect("", isolation_level=None)
        self._session = SqliteSession(self._raw)
        self._size = 0
        self._session.execute("PRAGMA journal_mode=OFF")
        for statement in STATEMENTS:
            self._session.execute(in_dialect(statement, "sqlite"))
        self.tables = [self._table(name) for name in TABLES]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._raw.close()

    def fold(self, reader: Entries, stop: int) -> None:
        """Take in the entries up to `stop` that are not in yet.

        Raises ChainBroken, ContentAltered, Malformed, UniqueTaken, Unavailable.
        """
        with translated():
            while self._size < stop:
                self._size = take_in(self._session, reader, self._size, min(self._size + PIECE, stop))

    def taken(self, table: Table, key: Row) -> Row | None:
        """Return the row of a key, or None, and take it out."""
        rows = self._session.execute(f"DELETE FROM {table.name} WHERE {table.is_row} RETURNING *", key)
        return rows[0] if rows else None

    def left(self, table: Table) -> Iterator[Row]:
        """Yield the key of each row that was not taken out."""
        yield from self._raw.execute(f"SELECT {table.key} FROM {table.name} ORDER BY {table.key}")

    def _table(self, name: str) -> Table:
        told = self._session.execute("SELECT name, pk FROM pragma_table_info(?) ORDER BY cid", (name,))
        columns = tuple(cast(str, column) for column, _ in told)
        return Table(name, columns, sum(1 for _, place in told if place))

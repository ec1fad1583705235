"""The database that the ledger and the tables beside it share: connections, transactions, errors in our words.

Other rooms reach it for tables of their own (sessions, deposits, operations): `create`, `read`, `transaction`.
Statements are written once for both engines: `?` stands for a value, DDL uses the words of `schema.in_dialect`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Final, Protocol, TypeAlias

import psycopg
import psycopg_pool
from eventsourcing import persistence

from custody.errors import Unavailable
from events.rows import UniqueTaken
from events.schema import Engine

Value: TypeAlias = str | int | bytes | None
Row: TypeAlias = tuple[Value, ...]

_UNIQUE = (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
_FAILED = (persistence.PersistenceError, sqlite3.Error, psycopg.Error, psycopg_pool.PoolTimeout)


class Session(Protocol):
    """An open transaction."""

    def execute(self, statement: str, values: Sequence[Value] = ()) -> list[Row]:
        """Run one statement and return its rows."""

    def executemany(self, statement: str, rows: Iterable[Sequence[Value]]) -> None:
        """Run one statement for each of several rows of values."""


class Database(Protocol):
    """A database that passed the checks of `events.durability`."""

    @property
    def engine(self) -> Engine:
        """Which of the two it is."""

    def create(self, statements: Sequence[str]) -> None:
        """Run DDL, written in the words of `schema.in_dialect`, in one transaction."""

    def read(self, statement: str, values: Sequence[Value] = ()) -> list[Row]:
        """Return the rows of one SELECT. Raises Unavailable."""

    def snapshot(self) -> AbstractContextManager[Session]:
        """Open a transaction whose SELECTs all see the same moment."""

    def transaction(self) -> AbstractContextManager[Session]:
        """Open a writing transaction: committed at the end, rolled back when an error leaves it.

        Raises UniqueTaken for a unique row that exists, Unavailable for any other failure of the database.
        """

    def close(self) -> None:
        """Close all connections."""


class _Translated:
    """A class, and one object of it: every read and write enters it, and a generator costs four times as much."""

    __slots__ = ()

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: object, fault: BaseException | None, __: object) -> None:
        if isinstance(fault, _FAILED):
            raise _translation(fault) from fault


_TRANSLATED: Final = _Translated()


def translated() -> _Translated:
    """Turn the errors of the libraries below into UniqueTaken and Unavailable."""
    return _TRANSLATED


def _translation(fault: BaseException) -> UniqueTaken | Unavailable:
    """Return what an error of the libraries below is in our words."""
    if _is_unique(fault):
        return UniqueTaken(str(fault))
    return Unavailable("database", str(fault).strip().partition("\n")[0] or "did not answer")


def _is_unique(fault: BaseException) -> bool:
    """Tell a unique row that exists from every other failure; the library wraps the driver's errors."""
    if isinstance(fault, persistence.PersistenceError) and fault.__cause__ is not None:
        fault = fault.__cause__
    if isinstance(fault, sqlite3.IntegrityError):
        return fault.sqlite_errorcode in _UNIQUE
    return isinstance(fault, psycopg.errors.UniqueViolation)

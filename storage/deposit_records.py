"""What is known of each deposit, in one small SQLite file: a row is written whole or not at all, in one sync.

SQLite and not a JSON file per deposit: recording an offset costs one fsync instead of three (file,
rename, folder), and expiry and "mine" are queries.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, NewType

from custody.errors import NotFound, Unavailable
from custody.ports import FileDigests
from custody.values import PersonId

DepositId = NewType("DepositId", str)  # 32 lower-case hex digits

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS deposit (
    id TEXT PRIMARY KEY, person TEXT NOT NULL, session TEXT NOT NULL, metadata TEXT NOT NULL,
    length INTEGER NOT NULL, sha256 TEXT NOT NULL, sha512 TEXT NOT NULL, offset INTEGER NOT NULL,
    status TEXT NOT NULL, expires_at TEXT NOT NULL
) STRICT
"""


class Status(StrEnum):
    """Where a deposit stands."""

    OPEN = "open"
    COMPLETE = "complete"
    STOPPED = "stopped"  # its bytes were not the declared ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """Bytes on their way in: `offset` of them are durable here. Bound to `person`."""

    id: DepositId
    person: PersonId
    session: str
    metadata: Mapping[str, str]
    declared: FileDigests
    offset: int
    status: Status
    expires_at: datetime


class DepositRecords:
    """The table of deposits."""

    def __init__(self, path: Path) -> None:
        self._guard = threading.Lock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", _SCHEMA):
            self._database.execute(statement).fetchall()

    def close(self) -> None:
        """Close the file."""
        with self._guard:
            self._database.close()

    def add(self, deposit: Deposit) -> None:
        """Record a new deposit, durably."""
        with self._asking() as database:
            database.execute(
                "INSERT INTO deposit VALUES (?,?,?,?,?,?,?,?,?,?)",
                (
                    deposit.id,
                    deposit.person,
                    deposit.session,
                    json.dumps(dict(deposit.metadata)),
                    deposit.declared.size,
                    deposit.declared.sha256,
                    deposit.declared.sha512,
                    deposit.offset,
                    deposit.status,
                    deposit.expires_at.isoformat(),
                ),
            )

    def move(self, deposit: Deposit) -> None:
        """Record offset, status and expiry of a deposit, durably."""
        with self._asking() as database:
            database.execute(
                "UPDATE deposit SET offset=?, status=?, expires_at=? WHERE id=?",
                (deposit.offset, deposit.status, deposit.expires_at.isoformat(), deposit.id),
            )

    def remove(self, deposit: DepositId) -> None:
        """Forget a deposit."""
        with self._asking() as database:
            database.execute("DELETE FROM deposit WHERE id=?", (deposit,))

    def find(self, deposit: str) -> Deposit:
        """Return a deposit. Raises NotFound."""
        with self._asking() as database:
            row = database.execute("SELECT * FROM deposit WHERE id=?", (deposit,)).fetchone()
        if row is None:
            raise NotFound("deposit", deposit)
        return _deposit(row)

    def all(self) -> list[Deposit]:
        """Return every deposit."""
        with self._asking() as database:
            return [_deposit(row) for row in database.execute("SELECT * FROM deposit ORDER BY id")]

    def to_come(self) -> tuple[int, int]:
        """Return the bytes that deposits still have to receive, and those of files that are still to be stored."""
        with self._asking() as database:
            row: tuple[int, int] = database.execute(
                "SELECT COALESCE(SUM(length - offset), 0), COALESCE(SUM(length), 0) FROM deposit WHERE status <> ?",
                (Status.STOPPED,),
            ).fetchone()
        to_receive, to_store = row
        return to_receive, to_store

    @contextmanager
    def _asking(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._guard:
                yield self._database
        except sqlite3.Error as fault:
            raise Unavailable("table of deposits", type(fault).__name__) from fault


def _deposit(row: tuple[str, str, str, str, int, str, str, int, str, str]) -> Deposit:
    return Deposit(
        id=DepositId(row[0]),
        person=PersonId(row[1]),
        session=row[2],
        metadata=json.loads(row[3]),
        declared=FileDigests(size=row[4], sha256=row[5], sha512=row[6]),
        offset=row[7],
        status=Status(row[8]),
        expires_at=datetime.fromisoformat(row[9]),
    )

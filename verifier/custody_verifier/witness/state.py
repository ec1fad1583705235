"""What a witness remembers: the logs that it knows, and of each the newest tree that it cosigned (SQLite)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

_TABLES = """
PRAGMA journal_mode=WAL;
CREATE TABLE IF NOT EXISTS log (origin TEXT NOT NULL, vkey TEXT NOT NULL, PRIMARY KEY (origin, vkey)) STRICT;
CREATE TABLE IF NOT EXISTS tree (
  origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note BLOB NOT NULL) STRICT;
CREATE TRIGGER IF NOT EXISTS tree_only_grows BEFORE UPDATE ON tree
  WHEN NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root)
  BEGIN SELECT RAISE(ABORT, 'a witness never goes back'); END;
CREATE TRIGGER IF NOT EXISTS tree_stays BEFORE DELETE ON tree
  BEGIN SELECT RAISE(ABORT, 'a witness never forgets'); END;
"""


@dataclass(frozen=True, slots=True)
class Tree:
    """The newest tree of a log that was cosigned, and the note that said so."""

    size: int
    root: bytes
    note: bytes


class State:
    """One file. Never restore an older copy of it: the witness could then cosign a second history."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, timeout=30, isolation_level=None, check_same_thread=False)
        self._connection.executescript(_TABLES)
        self._connection.execute("PRAGMA synchronous=FULL")
        self._one = Lock()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def add_log(self, origin: str, vkey: str) -> None:
        """Know a log's key from now on; doing so twice is fine."""
        with self._one:
            self._connection.execute("INSERT OR IGNORE INTO log VALUES (?,?)", (origin, vkey))

    def vkeys(self, origin: str) -> list[str]:
        """Return the keys of an origin; none when it is not known."""
        with self._one:
            rows = self._connection.execute("SELECT vkey FROM log WHERE origin = ?", (origin,)).fetchall()
        return [str(row[0]) for row in rows]

    def origins(self) -> list[str]:
        """Return the origins that are known."""
        with self._one:
            rows = self._connection.execute("SELECT DISTINCT origin FROM log ORDER BY origin").fetchall()
        return [str(row[0]) for row in rows]

    def tree(self, origin: str) -> Tree | None:
        """Return the newest tree of an origin, or None."""
        with self._one:
            return self._tree(origin)

    @contextmanager
    def step(self, origin: str) -> Iterator[Step]:
        """Open one atomic step over an origin: what `Step.store` was given is durable when this ends well."""
        with self._one:
            self._connection.execute("BEGIN IMMEDIATE")  # other processes of this witness wait here too
            try:
                yield Step(self._connection, origin, self._tree(origin))
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def _tree(self, origin: str) -> Tree | None:
        query = "SELECT size, root, note FROM tree WHERE origin = ?"
        row = self._connection.execute(query, (origin,)).fetchone()
        return None if row is None else Tree(*row)


class Step:
    """An open step: `tree` is the newest tree now, and stays so until the step ends."""

    def __init__(self, connection: sqlite3.Connection, origin: str, tree: Tree | None) -> None:
        self._connection, self._origin, self.tree = connection, origin, tree

    def store(self, tree: Tree) -> None:
        """Let `tree` be the newest."""
        self._connection.execute(
            "INSERT INTO tree VALUES (?,?,?,?) ON CONFLICT (origin) DO UPDATE SET "
            "size = excluded.size, root = excluded.root, note = excluded.note",
            (self._origin, tree.size, tree.root, tree.note),
        )

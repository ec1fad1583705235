"""What an attacker with the database's rights does to a SQLite ledger: guards off, rows changed, tree built anew."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from events.merkle import Frontier, leaf_hash
from tests.demo.rewriting import act_hash


@contextmanager
def opened(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a ledger for writing with every trigger dropped; committed at the end, guards stay off."""
    with closing(sqlite3.connect(file, isolation_level=None)) as rows:
        for (name,) in rows.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            rows.execute(f'DROP TRIGGER "{name}"')
        rows.execute("BEGIN")
        yield rows
        rows.execute("COMMIT")


def entries(rows: sqlite3.Connection) -> list[bytes]:
    """Return the stored entries in ledger order."""
    return [
        bytes(state) for (state,) in rows.execute("SELECT state FROM stored_events ORDER BY notification_id")
    ]


def read(file: Path) -> list[bytes]:
    """Return the stored entries of a ledger in order, and touch nothing."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as rows:
        return entries(rows)


def replace_all(rows: sqlite3.Connection, new: Sequence[bytes]) -> None:
    """Put `new` in the place of all entries and make every derived row fit; nothing tells of what was published."""
    for table in ("entry", "node", "tree", "published", "cosignature", "tsa_token", "tsa_state"):
        rows.execute(f"DELETE FROM {table}")
    frontier = Frontier.empty()
    for index, data in enumerate(new):
        parsed = json.loads(data)
        act, leaf, recorded_at = parsed["act"], leaf_hash(data), parsed["recorded_at"]
        rows.execute("UPDATE stored_events SET state = ? WHERE notification_id = ?", (data, index + 1))
        rows.execute(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)",
            (index, act["stream"], act["version"], leaf, bytes.fromhex(act_hash(act)), recorded_at),
        )
        frontier, made = frontier.grown([leaf])
        rows.executemany("INSERT INTO node VALUES (?, ?, ?)", [node for node in made if node.level > 0])
        tree = (frontier.size, frontier.root, frontier.to_bytes(), recorded_at)
        rows.execute("INSERT INTO tree VALUES (?, ?, ?, ?)", tree)


def cut(rows: sqlite3.Connection, size: int) -> None:
    """Remove every entry from index `size` on, and every row that speaks of one: what is left is consistent."""
    rows.execute("DELETE FROM stored_events WHERE notification_id > ?", (size,))
    for table in ("entry", "disclosure", "disclosure_again", "taken", "ordinal", "stored_file"):
        rows.execute(f"DELETE FROM {table} WHERE idx >= ?", (size,))
    rows.execute("DELETE FROM tree WHERE size > ?", (size,))
    rows.execute("DELETE FROM node WHERE ((idx + 1) << level) > ?", (size,))
    rows.execute("DELETE FROM idempotency WHERE first + count > ?", (size,))
    rows.execute("DELETE FROM stream_key WHERE stream NOT IN (SELECT stream FROM entry)")
    rows.execute("DELETE FROM file_key WHERE file NOT IN (SELECT file FROM stored_file)")


def digest(file: Path) -> str:
    """Return the hex SHA-256 of a database file and its log, to show that nothing else changed."""
    found = hashlib.sha256()
    for part in (file, file.with_name(file.name + "-wal")):
        found.update(part.read_bytes() if part.exists() else b"")
    return found.hexdigest()

"""Backing up a ledger with its head beside it, and restoring it only where nothing that was receipted is lost.

A backup is a folder: `ledger.sqlite`, `checkpoint` (the signed note of its head), `backup.json` (format
`custody-backup/1`: head, and the SHA-256 of every file), and the files that the caller names, such as keys.
With PostgreSQL: `pg_dump --format=custom` of the database, `pg_restore --exit-on-error` into an empty one, then
`require_head` on it with the newest checkpoint that anybody kept: the same check as here.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from custody import values
from custody.errors import CustodyError, ForkSeen, NotProven, Unavailable
from events.backup_folder import (
    CHECKPOINT,
    DATABASE,
    checked_manifest,
    copy,
    copy_database,
    head_of,
    inside,
    write_manifest,
)
from events.checkpoint import open_checkpoint
from events.database import Database
from events.merkle import Frontier, leaf_hash
from events.note import VerifierKey
from events.recorder import NEWEST_TREE, tree_row
from events.rows import TreeRow
from events.sqlite_database import SqliteDatabase

_PIECE: Final = 2_000
_BELOW: Final = "notification_id > ? AND notification_id <= ?"
_ENTRIES: Final = f"SELECT state FROM stored_events WHERE {_BELOW} ORDER BY notification_id"  # noqa: S608
_BEHIND: Final = (
    "this database holds {ours} entries, and the checkpoint covers {theirs}: people hold receipts for entries "
    "that would be lost. Restore a newer backup. If there is none, do not write to this one: report the loss, "
    "found a new ledger, and keep this one for reading"
)


def back_up(
    database: SqliteDatabase, checkpoint_of: Callable[[int], bytes], folder: Path, files: Mapping[str, Path]
) -> TreeRow:
    """Write a consistent backup into a new folder while the ledger is in use; return the head that it holds.

    `checkpoint_of(size)` is `LedgerReader.checkpoint`; `files` are further files by their name in the data
    folder, e.g. `keys/log.pem`. Raises Unavailable when the folder exists or cannot be written.
    """
    staging = folder.with_name(f"{folder.name}.unfinished")
    try:
        if folder.exists():
            raise Unavailable("backup", f"{folder} exists")
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True, mode=0o700)
        copy_database(database.file, staging / DATABASE)
        for name, path in files.items():
            copy(path, staging / inside(name))
        head = head_of(staging / DATABASE)
        (staging / CHECKPOINT).write_bytes(checkpoint_of(head.size))
        write_manifest(staging, head)
        staging.rename(folder)
    except (OSError, sqlite3.Error) as fault:
        raise Unavailable("backup", str(fault)) from fault
    return head


def restore(backup: Path, target: Path, log: VerifierKey, kept: bytes | None = None) -> TreeRow:
    """Restore a backup into a folder that is empty or does not exist; return the head that it has now.

    `kept` is the newest checkpoint that anybody holds: a receipt's, a client's, a witness's. Raises NotProven
    when the backup is behind it, ForkSeen when it is of another history, ContentAltered for an altered file; then
    nothing stays in the folder.
    """
    try:
        if target.exists() and any(target.iterdir()):
            raise Unavailable("restore", f"{target} is not empty")
        names = checked_manifest(backup)
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _empty_again_unless_whole(target):
            for name in names:
                if name != CHECKPOINT:
                    copy(backup / name, target / name)
            return _require_restored(target / DATABASE, (backup / CHECKPOINT).read_bytes(), log, kept)
    except OSError as fault:
        raise Unavailable("restore", str(fault)) from fault


@contextmanager
def _empty_again_unless_whole(target: Path) -> Iterator[None]:
    """Take everything away again when what runs here raises: a service on a refused ledger would fork it."""
    try:
        yield
    except (CustodyError, OSError):
        for each in target.iterdir():
            if each.is_dir():
                shutil.rmtree(each)
            else:
                each.unlink()
        raise


def _require_restored(file: Path, own: bytes, log: VerifierKey, kept: bytes | None) -> TreeRow:
    database = SqliteDatabase(file)
    try:
        head = require_head(database, log, own)
        return head if kept is None else require_head(database, log, kept)
    finally:
        database.close()


def require_head(database: Database, log: VerifierKey, kept: bytes) -> TreeRow:
    """Return the head of a database once its entries give it, and hold all that a kept checkpoint covers.

    Raises NotProven, with what to do, when entries are missing; ForkSeen for another history; Malformed.
    """
    checkpoint, head = open_checkpoint(kept, log), tree_row(database.read(NEWEST_TREE))
    if checkpoint.size > head.size:
        raise NotProven(_BEHIND.format(ours=head.size, theirs=checkpoint.size))
    frontier = Frontier.empty()
    for stop in sorted({checkpoint.size, head.size}):
        frontier = _grown(database, frontier, stop)
        expected = head.root if stop == head.size else checkpoint.root
        _require_root(frontier, stop, expected)
        if stop == checkpoint.size:
            _require_root(frontier, stop, checkpoint.root)
    return head


def _grown(database: Database, frontier: Frontier, stop: int) -> Frontier:
    while frontier.size < stop:
        rows = database.read(_ENTRIES, (frontier.size, min(frontier.size + _PIECE, stop)))
        if not rows:
            raise NotProven(f"entry {frontier.size} is missing, below the head of the database")
        frontier, _ = frontier.grown(leaf_hash(bytes(row[0])) for row in rows if isinstance(row[0], bytes))
    return frontier


def _require_root(frontier: Frontier, size: int, root: bytes) -> None:
    if (frontier.size, frontier.root) != (size, root):
        raise ForkSeen(size=size, ours=values.to_base64(frontier.root), theirs=values.to_base64(root))

"""The folder of a backup: its files, their digests in a manifest, and a consistent copy of a SQLite database."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from custody import values
from custody.canonical import canonical, parse
from custody.errors import ContentAltered, Malformed
from events.recorder import NEWEST_TREE, tree_row
from events.rows import TreeRow

FORMAT: Final = "custody-backup/1"
DATABASE: Final = "ledger.sqlite"
CHECKPOINT: Final = "checkpoint"
MANIFEST: Final = "backup.json"


def copy_database(source: Path, target: Path) -> None:
    """Copy a database in use as it is at one moment."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new, pages=4_096)  # in pieces, so that writers need not wait for the whole
        new.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
    target.chmod(0o600)


def head_of(file: Path) -> TreeRow:
    """Return the newest tree row of a copy."""
    with closing(sqlite3.connect(file)) as copy:
        return tree_row(copy.execute(NEWEST_TREE).fetchall())


def copy(source: Path, target: Path) -> None:
    """Copy a file durably, readable by its owner alone."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(source, target)
    target.chmod(0o600)
    with target.open("rb+") as written:
        os.fsync(written.fileno())


def inside(name: str) -> str:
    """Return a name that cannot lead out of the folder."""
    path = Path(name)
    if path.is_absolute() or not path.parts or ".." in path.parts:
        raise Malformed("name", "is not a name within the folder")
    return name


def write_manifest(folder: Path, head: TreeRow) -> None:
    """Write the digests of all files of a folder, and the head that its database has."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {path.relative_to(folder).as_posix(): _digest(path) for path in paths}
    found = {
        "files": [[name, digest] for name, digest in files.items()],
        "format": FORMAT,
        "recorded_at": head.recorded_at,
        "root": values.to_base64(head.root),
        "size": head.size,
    }
    (folder / MANIFEST).write_bytes(canonical(json.loads(json.dumps(found))))


def checked_manifest(folder: Path) -> list[str]:
    """Return the names of the files, each with the digest that the manifest has."""
    found: Any = parse((folder / MANIFEST).read_bytes(), MANIFEST)
    if (
        not isinstance(found, dict)
        or found.get("format") != FORMAT
        or not isinstance(found.get("files"), list)
    ):
        raise Malformed(MANIFEST, f"is not {FORMAT}")
    names = []
    for name, digest in found["files"]:
        measured = _digest(folder / inside(str(name)))
        if measured != digest:
            raise ContentAltered(f"backup file {name}", expected=str(digest), measured=measured)
        names.append(str(name))
    return names


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

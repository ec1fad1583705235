"""Writes files that only their owner may read: whole or not at all, and durable before it returns."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import BinaryIO


def make_folder(path: Path) -> Path:
    """Make a folder that only its owner may enter, with those above it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def create(path: Path) -> BinaryIO:
    """Open a new file that only its owner may read. Raises FileExistsError, also for a link that leads nowhere."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def write(path: Path, data: bytes) -> None:
    """Put `data` in the place of `path` at once, mode 0600; after a crash the old or the new file stands."""
    make_folder(path.parent)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    file = create(fresh)
    try:
        with file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

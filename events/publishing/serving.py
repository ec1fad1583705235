"""The published log as files to serve: which names there are, who may have them (log-v1 section 2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from custody.errors import NotFound
from custody.ports import ObjectStore
from events.tiles import CHECKPOINT, ENTRIES

_number = r"(?:x[0-9]{3}/){0,5}[0-9]{3}(?:\.p/(?:[1-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5]))?"
_tile = re.compile(rf"tile/(?:[0-9]|[1-5][0-9]|6[0-3])/{_number}").fullmatch
_bundle = re.compile(rf"{ENTRIES}/{_number}").fullmatch
LONGEST_NAME: Final = 60  # characters: the longest number of a tile has six groups
TEXT: Final = "text/plain; charset=utf-8"
BYTES: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class LogFile:
    """A file of the log: its bytes, media type, and whether it may be kept for ever."""

    data: bytes
    media_type: str
    is_immutable: bool


def is_public(path: str) -> bool:
    """Whether anyone may read a path: `checkpoint` and hash tiles; entry bundles are for auditors and witnesses."""
    return path == CHECKPOINT or (len(path) <= LONGEST_NAME and _tile(path) is not None)


def is_bundle(path: str) -> bool:
    """Whether a path is the name of an entry bundle, be it there or not."""
    return len(path) <= LONGEST_NAME and _bundle(path) is not None


def log_file(log: ObjectStore, path: str) -> LogFile:
    """Return a file of the log. Raises NotFound for every other name, Unavailable."""
    if not is_public(path) and not is_bundle(path):
        raise NotFound("file of the log", path[:100])
    data = log.read(path).data
    return LogFile(data, TEXT if path == CHECKPOINT else BYTES, path != CHECKPOINT)

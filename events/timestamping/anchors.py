"""Anchors: the published checkpoints with their cosignatures, and the tokens that verified over them."""

from __future__ import annotations

from dataclasses import dataclass

from events.database import Database
from events.log_keys import LogKeys
from events.publishing.record import PublishedRecord


@dataclass(frozen=True, slots=True)
class Anchor:
    """A published checkpoint (bundle-v1 6).

    `checkpoint` is the note as published, with its cosignatures; `tokens` are the name of each TSA and its
    TimeStampResp, byte for byte as it came.
    """

    size: int
    checkpoint: bytes
    tokens: tuple[tuple[str, bytes], ...] = ()


class Anchors:
    """Reads them from the tables `published` and `cosignature`."""

    def __init__(self, database: Database, keys: LogKeys) -> None:
        self._record = PublishedRecord(database, keys)

    def all(self) -> list[Anchor]:
        """Return every published checkpoint by ascending size. Raises Unavailable."""
        return [Anchor(size, self._record.note(size)) for size in self._record.sizes()]

"""Anchors: the published checkpoints with their cosignatures, and the tokens that count over them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from custody import values
from events.checkpoint import MAX_SIZE
from events.database import Database
from events.log_keys import LogKeys
from events.publishing.record import PublishedRecord
from events.timestamping.clocks import fits, newest_below
from events.timestamping.record import TokenRecord

_STAMPED: Final = (
    "SELECT t.size, t.time, e.recorded_at FROM tsa_token t JOIN entry e ON e.idx = t.size - 1 "
    "WHERE t.size > ? ORDER BY t.size LIMIT ?"
)
_NEAREST: Final = 8  # sizes on either side
_TOKENS: Final = 160  # read at once: those of eight sizes at the least, each stamped by all 20 authorities
_COSIGNED: Final = "SELECT DISTINCT size FROM cosignature WHERE size <= ? ORDER BY size DESC LIMIT 8"
_FOLLOWING: Final = (
    "SELECT min(size) FROM tsa_token WHERE size > ?",
    "SELECT min(size) FROM cosignature WHERE size > ?",
)


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
    """Reads them from the tables `published`, `cosignature` and `tsa_token`."""

    def __init__(self, database: Database, keys: LogKeys) -> None:
        self._database = database
        self._record, self._tokens = PublishedRecord(database, keys), TokenRecord(database)

    def all(self) -> list[Anchor]:
        """Return every published checkpoint by ascending size: for small ledgers. Raises Unavailable."""
        return self.of(self._record.sizes())

    def of(self, sizes: Iterable[int]) -> list[Anchor]:
        """Return the published checkpoints of some sizes, ascending. Raises NotFound, Unavailable."""
        return [Anchor(size, self._record.note(size), self._fitting(size)) for size in sorted(set(sizes))]

    def _fitting(self, size: int) -> tuple[tuple[str, bytes], ...]:
        """Return the tokens over a size but those of a time that its entries contradict (log-v1 9.3)."""
        kept = self._tokens.over(size)
        newest = newest_below(self._database, size) if kept else None
        return tuple((each.tsa, each.response) for each in kept if newest and fits(each.time, newest))

    def around(self, indexes: Iterable[int], size: int) -> list[Anchor]:
        """Return all anchors that a bundle may choose from for some entries (bundle-v1 6), and few others.

        For each entry: the next eight stamped sizes that hold it and the last eight cosigned ones that do not, so
        that there are some of several parties; only sizes up to `size`. Raises Unavailable.
        """
        wanted, until = set[int](), -1
        for index in sorted(set(indexes)):
            if index < until:  # nothing was stamped or cosigned in between: the same anchors
                continue
            wanted |= self._stamped(index)
            wanted |= {cast(int, row[0]) for row in self._database.read(_COSIGNED, (index,))}
            until = self._next(index)
        return self.of(each for each in wanted if each <= size)

    def _stamped(self, index: int) -> set[int]:
        """Return the next sizes that hold an entry and have a token that fits."""
        found, after = set[int](), index
        while len(found) < _NEAREST:
            rows = self._database.read(_STAMPED, (after, _TOKENS))
            for size, time, recorded_at in rows:
                after = cast(int, size)
                if len(found) < _NEAREST and fits(_instant(time), _instant(recorded_at)):
                    found.add(after)
            if len(rows) < _TOKENS:
                break
        return found

    def _next(self, index: int) -> int:
        """Return the smallest size above an entry that anybody has stamped or cosigned."""
        found = [
            cast("int | None", self._database.read(statement, (index,))[0][0]) for statement in _FOLLOWING
        ]
        return min((each for each in found if each is not None), default=MAX_SIZE)


def _instant(value: object) -> datetime:
    return values.recorded_instant(value, "tsa_token.time")

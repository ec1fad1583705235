"""Entries, streams and disclosures, read from stored bytes with the keys of streams alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, cast

from custody.act import Disclosure, Entry, read_entry
from custody.errors import ChainBroken, NotFound
from custody.ports import Recorded
from custody.values import StreamName
from events.boxes import boxes_of
from events.database import Database
from events.sealing import open_box
from events.stream_keys import StreamKeys

PAGE: Final = 1_000  # entries read at once
_RANGE: Final = (
    "SELECT notification_id - 1, state FROM stored_events "
    "WHERE notification_id > ? AND notification_id <= ? ORDER BY notification_id"
)
_STREAM: Final = (
    "SELECT notification_id - 1, state FROM stored_events WHERE originator_id = ? ORDER BY originator_version"
)


class EntryReader:
    """That part of `custody.ports.LedgerReader` which needs neither a tree nor the log's key."""

    def __init__(self, database: Database, keys: StreamKeys) -> None:
        self._database, self._keys = database, keys

    def entries(self, start: int, stop: int) -> Iterator[Recorded]:
        """Yield the entries of [start, stop) in ledger order. Raises ChainBroken at one that is missing."""
        expected = start
        for index, data in self.raw(start, stop):
            if index != expected:
                break
            yield Recorded(index, read_entry(data))
            expected += 1
        if expected < stop:
            raise ChainBroken(expected, "is missing")

    def raw(self, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        """Yield index and stored bytes of [start, stop), unparsed."""
        while start < stop:
            end = min(stop, start + PAGE)
            for index, data in self._database.read(_RANGE, (start, end)):
                yield cast(int, index), cast(bytes, data)
            start = end

    def stream(self, name: StreamName) -> Sequence[Recorded]:
        """Return all entries of a stream in order; empty when there is none."""
        rows = self._database.read(_STREAM, (name,))
        return [Recorded(cast(int, index), read_entry(cast(bytes, data))) for index, data in rows]

    def disclosures(self, index: int) -> tuple[Disclosure, ...]:
        """Return the disclosures of an entry that can still be opened; none when its key was destroyed.

        Raises NotFound, and ContentAltered for a box that is not what was sealed.
        """
        return self.opened(Recorded(index, self._entry(index)))

    def opened(self, recorded: Recorded) -> tuple[Disclosure, ...]:
        """Return the disclosures of an entry that was read already; otherwise as `disclosures`."""
        index, act = recorded.index, recorded.entry.act
        for generation, box in boxes_of(self._database, index):
            key = self._keys.at(act.stream, generation)
            if key is not None:
                return open_box(key, act, box, index)
        return ()

    def _entry(self, index: int) -> Entry:
        rows = self._database.read(_RANGE, (index, index + 1)) if index >= 0 else []
        if not rows:
            raise NotFound("entry", str(index))
        return read_entry(cast(bytes, rows[0][1]))

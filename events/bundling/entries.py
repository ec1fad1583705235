"""The entries of a bundle, page by page: their stored bytes, and what can still be opened of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, cast

from custody.act import Disclosure, Entry, read_entry, require_opening
from custody.errors import ChainBroken, ContentAltered, Malformed
from custody.ports import Recorded
from events.bundling.reach import Reach
from events.ledger import StoredLedger

PAGE: Final = 64  # entries read at once
_ROWS: Final = (
    "SELECT notification_id - 1, state FROM stored_events "
    "WHERE notification_id IN ({}) ORDER BY notification_id"
)


class BundleEntries:
    """The entries of a ledger at `indexes`, which ascend, for somebody whose `reach` says what they may see."""

    def __init__(self, ledger: StoredLedger, indexes: Sequence[int], reach: Reach) -> None:
        self._ledger, self.indexes, self._reach = ledger, indexes, reach

    def rows(self) -> Iterator[tuple[int, bytes]]:
        """Yield index and stored bytes of every entry. Raises ChainBroken when one is missing."""
        for start in range(0, len(self.indexes), PAGE):
            page = list(self.indexes[start : start + PAGE])
            statement = _ROWS.format(",".join("?" * len(page)))
            found = self._ledger.database.read(statement, [index + 1 for index in page])
            rows = cast(list[tuple[int, bytes]], found)
            if [row[0] for row in rows] != page:
                lost = min(set(page) - {row[0] for row in rows}, default=page[0])
                raise ChainBroken(lost, "is missing")
            for index, data in rows:
                yield index, bytes(data)

    def opened(self) -> Iterator[tuple[int, Entry, list[Disclosure]]]:
        """Yield every entry that has a body, with what may and can still be opened of it, sorted by name.

        Raises ChainBroken, and ContentAltered for a value that is not what was committed to.
        """
        for index, entry in self.read():
            if entry.act.body:
                yield index, entry, self._opened(index, entry)

    def read(self) -> Iterator[tuple[int, Entry]]:
        """Yield index and entry of every row. Raises ChainBroken."""
        for index, data in self.rows():
            try:
                yield index, read_entry(data)
            except Malformed as fault:
                raise ChainBroken(index, "is not an entry") from fault

    def _opened(self, index: int, entry: Entry) -> list[Disclosure]:
        if not any(self._reach.shows(entry.act.stream, name) for name in entry.act.body):
            return []
        opened = sorted(self._ledger.opened(Recorded(index, entry)), key=lambda each: each.name)
        found = [each for each in opened if self._reach.shows(entry.act.stream, each.name)]
        for each in found:
            try:
                require_opening(entry.act, each, f"entry {index}")
            except Malformed as fault:
                what = f"{each.name} of entry {index}"
                raise ContentAltered(what, expected="its commitment", measured="another value") from fault
        return found

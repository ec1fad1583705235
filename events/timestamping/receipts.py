"""The tokens that make a receipt time-stamped: those over the first stamped checkpoint that holds its entry."""

from __future__ import annotations

from custody.errors import NotFound
from events.timestamping.record import TokenRecord


class CoveringStamps:
    """`events.publishing.receipts.Stamps` over the tokens that are kept."""

    def __init__(self, record: TokenRecord) -> None:
        self._record = record

    def over(self, index: int) -> tuple[int, tuple[tuple[str, bytes], ...]] | None:
        """Return the smallest size above `index` that was stamped, with its tokens; None when there is none."""
        try:
            size = self._record.covering(index)
        except NotFound:
            return None
        return size, tuple((each.tsa, each.response) for each in self._record.over(size))

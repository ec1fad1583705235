"""Time-stamped receipts: an entry under a checkpoint over which a token counts (log-v1 9.6)."""

from __future__ import annotations

from dataclasses import dataclass

from custody.ports import LedgerReader, Receipt
from events.committed import proven
from events.publishing.record import PublishedRecord
from events.timestamping.record import Kept, TokenRecord


@dataclass(frozen=True, slots=True)
class StampedReceipt:
    """A receipt, and the tokens over the text of its checkpoint."""

    receipt: Receipt
    tokens: tuple[Kept, ...]


class StampedReceipts:
    """Makes receipts with the earliest time that an authority stands for."""

    def __init__(self, reader: LedgerReader, published: PublishedRecord, tokens: TokenRecord) -> None:
        self._reader, self._published, self._tokens = reader, published, tokens

    def of(self, index: int) -> StampedReceipt:
        """Return a receipt under the smallest stamped checkpoint that covers an entry. Raises NotFound."""
        size = self._tokens.covering(index)
        data = next(data for _, data in self._reader.raw(index, index + 1))
        path = self._reader.inclusion(index, size)
        receipt = proven(index, data, path, self._published.note(size))
        return StampedReceipt(receipt, tuple(self._tokens.over(size)))

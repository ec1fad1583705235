"""Better receipts: the same entry under a published checkpoint, with its cosignatures (ledger-v1 section 6)."""

from __future__ import annotations

from dataclasses import dataclass

from custody.ports import LedgerReader, Receipt
from events.committed import proven
from events.policy import Backing, Policy
from events.publishing.record import PublishedRecord


@dataclass(frozen=True, slots=True)
class Upgraded:
    """A receipt under a published checkpoint, and what that has of the deployment's policy."""

    receipt: Receipt
    backing: Backing


class ReceiptUpgrade:
    """Makes receipts that other parties stand behind."""

    def __init__(self, reader: LedgerReader, record: PublishedRecord, policy: Policy) -> None:
        self._reader, self._record, self._policy = reader, record, policy

    def upgraded(self, index: int) -> Upgraded:
        """Return a receipt of an entry under the best published checkpoint that covers it.

        The newest of all if it meets the quorum, else the newest that has a cosignature if that does. Raises
        NotFound while the entry is not published.
        """
        newest = self._under(index, self._record.covering(index))
        if newest.backing.is_met:
            return newest
        witnessed = self._record.newest_cosigned(index)
        if witnessed is None:
            return newest
        other = self._under(index, witnessed)
        return other if other.backing.is_met else newest

    def _under(self, index: int, size: int) -> Upgraded:
        note = self._record.note(size)
        data = next(data for _, data in self._reader.raw(index, index + 1))
        receipt = proven(index, data, self._reader.inclusion(index, size), note)
        return Upgraded(receipt, self._policy.judge(note))

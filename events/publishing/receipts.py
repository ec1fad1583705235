"""Better receipts: the same entry under a published checkpoint, with its cosignatures (ledger-v1 section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from custody.errors import NotFound, NotYet
from custody.ports import LedgerReader, Receipt
from custody.verdict import Grade
from events.committed import proven
from events.policy import Backing, Policy
from events.publishing.record import PublishedRecord


@dataclass(frozen=True, slots=True)
class Upgraded:
    """A receipt under a published checkpoint, and what that has of the deployment's policy.

    `tokens` are the names of TSAs, each with its TimeStampResp over the checkpoint's text, byte for byte.
    """

    receipt: Receipt
    backing: Backing
    tokens: tuple[tuple[str, bytes], ...] = ()

    @property
    def grade(self) -> Grade:
        """The highest grade that it reaches, in the order of verdict-v1 section 2."""
        if self.backing.is_witnessed:
            return Grade.WITNESSED
        return Grade.TIME_STAMPED if self.tokens else Grade.SIGNED


class Stamps(Protocol):
    """The tokens that count (log-v1 9.3)."""

    def over(self, index: int) -> tuple[int, tuple[tuple[str, bytes], ...]] | None:
        """Return the smallest size above `index` that was stamped, with its tokens; None when there is none."""


class ReceiptUpgrade:
    """Makes receipts that other parties stand behind; without `stamps` no TSA is asked."""

    def __init__(
        self, reader: LedgerReader, record: PublishedRecord, policy: Policy, stamps: Stamps | None = None
    ) -> None:
        self._reader, self._record, self._policy, self._stamps = reader, record, policy, stamps

    def at_least(self, index: int, grade: Grade) -> Upgraded:
        """Return a receipt that reaches `grade`: witnessed, or time-stamped. Raises NotYet, which says why not."""
        if grade is Grade.TIME_STAMPED:
            return self.stamped(index)
        if not self._policy.witnesses:
            raise NotYet("receipt.no-witnesses", "no witness is asked to cosign")
        found = self.upgraded(index)
        if not found.backing.is_witnessed:
            raise NotYet("receipt.not-witnessed", f"the quorum is not met: {found.backing.asked}")
        return found

    def upgraded(self, index: int) -> Upgraded:
        """Return a receipt of an entry under the best published checkpoint that covers it.

        The newest of all if it meets the quorum, else the newest that has a cosignature if that does. Raises
        NotYet while the entry is not published.
        """
        newest = self._under(index, self._covering(index))
        if newest.backing.is_met:
            return newest
        witnessed = self._record.newest_cosigned(index)
        if witnessed is None:
            return newest
        other = self._under(index, witnessed)
        return other if other.backing.is_met else newest

    def stamped(self, index: int) -> Upgraded:
        """Return a receipt under the first stamped checkpoint that covers an entry. Raises NotYet."""
        if self._stamps is None:
            raise NotYet("receipt.no-tsa", "no time-stamping authority is asked")
        found = self._stamps.over(index)
        if found is None:
            self._covering(index)
            raise NotYet("receipt.not-time-stamped", "no token covers the entry")
        size, tokens = found
        under = self._under(index, size)
        return Upgraded(under.receipt, under.backing, tokens)

    def newest(self) -> Backing | None:
        """Return what the newest published checkpoint has of the policy; None before anything is published."""
        size = self._record.newest()
        return None if not size else self._policy.judge(self._record.note(size))

    def _covering(self, index: int) -> int:
        try:
            return self._record.covering(index)
        except NotFound as fault:
            raise NotYet("receipt.not-published", "no published checkpoint covers the entry") from fault

    def _under(self, index: int, size: int) -> Upgraded:
        note = self._record.note(size)
        data = next(data for _, data in self._reader.raw(index, index + 1))
        receipt = proven(index, data, self._reader.inclusion(index, size), note)
        return Upgraded(receipt, self._policy.judge(note))

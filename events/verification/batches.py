"""Batches: acts under one signature stand in the ledger together, whole and in order (ledger-v1, section 8)."""

from __future__ import annotations

from custody.act import Signature
from custody.ports import Recorded
from custody.values import Fingerprint


class Batches:
    """The batch that is open after the entries so far, if any."""

    def __init__(self) -> None:
        self._open: tuple[bytes, Fingerprint, int, int] | None = None  # signature, key, size, next place

    def take(self, recorded: Recorded) -> str | None:
        """Take an entry; return what is wrong with its place, or with the batch that it cuts off."""
        signature = recorded.entry.signature
        if self._open is None and signature.batch is None:
            return None
        return self._take(signature, recorded.entry.act.key)

    def rest(self) -> str | None:
        """Return what is wrong when no entry follows."""
        return None if self._open is None else "the batch before the end of the ledger is not whole"

    def _take(self, signature: Signature, key: Fingerprint) -> str | None:
        before, self._open, batch = self._open, None, signature.batch
        if batch is not None and batch.index + 1 < batch.size:
            self._open = signature.value, key, batch.size, batch.index + 1
        if before is None:
            whole = batch is not None and batch.index == 0
            return None if whole else "its batch does not begin with its first act"
        if batch is None or before != (signature.value, key, batch.size, batch.index):
            return "the batch before it is not whole, or not in order"
        return None

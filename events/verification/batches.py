"""Batches: acts under one signature stand in the ledger together, whole and in order (ledger-v1, section 8).

The path of one act proves neither its index nor the size of its batch: other places can have the same path. Only all
acts together do, whose root must be the one that was signed.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from custody.act import Batch
from custody.errors import SignatureRefused
from custody.ports import Recorded
from events.batch import batch_message, signed_message

_LOST: Final = b""  # stands for the message of an act that is not where it belongs


class _Open(NamedTuple):
    """A batch that has begun: what its acts have in common, and their messages so far."""

    signature: bytes
    key: str
    person: str
    size: int
    messages: list[bytes]


class Batches:
    """The batch that is open after the entries so far, if any."""

    def __init__(self) -> None:
        self._open: _Open | None = None

    def take(self, recorded: Recorded) -> str | None:
        """Take an entry; return what is wrong with its place, or with the batch that it cuts off or ends."""
        batch = recorded.entry.signature.batch
        if batch is not None:
            return self._take(recorded, batch)
        return self._cut() and "the batch before it is not whole"

    def rest(self) -> str | None:
        """Return what is wrong when no entry follows."""
        return self._cut() and "the batch before the end of the ledger is not whole"

    def _cut(self) -> _Open | None:
        before, self._open = self._open, None
        return before

    def _take(self, recorded: Recorded, batch: Batch) -> str | None:
        act, before = recorded.entry.act, self._cut()
        common = recorded.entry.signature.value, act.key, act.person, batch.size
        found = _Open(*common, []) if before is None or batch.index == 0 else before
        fault = None if found is before or before is None else "the batch before it is not whole"
        if common != found[:4] or batch.index != len(found.messages):
            fault = "its batch is not whole, or not in order"
            found = _Open(*common, [_LOST] * batch.index)  # so that the rest of it is not found again
        found.messages.append(act.message)
        if len(found.messages) < batch.size:
            self._open = found
        elif _LOST not in found.messages and not _is_signed(found.messages, batch):
            return "the acts of its batch together are not those that were signed"
        return fault


def _is_signed(messages: list[bytes], batch: Batch) -> bool:
    """Tell whether the root over all acts is the one to which the path of the last one leads."""
    try:
        return signed_message(messages[-1], batch) == batch_message(messages)
    except SignatureRefused:
        return False

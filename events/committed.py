"""What a committed group leaves in memory: the signed head, and what its receipts are made from."""

from __future__ import annotations

from dataclasses import dataclass

from custody.act import Entry
from custody.ports import Receipt
from events.edge import Edge
from events.receipt import proof_bytes
from events.rows import TreeRow


@dataclass(frozen=True, slots=True)
class Committed:
    """A tree row that is durable, its checkpoint, and the right edge of its tree."""

    tree: TreeRow
    checkpoint: bytes
    edge: Edge


@dataclass(slots=True)
class Written:
    """The entries of one proposal, from `first` on; `group` is set when the group they came with is durable."""

    first: int
    entries: list[Entry]
    group: Committed | None = None

    def receipts(self) -> tuple[Receipt, ...]:
        """Return a receipt for each entry, under the tree that its own group made."""
        assert self.group is not None  # noqa: S101 - settled before it is handed out
        group = self.group
        return tuple(
            proven(index, entry.data, group.edge.path(index), group.checkpoint)
            for index, entry in enumerate(self.entries, self.first)
        )


def proven(index: int, data: bytes, path: list[bytes], checkpoint: bytes) -> Receipt:
    """Return the receipt of an entry's bytes from its parts."""
    return Receipt(index, data, proof_bytes(index, path, checkpoint))

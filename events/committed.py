"""What a committed group leaves in memory: the signed head, and the hashes that its receipts need."""

from __future__ import annotations

from dataclasses import dataclass

from custody.act import Entry
from custody.ports import Receipt
from events import receipt
from events.merkle import Coordinate, Frontier, Node
from events.proofs import inclusion_path
from events.rows import TreeRow


@dataclass(frozen=True, slots=True)
class Committed:
    """A tree row that is durable, its checkpoint, the frontier before it, and the complete subtrees that it made."""

    before: Frontier
    tree: TreeRow
    checkpoint: bytes
    made: list[Node]

    def hashes(self) -> dict[Coordinate, bytes]:
        """Return the complete subtrees from which each path of the group is made."""
        nodes = (*self.before.nodes(), *self.made)
        return {Coordinate(node.level, node.number): node.hash for node in nodes}

    def paths(self, first: int, count: int) -> list[list[bytes]]:
        """Return the inclusion paths of `count` entries of the group from index `first` on."""
        size = self.tree.size
        if (
            first == size - 1 == self.before.size
        ):  # the last leaf's left neighbours are the frontier before it
            return [list(reversed(self.before.hashes))]
        hash_of = self.hashes().__getitem__
        return [inclusion_path(index, size, hash_of) for index in range(first, first + count)]


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
        paths = group.paths(self.first, len(self.entries))
        return tuple(
            proven(self.first + place, entry.data, path, group.checkpoint)
            for place, (entry, path) in enumerate(zip(self.entries, paths, strict=True))
        )


def proven(index: int, data: bytes, path: list[bytes], checkpoint: bytes) -> Receipt:
    """Return the receipt of an entry's bytes from its parts."""
    return Receipt(index, data, receipt.Receipt(index, tuple(path), checkpoint).to_bytes())

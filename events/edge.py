"""Inclusion paths of the entries that a group has just appended, from what the group has in memory.

The same paths as `events.proofs` makes from stored nodes (ledger-v1 3.1), without walking the ranges: a tree of
any size is complete subtrees, largest first, one per set bit of its size. The path of a leaf goes up inside its own
subtree, then takes the smaller subtrees to the right as one, then each larger one to the left.
"""

from __future__ import annotations

from collections.abc import Iterable

from events.merkle import Frontier, Node, folded


class Edge:
    """The right edge of a tree that grew from `before` to `after` and completed the subtrees `made`."""

    __slots__ = ("_after", "_hashes")

    def __init__(self, before: Frontier, after: Frontier, made: Iterable[Node]) -> None:
        self._after = after
        # Nodes are pairs of level and number with their hash; plain tuples are quick to look up.
        self._hashes = {(level, number): item for level, number, item in (*before.nodes(), *made)}

    def path(self, index: int) -> list[bytes]:
        """Return the inclusion path of a leaf that was appended; KeyError for another."""
        subtrees, start, place = self._after.hashes, 0, 0
        for level in _levels(self._after.size):
            if index < start + (1 << level):
                break
            start += 1 << level
            place += 1
        else:
            raise KeyError(index)
        inside = [self._hashes[up, (index >> up) ^ 1] for up in range(level)]
        right = subtrees[place + 1 :]
        if right:
            inside.append(folded(right))
        return inside + list(reversed(subtrees[:place]))


def _levels(size: int) -> list[int]:
    """Return the levels of the complete subtrees of a tree, largest first."""
    return [level for level in range(size.bit_length() - 1, -1, -1) if size >> level & 1]

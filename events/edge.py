"""Inclusion paths the short way: where each hash of a path stands, straight from index and size.

The same paths as `events.proofs` makes (ledger-v1 3.1), without walking the ranges: a tree of any size is complete
subtrees, largest first, one per set bit of its size. The path of a leaf goes up inside its own subtree, then takes
the smaller subtrees to the right as one, then each larger one to the left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from events.merkle import Frontier, Node, folded

Place: TypeAlias = tuple[int, int]  # level and number of a complete subtree, plain for speed


class Places(NamedTuple):
    """The complete subtrees of a path: siblings inside, those to the right, those to the left, nearest first."""

    inside: list[Place]
    right: list[Place]
    left: list[Place]

    def path(self, hash_of: Callable[[Place], bytes]) -> list[bytes]:
        """Return the path, given the hash of each place."""
        found = [hash_of(place) for place in self.inside]
        if self.right:
            found.append(folded([hash_of(place) for place in self.right]))
        return found + [hash_of(place) for place in self.left]


def places(index: int, size: int) -> Places:
    """Return where the hashes of PATH(index, D[size]) stand; ValueError unless 0 <= index < size."""
    if not 0 <= index < size:
        raise ValueError(f"index {index} is not in a tree of size {size}")
    own = (index ^ size).bit_length() - 1  # the highest bit in which they differ is the level of its subtree
    inside = [(level, (index >> level) ^ 1) for level in range(own)]
    left = [(level, (size >> level) ^ 1) for level in range(own + 1, size.bit_length()) if size >> level & 1]
    right = [(level, (size >> level) ^ 1) for level in range(own - 1, -1, -1) if size >> level & 1]
    return Places(inside, right, left)


class Edge:
    """The right edge of a tree that grew from `before` to `after` and completed the subtrees `made`.

    A leaf that was appended alone stands beside the frontier that was there before it, and nothing else: its path
    is that frontier, nearest first. A lone writer asks for no other path.
    """

    __slots__ = ("_alone", "_before", "_hashes", "_size")

    def __init__(self, before: Frontier, after: Frontier, made: Iterable[Node]) -> None:
        self._before, self._size = before, after.size
        self._alone = after.size == before.size + 1
        self._hashes: dict[Place, bytes] = {}
        if not self._alone:
            self._hashes = {(level, number): item for level, number, item in (*before.nodes(), *made)}

    def path(self, index: int) -> list[bytes]:
        """Return the inclusion path of a leaf that was appended; KeyError or ValueError for another."""
        if self._alone and index == self._before.size:
            return [*reversed(self._before.hashes)]
        return places(index, self._size).path(self._hashes.__getitem__)

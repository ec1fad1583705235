"""The tree, recomputed from leaf hashes: the root of any size that somebody claims."""

from __future__ import annotations

from collections.abc import Sequence

from events.merkle import HASH_BYTES, Coordinate, Frontier, cover, folded


class Trees:
    """A growing tree that keeps each complete subtree: 64 bytes for each entry."""

    def __init__(self) -> None:
        self._frontier = Frontier.empty()
        self._levels: list[bytearray] = []

    @property
    def size(self) -> int:
        """The number of leaves."""
        return self._frontier.size

    def grow(self, leaves: Sequence[bytes]) -> None:
        """Append leaf hashes."""
        self._frontier, made = self._frontier.grown(leaves)
        for level, _number, found in made:
            if level == len(self._levels):
                self._levels.append(bytearray())
            self._levels[level] += found

    def root(self, size: int) -> bytes:
        """Return the root over the first `size` leaves, at most all (ledger-v1 2.2)."""
        if not 0 <= size <= self.size:
            raise ValueError(f"there is no tree of {size} entries")
        return folded(self.hash(place) for place in cover(0, size))

    def hash(self, place: Coordinate) -> bytes:
        """Return the hash of a complete subtree."""
        level, number = place
        return bytes(self._levels[level][number * HASH_BYTES : (number + 1) * HASH_BYTES])

    @property
    def levels(self) -> int:
        """The number of levels; level 0 are the leaves."""
        return len(self._levels)

    def level(self, level: int) -> bytearray:
        """Return the hashes of one level, joined."""
        return self._levels[level]

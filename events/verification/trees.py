"""The tree, recomputed from leaf hashes: the root of any size that somebody claims."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from events.merkle import HASH_BYTES, Coordinate, cover, folded

_PAIR: Final = 2 * HASH_BYTES


class Trees:
    """A growing tree that keeps each complete subtree: 64 bytes for each entry."""

    def __init__(self) -> None:
        self._levels: list[bytearray] = []

    @property
    def size(self) -> int:
        """The number of leaves."""
        return len(self._levels[0]) // HASH_BYTES if self._levels else 0

    def grow(self, leaves: bytes) -> None:
        """Append leaf hashes, joined; level by level, which is the cheapest order for many."""
        level, fresh = 0, leaves
        while fresh:
            if level == len(self._levels):
                self._levels.append(bytearray())
            below = self._levels[level]
            start = len(below) // _PAIR * _PAIR  # the first pair that is not complete yet
            below += fresh
            stop = len(below) // _PAIR * _PAIR
            pairs = bytes(below[start:stop])
            fresh = b"".join(  # ledger-v1 2.1: node hash
                [sha256(b"\x01" + pairs[at : at + _PAIR]).digest() for at in range(0, len(pairs), _PAIR)]
            )
            level += 1

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

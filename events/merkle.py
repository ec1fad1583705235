"""Merkle hashing and growth of the tree (docs/spec/ledger-v1.md section 2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple, Self

from custody.errors import Malformed

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
_LENGTHS: Final = frozenset({HASH_BYTES})


class Coordinate(NamedTuple):
    """A complete subtree: it covers the 2**level leaves from `number * 2**level` on; level 0 is a leaf."""

    level: int
    number: int


class Node(NamedTuple):
    """A complete subtree and its 32-byte hash, as the table of nodes keeps it; level 0 is a leaf."""

    level: int
    number: int
    hash: bytes


def leaf_hash(entry: bytes) -> bytes:
    """Return SHA-256(0x00 || entry) (ledger-v1 2.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 || left || right) (ledger-v1 2.1)."""
    return sha256(b"\x01" + left + right).digest()


def folded(hashes: Iterable[bytes]) -> bytes:
    """Return the root over complete subtrees given from left to right, largest first; EMPTY_ROOT for none."""
    rest = list(hashes)
    if not rest:
        return EMPTY_ROOT
    root = rest.pop()
    for left in reversed(rest):  # `node_hash` without a call: every append folds its frontier
        root = sha256(b"\x01" + left + root).digest()
    return root


def cover(start: int, end: int) -> list[Coordinate]:
    """Return the complete subtrees that make up leaves [start, end), left to right, for an aligned start.

    Aligned means: `start` is a multiple of the smallest power of two that is not below `end - start`.
    """
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append(Coordinate(level, start >> level))
        start += 1 << level
    return found


@dataclass(frozen=True, slots=True)
class Frontier:
    """The head of a growing tree: its size and the hash of one complete subtree per set bit of the size.

    `hashes` go from left to right, largest subtree first; they are all that appending and the root need.
    """

    size: int
    hashes: tuple[bytes, ...]

    def __post_init__(self) -> None:
        """Refuse a frontier whose parts do not fit together (Malformed)."""
        if self.size < 0 or len(self.hashes) != self.size.bit_count():
            raise Malformed("frontier", "the number of hashes is not the number of set bits of the size")
        if not _LENGTHS.issuperset(map(len, self.hashes)):
            raise Malformed("frontier", "a hash is not 32 bytes")

    @classmethod
    def empty(cls) -> Self:
        """Return the frontier of a tree without leaves."""
        return cls(0, ())

    @classmethod
    def from_bytes(cls, size: int, joined: bytes) -> Self:
        """Read what `to_bytes` wrote (Malformed when it does not fit the size)."""
        return cls(size, tuple(joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES)))

    def to_bytes(self) -> bytes:
        """Return the hashes joined, 32 bytes each; the size is kept beside them."""
        return b"".join(self.hashes)

    @property
    def root(self) -> bytes:
        """The Merkle tree hash of all leaves so far (ledger-v1 2.2)."""
        return folded(self.hashes)

    def nodes(self) -> Iterator[Node]:
        """Yield the complete subtrees of the frontier, left to right."""
        size, level = self.size, self.size.bit_length()
        for item in self.hashes:
            level -= 1
            while not size >> level & 1:
                level -= 1
            yield Node(level, (size >> level) - 1, item)

    def grown(self, leaf_hashes: Iterable[bytes]) -> tuple[Frontier, list[Node]]:
        """Return the frontier after appending the leaves, and every complete subtree that this made.

        The new nodes come in the order in which they are completed. With those of `nodes()` they are
        enough for the inclusion path of each new leaf, without reading the table of nodes.
        """
        size, stack, made = self.size, list(self.hashes), []
        for item in leaf_hashes:
            made.append(Node(0, size, item))
            number, level, right = size, 0, item
            while number & 1:  # the left neighbour is complete: both become one subtree of the next level
                right = sha256(b"\x01" + stack.pop() + right).digest()
                number >>= 1
                level += 1
                made.append(Node(level, number, right))
            stack.append(right)
            size += 1
        return Frontier(size, tuple(stack)), made

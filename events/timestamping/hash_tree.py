"""The hash tree under a renewal, and the way from a leaf to its root (RFC 4998, 4.2 and 4.3; log-v1 9.5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TypeAlias

from custody.errors import NotProven

Lists: TypeAlias = tuple[tuple[bytes, ...], ...]
"""A reducedHashtree: lists of hashes, each sorted; none: the tree is the leaf alone."""


class HashTree:
    """A tree over at least one leaf; leaves that are there twice count once."""

    __slots__ = ("_levels", "_places")

    def __init__(self, leaves: Iterable[bytes]) -> None:
        first = sorted(set(leaves))
        if not first:
            raise ValueError("there is no tree of no leaves")
        self._places = {leaf: place for place, leaf in enumerate(first)}
        self._levels = [first]
        while len(self._levels[-1]) > 1:
            self._levels.append(_above(self._levels[-1]))

    @property
    def root(self) -> bytes:
        """What is stamped."""
        return self._levels[-1][0]

    def reduced(self, leaf: bytes) -> Lists:
        """Return the lists that lead from a leaf to the root; KeyError for another leaf."""
        place, met = self._places[leaf], list[bytes]()
        for level in self._levels[:-1]:
            beside = place ^ 1
            if beside < len(level):
                met.append(level[beside])
            place >>= 1
        if not met:
            return ()
        return (tuple(sorted((leaf, met[0]))), *((each,) for each in met[1:]))


def root_of(leaf: bytes, lists: Sequence[Sequence[bytes]]) -> bytes:
    """Return the root to which lists lead from a leaf. Raises NotProven when the first does not hold it."""
    if not lists:
        return leaf
    if leaf not in lists[0]:
        raise NotProven("the hash tree does not hold the token")
    found = _node(lists[0])
    for each in lists[1:]:
        found = _node([*each, found])
    return found


def _above(level: Sequence[bytes]) -> list[bytes]:
    pairs = zip(level[::2], level[1::2], strict=False)
    left_over = level[-1:] if len(level) % 2 else []
    return [*map(_node, pairs), *left_over]


def _node(children: Sequence[bytes]) -> bytes:
    """Return the hash above some; one alone is taken as it is."""
    return children[0] if len(children) == 1 else sha256(b"".join(sorted(children))).digest()

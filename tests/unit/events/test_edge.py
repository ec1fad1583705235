"""The paths of new entries, made in memory, against the paths that stored nodes give."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.edge import Edge
from events.merkle import Coordinate, Frontier
from events.proofs import inclusion_path, verify_inclusion


def leaves(count: int) -> list[bytes]:
    """Return distinct leaf hashes."""
    return [sha256(b"%d" % n).digest() for n in range(count)]


@given(st.integers(0, 300), st.integers(1, 70))
def test_the_same_paths(size: int, more: int) -> None:
    """For every size and growth each new leaf's path is the one of ledger-v1 3.1, and proves it."""
    found = leaves(size + more)
    before, old = Frontier.empty().grown(found[:size])
    after, made = before.grown(found[size:])
    every = {Coordinate(level, number): item for level, number, item in (*old, *made)}
    edge = Edge(before, after, made)
    for index in range(size, size + more):
        path = edge.path(index)
        assert inclusion_path(index, size + more, every.__getitem__) == path
        verify_inclusion(found[index], index, size + more, path, after.root)


def test_other_leaves_have_no_path_here() -> None:
    """Leaves of earlier groups, and those beyond the tree, are not answered for."""
    before, _ = Frontier.empty().grown(leaves(6))
    after, made = before.grown(leaves(9)[6:])
    edge = Edge(before, after, made)
    for index in (0, 9, 100):
        with pytest.raises((KeyError, ValueError)):
            edge.path(index)

"""The growing tree: its frontier, the nodes it completes, and proofs from them."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.errors import Malformed, NotProven
from events.merkle import EMPTY_ROOT, Coordinate, Frontier, cover, folded, leaf_hash, node_hash
from events.proofs import (
    consistency_nodes,
    consistency_path,
    inclusion_nodes,
    inclusion_path,
    root_from_path,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [leaf_hash(bytes([number])) for number in range(130)]
FRONTIER, NODES = Frontier.empty().grown(LEAVES)
TABLE = {Coordinate(node.level, node.number): node.hash for node in NODES}

sizes = st.integers(1, len(LEAVES))


def _root(size: int) -> bytes:
    return Frontier.empty().grown(LEAVES[:size])[0].root


def test_hashes_of_leaf_node_and_nothing() -> None:
    """The three hashes of ledger-v1 2.1, as other programs print them."""
    assert "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" == leaf_hash(b"").hex()
    assert "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" == EMPTY_ROOT.hex()
    assert sha256(b"\x01ab").digest() == node_hash(b"a", b"b")
    assert EMPTY_ROOT == folded([]) == Frontier.empty().root


@given(st.lists(st.integers(0, 40), max_size=6))
def test_growing_in_groups_is_growing_one_by_one(groups: list[int]) -> None:
    """However leaves are grouped, the frontier and the completed nodes are the same."""
    frontier, made, start = Frontier.empty(), [], 0
    for count in groups:
        frontier, nodes = frontier.grown(LEAVES[start : start + count])
        made += nodes
        start = min(start + count, len(LEAVES))
    assert (frontier, made) == Frontier.empty().grown(LEAVES[:start])


@given(sizes)
def test_a_frontier_is_kept_as_bytes(size: int) -> None:
    """Writing and reading a frontier gives it back, and its nodes are nodes of the table."""
    frontier = Frontier.empty().grown(LEAVES[:size])[0]
    assert frontier == Frontier.from_bytes(size, frontier.to_bytes())
    assert [TABLE[Coordinate(node.level, node.number)] for node in frontier.nodes()] == list(frontier.hashes)


@pytest.mark.parametrize(("size", "joined"), [(1, b""), (-1, b""), (2, bytes(64)), (1, bytes(31)), (0, b"x")])
def test_a_frontier_that_does_not_fit_is_refused(size: int, joined: bytes) -> None:
    """A frontier whose hashes cannot belong to its size is refused."""
    with pytest.raises(Malformed):
        Frontier.from_bytes(size, joined)


@given(sizes, st.data())
def test_proofs_hold_and_name_the_nodes_they_read(size: int, data: st.DataObject) -> None:
    """Each proof verifies, and reads exactly the complete subtrees that it announces."""
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    announced = {place: TABLE[place] for place in inclusion_nodes(index, size)}
    path = inclusion_path(index, size, announced.__getitem__)
    verify_inclusion(LEAVES[index], index, size, path, _root(size))
    announced = {place: TABLE[place] for place in consistency_nodes(old, size)}
    path = consistency_path(old, size, announced.__getitem__)
    verify_consistency(old, _root(old), size, _root(size), path)


@given(sizes, st.integers(1, 32))
def test_a_group_proves_itself_from_its_frontier(size: int, count: int) -> None:
    """Frontier before and nodes completed by a group are enough for the paths of the group's leaves."""
    before = Frontier.empty().grown(LEAVES[:size])[0]
    after, made = before.grown(LEAVES[size : size + count])
    known = {Coordinate(node.level, node.number): node.hash for node in [*before.nodes(), *made]}
    for index in range(size, after.size):
        path = inclusion_path(index, after.size, known.__getitem__)
        verify_inclusion(LEAVES[index], index, after.size, path, after.root)


@given(sizes, st.data())
def test_a_changed_proof_is_refused(size: int, data: st.DataObject) -> None:
    """A proof with one hash changed, removed or added, or for another place, is refused."""
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_path(index, size, TABLE.__getitem__)
    changed = [[*path, bytes(32)], [bytes(32), *path]]
    changed += [path[:at] + path[at + 1 :] for at in range(len(path))]
    changed += [[*path[:at], bytes(32), *path[at + 1 :]] for at in range(len(path))]
    for each in changed:
        with pytest.raises(NotProven):
            verify_inclusion(LEAVES[index], index, size, each, _root(size))
    for other in {*range(size)} - {index}:
        with pytest.raises(NotProven):
            verify_inclusion(LEAVES[index], other, size, path, _root(size))


@given(st.integers(2, len(LEAVES)), st.data())
def test_a_changed_history_is_refused(size: int, data: st.DataObject) -> None:
    """A consistency proof with a hash changed, removed or added, or other roots, is refused."""
    old = data.draw(st.integers(1, size - 1))
    path = consistency_path(old, size, TABLE.__getitem__)
    changed = [[*path, bytes(32)], [bytes(32), *path]]
    changed += [path[:at] + path[at + 1 :] for at in range(len(path))]
    changed += [[*path[:at], bytes(32), *path[at + 1 :]] for at in range(len(path))]
    for each in changed:
        with pytest.raises(NotProven):
            verify_consistency(old, _root(old), size, _root(size), each)
    with pytest.raises(NotProven):
        verify_consistency(old, bytes(32), size, _root(size), path)
    with pytest.raises(NotProven):
        verify_consistency(old, _root(old), size, bytes(32), path)


def test_nothing_is_shown_from_nothing() -> None:
    """Sizes out of order, size 0, unequal roots and hashes of another length are refused."""
    verify_consistency(5, _root(5), 5, _root(5), [])
    for old, new, path in ((0, 5, []), (6, 5, []), (5, 5, [bytes(32)]), (3, 5, []), (3, 5, [b"x"])):
        with pytest.raises(NotProven):
            verify_consistency(old, _root(5), new, _root(5), path)
    with pytest.raises(NotProven):
        verify_consistency(5, _root(4), 5, _root(5), [])


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0)])
def test_a_place_outside_of_the_tree_is_refused(index: int, size: int) -> None:
    """No path is made, and none verified, for an index that the tree does not have."""
    with pytest.raises(ValueError, match="not in a tree"):
        inclusion_path(index, size, TABLE.__getitem__)
    with pytest.raises(NotProven):
        root_from_path(LEAVES[0], index, size, [])


def test_no_consistency_path_between_impossible_sizes() -> None:
    """No path is made from size 0 or to a smaller tree."""
    for old, new in ((0, 3), (4, 3)):
        with pytest.raises(ValueError, match="no consistency"):
            consistency_path(old, new, TABLE.__getitem__)


def test_a_range_is_covered_by_complete_subtrees() -> None:
    """A range is cut into complete subtrees, largest first."""
    assert [Coordinate(2, 0), Coordinate(1, 2), Coordinate(0, 6)] == cover(0, 7)
    assert [] == cover(3, 3)

"""The hash tree of renewals: every leaf leads to the root, and nothing else does."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.errors import NotProven
from events.timestamping.hash_tree import HashTree, root_of

LEAVES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40, unique=True)


def hashed(*children: bytes) -> bytes:
    """Return the node above some hashes, as RFC 4998, 4.2 has it."""
    return sha256(b"".join(sorted(children))).digest()


def test_a_small_tree_by_hand() -> None:
    """Five leaves: two pairs, then the pair of them, and the fifth goes up as it is."""
    a, b, c, d, e = leaves = [bytes([number]) * 32 for number in range(5)]
    left = hashed(hashed(a, b), hashed(c, d))
    tree = HashTree([d, b, e, a, c, a])

    assert hashed(left, e) == tree.root
    assert ((c, d), (hashed(a, b),), (e,)) == tree.reduced(c)
    assert (tuple(sorted((e, left))),) == tree.reduced(e)
    assert (a, ()) == (HashTree([a]).root, HashTree([a]).reduced(a))
    assert [tree.root] * 5 == [root_of(each, tree.reduced(each)) for each in leaves]


def test_there_is_no_tree_of_nothing() -> None:
    """No leaves: no root that somebody could stamp."""
    with pytest.raises(ValueError, match="no leaves"):
        HashTree([])


@given(LEAVES)
def test_every_leaf_leads_to_the_root(leaves: list[bytes]) -> None:
    """Whatever the order of the leaves, each one's lists lead to the one root."""
    tree = HashTree(leaves)

    assert HashTree(reversed(leaves)).root == tree.root
    assert {tree.root} == {root_of(each, tree.reduced(each)) for each in leaves}


@given(LEAVES, st.data())
def test_no_other_leaf_leads_there(leaves: list[bytes], data: st.DataObject) -> None:
    """With another leaf, or one bit of the lists changed, the root is another, or the leaf is not there."""
    tree, leaf = HashTree(leaves), data.draw(st.sampled_from(leaves))
    lists = [list(each) for each in tree.reduced(leaf)]
    other = bytes([leaf[0] ^ 1]) + leaf[1:]
    if lists:
        if other not in lists[0]:
            with pytest.raises(NotProven):
                root_of(other, lists)
        row = data.draw(st.integers(0, len(lists) - 1))
        place = data.draw(st.integers(0, len(lists[row]) - 1))
        at = data.draw(st.integers(0, 255))
        changed = bytearray(lists[row][place])
        changed[at // 8] ^= 1 << at % 8
        lists[row][place] = bytes(changed)
        try:
            assert root_of(leaf, lists) != tree.root
        except NotProven:
            assert row == 0
    else:
        assert root_of(other, lists) != tree.root

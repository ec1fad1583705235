"""Inclusion and consistency proofs: made from stored nodes, and checked (ledger-v1 sections 3 and 4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from custody.errors import NotProven
from events.merkle import HASH_BYTES, Coordinate, cover, folded, node_hash

HashOf: TypeAlias = Callable[[Coordinate], bytes]
"""Where the hash of a complete subtree comes from: a table of nodes, or a dict's `__getitem__`."""

_Range: TypeAlias = tuple[int, int]


def inclusion_path(index: int, size: int, hash_of: HashOf) -> list[bytes]:
    """Return PATH(index, D[size]), the leaf's sibling first (ledger-v1 3.1).

    Raises ValueError unless 0 <= index < size.
    """
    return [_hash_of_range(part, hash_of) for part in _inclusion_ranges(index, size)]


def inclusion_nodes(index: int, size: int) -> list[Coordinate]:
    """Return the complete subtrees that `inclusion_path` reads, so that they can be fetched in one go."""
    return [place for part in _inclusion_ranges(index, size) for place in cover(*part)]


def consistency_path(old: int, new: int, hash_of: HashOf) -> list[bytes]:
    """Return PROOF(old, D[new]) (ledger-v1 4.1), empty when old == new.

    Raises ValueError unless 0 < old <= new.
    """
    return [_hash_of_range(part, hash_of) for part in _consistency_ranges(old, new)]


def consistency_nodes(old: int, new: int) -> list[Coordinate]:
    """Return the complete subtrees that `consistency_path` reads, so that they can be fetched in one go."""
    return [place for part in _consistency_ranges(old, new) for place in cover(*part)]


def root_from_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root that the leaf hash and its path lead to (RFC 9162 2.1.3.2; ledger-v1 3.2).

    Raises NotProven when the path cannot belong to this index and size.
    """
    if not 0 <= index < size:
        raise NotProven(f"index {index} is not in a tree of size {size}")
    _refuse_wrong_lengths((leaf, *path))
    fn, sn, root = index, size - 1, leaf
    for sibling in path:
        if sn == 0:
            raise NotProven("the inclusion path is too long")
        if fn & 1 or fn == sn:
            root = node_hash(sibling, root)
            fn, sn = _past_lone_nodes(fn, sn)
        else:
            root = node_hash(root, sibling)
        fn >>= 1
        sn >>= 1
    if sn:
        raise NotProven("the inclusion path is too short")
    return root


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf hash stands at `index` of a tree (ledger-v1 3.2); raises NotProven."""
    _refuse_wrong_lengths((root,))
    if root_from_path(leaf, index, size, path) != root:
        raise NotProven("the inclusion path leads to another root")


def verify_consistency(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> None:
    """Check that one tree is the beginning of another (RFC 9162 2.1.4.2; ledger-v1 4.2).

    Raises NotProven; for old == 0 too: every tree begins with the empty one, so nothing would be shown.
    """
    if not 0 < old <= new:
        raise NotProven(f"no consistency can be shown from size {old} to size {new}")
    _refuse_wrong_lengths((old_root, new_root, *path))
    if old == new:
        if path or old_root != new_root:
            raise NotProven("two trees of the same size differ")
        return
    if _roots_from_consistency(old, old_root, new, path) != (old_root, new_root):
        raise NotProven("the consistency path leads to other roots")


def _roots_from_consistency(
    old: int, old_root: bytes, new: int, path: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """Return the roots of both trees as the path gives them (RFC 9162 2.1.4.2, steps 2 to 7)."""
    if not path:
        raise NotProven("the consistency path is empty")
    # Step 2: the root of a tree whose size is a power of two is itself the first hash.
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    first = second = hashes[0]
    for item in hashes[1:]:
        if sn == 0:
            raise NotProven("the consistency path is too long")
        if fn & 1 or fn == sn:
            first, second = node_hash(item, first), node_hash(item, second)
            fn, sn = _past_lone_nodes(fn, sn)
        else:
            second = node_hash(second, item)
        fn >>= 1
        sn >>= 1
    if sn:
        raise NotProven("the consistency path is too short")
    return first, second


def _past_lone_nodes(fn: int, sn: int) -> tuple[int, int]:
    """Skip the levels at which a last node without a sibling moves up unhashed."""
    while fn and not fn & 1:
        fn >>= 1
        sn >>= 1
    return fn, sn


def _inclusion_ranges(index: int, size: int) -> list[_Range]:
    if not 0 <= index < size:
        raise ValueError(f"index {index} is not in a tree of size {size}")
    low, high, ranges = 0, size, []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low = middle
    return ranges[::-1]


def _consistency_ranges(old: int, new: int) -> list[_Range]:
    if not 0 < old <= new:
        raise ValueError(f"no consistency path from size {old} to size {new}")
    low, high, ranges = 0, new, []
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low = middle
    if low:  # SUBPROOF(m, D[m], false): the old tree's last subtree is not known to the verifier
        ranges.append((low, high))
    return ranges[::-1]


def _split(size: int) -> int:
    """Return k, the largest power of two below `size` (at least 2)."""
    return 1 << (size - 1).bit_length() - 1


def _hash_of_range(part: _Range, hash_of: HashOf) -> bytes:
    return folded(hash_of(place) for place in cover(*part))


def _refuse_wrong_lengths(hashes: Sequence[bytes]) -> None:
    if any(len(item) != HASH_BYTES for item in hashes):
        raise NotProven("a hash is not 32 bytes")

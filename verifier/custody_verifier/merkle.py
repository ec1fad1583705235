"""Merkle roots and proofs, checked by the recursive definitions (RFC 6962 section 2.1; ledger-v1 sections 2 to 4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

from custody_verifier.errors import Failed

_MOST = 2**64


def leaf_hash(entry: bytes) -> bytes:
    """Return SHA-256(0x00 || entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes, pairing neighbours level by level; a lone last one moves up."""
    level = list(leaf_hashes)
    if not level:
        return sha256(b"").digest()
    while len(level) > 1:
        above = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = above + level[len(level) - len(level) % 2 :]
    return level[0]


def root_by_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root that PATH(index, D[size]) leads to from a leaf hash; raises Failed."""
    _refuse([leaf, *path])
    if not 0 <= index < size < _MOST:
        raise Failed(f"index {index} is not in a tree of size {size}")
    on_left = []  # from the root down: whether the sibling stands on the left
    while size > 1:
        middle = _split(size)
        on_left.append(index >= middle)
        index, size = (index - middle, size - middle) if index >= middle else (index, middle)
    if len(path) != len(on_left):
        raise Failed(f"the inclusion path has {len(path)} hashes and not {len(on_left)}")
    root = leaf
    for sibling, left in zip(path, reversed(on_left), strict=True):
        root = node_hash(sibling, root) if left else node_hash(root, sibling)
    return root


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Raise Failed unless the leaf hash stands at `index` of the tree of this size and root."""
    if root_by_path(leaf, index, size, path) != root:
        raise Failed("the inclusion path leads to another root")


def check_consistency(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> None:
    """Raise Failed unless the tree of size `old` is the beginning of that of size `new`; also for size 0."""
    _refuse([old_root, new_root, *path])
    if not 0 < old <= new < _MOST:
        raise Failed(f"nothing can be shown from size {old} to size {new}")
    if _both_roots(old, new, old_root, list(path)) != (old_root, new_root):
        raise Failed("the consistency path leads to other roots")


def _both_roots(old: int, new: int, known: bytes | None, path: list[bytes]) -> tuple[bytes, bytes]:
    """Return the roots over the first `old` and all `new` leaves by SUBPROOF(old, D[new], known is given).

    `known` is the old root as long as the subtree begins where the tree does.
    """
    if old == new:
        if len(path) != (known is None):
            raise Failed("the consistency path has the wrong length")
        here = path[0] if known is None else known
        return here, here
    if not path:
        raise Failed("the consistency path is too short")
    last, middle = path.pop(), _split(new)
    if old <= middle:
        old_root, new_root = _both_roots(old, middle, known, path)
        return old_root, node_hash(new_root, last)
    old_root, new_root = _both_roots(old - middle, new - middle, None, path)
    return node_hash(last, old_root), node_hash(last, new_root)


def _split(size: int) -> int:
    """Return the largest power of two below a size of at least 2."""
    return 1 << ((size - 1).bit_length() - 1)


def _refuse(hashes: list[bytes]) -> None:
    if {len(each) for each in hashes} != {32}:
        raise Failed("a hash is not 32 bytes")

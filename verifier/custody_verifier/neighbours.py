"""Inclusion proofs of one tree, line by line: what a line has in common with the one before is not hashed again."""

from __future__ import annotations

import re
from binascii import a2b_base64

from custody_verifier.errors import Failed
from custody_verifier.merkle import check_inclusion, node_hash
from custody_verifier.records import read_proof

_HEAD = re.compile(rb'\{"index":(0|[1-9][0-9]{0,14}),"path":\[')
_HASH = re.compile(rb'"([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)",')
_STEP = 47  # bytes of a hash in a line, with its quotes and the comma


class Proofs:
    """Checks proofs against the root of one tree. Remembers one line whose path led to that root."""

    def __init__(self, size: int, root: bytes) -> None:
        self._size, self._root = size, root
        self._index = -1
        self._line, self._at = b"", 0
        self._nodes: list[bytes] = []
        """Hashes on the way up from the leaf that is remembered, by level, as far as subtrees are whole."""
        self._siblings: list[bytes] = []

    def check(self, line: bytes, leaf: bytes, path: str) -> tuple[int, str | None]:
        """Return the index of a line, and why its path does not lead to the root, if so. Raises Malformed."""
        index = self._beside(line, leaf)
        if index is not None:
            return index, None
        proof = read_proof(line, path)
        try:
            check_inclusion(leaf, proof.index, self._size, proof.path, self._root)
        except Failed as fault:
            return proof.index, fault.reason
        self._remember(line, leaf, proof.index, proof.path)
        return proof.index, None

    def _beside(self, line: bytes, leaf: bytes) -> int | None:
        """Return the index where the path meets, below a common end, the path that is remembered."""
        head = _HEAD.match(line)
        if head is None or self._index < 0:
            return None
        index, at = int(head[1]), head.end()
        levels = (index ^ self._index).bit_length()
        # Left of the last whole subtree of this height: both paths have one hash for each level below it.
        if not self._index < index < self._size or (self._size - 1) >> levels <= index >> levels:
            return None
        if line[at + _STEP * levels :] != self._line[self._at + _STEP * levels :]:
            return None
        nodes, siblings = [leaf], list[bytes]()
        for level in range(levels):
            found = _HASH.match(line, at + _STEP * level)
            if found is None:
                return None
            siblings.append(a2b_base64(found[1]))
            if level < levels - 1:
                nodes.append(_above(nodes[-1], siblings[-1], index >> level))
        if (nodes[-1], siblings[-1]) != (self._siblings[levels - 1], self._nodes[levels - 1]):
            return None
        self._nodes[:levels], self._siblings[:levels] = nodes, siblings
        self._index, self._line, self._at = index, line, at
        return index

    def _remember(self, line: bytes, leaf: bytes, index: int, siblings: tuple[bytes, ...]) -> None:
        self._index, self._line, self._at = index, line, line.index(b"[") + 1
        self._nodes, self._siblings = [leaf], list(siblings)
        for level in range((index ^ (self._size - 1)).bit_length()):
            self._nodes.append(_above(self._nodes[-1], siblings[level], index >> level))


def _above(node: bytes, sibling: bytes, place: int) -> bytes:
    return node_hash(sibling, node) if place & 1 else node_hash(node, sibling)

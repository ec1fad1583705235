"""The trees that a bundle stands on: its checkpoint is of this ledger, every proof and every anchor leads to it."""

from __future__ import annotations

from typing import Final, cast

from custody.errors import ChainBroken, ForkSeen, NotProven
from custody.values import to_base64
from events.bundling.founding import Founding
from events.checkpoint import Checkpoint, open_checkpoint
from events.database import Database
from events.edge import Place, places
from events.merkle import cover, leaf_hash, node_hash
from events.proofs import verify_consistency, verify_inclusion
from events.proving import StoredNodes
from events.timestamping.anchors import Anchor

BLOCK_LEVEL: Final = 5
BLOCK: Final = 1 << BLOCK_LEVEL  # leaves read at once: neighbours share them
_LEAVES: Final = "SELECT idx, leaf FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx"


class Trees:
    """Proofs under one checkpoint, made from stored nodes and checked before they are handed out."""

    def __init__(self, database: Database, founding: Founding, note: bytes) -> None:
        """Take a checkpoint. Raises Malformed, NotProven when the log did not sign it, ForkSeen when it is not ours."""
        self._database, self._verifier = database, founding.verifier
        self._nodes = StoredNodes(database)
        self._block: tuple[int, dict[Place, bytes]] = -1, {}
        self.checkpoint = self._opened(note)
        small = [place for place in cover(0, self.checkpoint.size) if place.level < BLOCK_LEVEL]
        self._edge = self._nodes.hashes(small)  # the right end of every path
        ours = self._nodes.root(self.checkpoint.size)
        if ours != self.checkpoint.root:
            raise _fork(self.checkpoint, ours)

    def inclusion(self, index: int, data: bytes) -> list[bytes]:
        """Return the inclusion path of an entry's bytes. Raises NotProven when they are not what the tree holds."""
        size, leaf = self.checkpoint.size, leaf_hash(data)
        found = places(index, size)
        near = self._near(index) | self._edge
        far = [place for place in (*found.inside, *found.right, *found.left) if place not in near]
        hashes = self._nodes.hashes(far) | near
        path = found.path(hashes.__getitem__)
        verify_inclusion(leaf, index, size, path, self.checkpoint.root)
        return path

    def consistency(self, anchor: Anchor) -> list[bytes]:
        """Return the path from an anchor's tree to the checkpoint's. Raises NotProven, Malformed, ChainBroken."""
        old, new = self._opened(anchor.checkpoint), self.checkpoint
        if old.size != anchor.size:
            raise NotProven(f"the anchor of size {anchor.size} holds a checkpoint of size {old.size}")
        path = self._nodes.consistency(old.size, new.size)
        verify_consistency(old.size, old.root, new.size, new.root, path)
        return path

    def _opened(self, note: bytes) -> Checkpoint:
        return open_checkpoint(note, self._verifier)

    def _near(self, index: int) -> dict[Place, bytes]:
        """Return the hashes of the complete subtrees inside the block of a leaf."""
        number = index >> BLOCK_LEVEL
        if self._block[0] != number:
            self._block = number, self._read(number)
        return self._block[1]

    def _read(self, number: int) -> dict[Place, bytes]:
        start = number << BLOCK_LEVEL
        stop = min(start + BLOCK, self.checkpoint.size)
        rows = cast(list[tuple[int, bytes]], self._database.read(_LEAVES, (start, stop)))
        if [row[0] for row in rows] != list(range(start, stop)):
            raise ChainBroken(start, f"or one of the {stop - start} leaves from it on is missing")
        found: dict[Place, bytes] = {(0, index): bytes(leaf) for index, leaf in rows}
        for level in range(BLOCK_LEVEL):
            for left in range(start >> level, (stop >> level) - 1, 2):
                found[level + 1, left >> 1] = node_hash(found[level, left], found[level, left + 1])
        return found


def _fork(theirs: Checkpoint, ours: bytes) -> ForkSeen:
    return ForkSeen(size=theirs.size, ours=to_base64(ours), theirs=to_base64(theirs.root))

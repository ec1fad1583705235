"""Proofs from the stored nodes: inclusion, consistency, and the root of any size, a few row reads each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

from custody.errors import ChainBroken
from events.database import Database, Session
from events.edge import Place, places
from events.merkle import cover, folded
from events.proofs import consistency_nodes, consistency_path

_LEAVES: Final = 0
KEPT_LEVEL: Final = 5  # subtrees of 32 leaves and more are kept in memory: most of every path
KEPT: Final = 100_000


class StoredNodes:
    """The complete subtrees as `node` and, for the leaves, `entry` keep them."""

    def __init__(self, source: Database | Session) -> None:
        self._select = source.read if hasattr(source, "read") else source.execute
        self._kept: dict[Place, bytes] = {}  # complete subtrees never change

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the inclusion path of `index` in the tree of `size`; ValueError unless 0 <= index < size."""
        found = places(index, size)
        return found.path(self.hashes([*found.inside, *found.right, *found.left]).__getitem__)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the consistency path of two sizes; ValueError unless 0 < old <= new."""
        return consistency_path(old, new, self.hashes(consistency_nodes(old, new)).__getitem__)

    def root(self, size: int) -> bytes:
        """Return the root of the first `size` entries."""
        subtrees = cover(0, size)
        found = self.hashes(subtrees)
        return folded(found[each] for each in subtrees)

    def hashes(self, wanted: Sequence[Place]) -> dict[Place, bytes]:
        """Return hashes of complete subtrees; what is not in memory is read in one statement.

        Raises ChainBroken at one that is missing.
        """
        kept = self._kept
        found = {place: kept[place] for place in wanted if place in kept}
        if len(found) < len(wanted):
            found.update(self._read([place for place in wanted if place not in found]))
        for level, number in wanted if len(found) < len(wanted) else ():
            if (level, number) not in found:
                raise ChainBroken(number << level, f"the node {level}/{number} is missing")
        return found

    def _read(self, wanted: Sequence[Place]) -> dict[Place, bytes]:
        parts: list[str] = []
        values: list[int] = []
        for level, number in sorted(wanted):  # leaves first: few shapes of statements, each prepared once
            if level == _LEAVES:
                parts.append("SELECT 0, idx, leaf FROM entry WHERE idx = ?")
                values.append(number)
            else:
                parts.append("SELECT level, idx, hash FROM node WHERE level = ? AND idx = ?")
                values += [level, number]
        rows = self._select(" UNION ALL ".join(parts), values)
        found = {(cast(int, level), cast(int, at)): cast(bytes, item) for level, at, item in rows}
        if len(self._kept) > KEPT:
            self._kept.clear()
        self._kept.update({place: item for place, item in found.items() if place[0] >= KEPT_LEVEL})
        return found

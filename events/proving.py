"""Proofs from the stored nodes: inclusion, consistency, and the root of any size, a few row reads each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

from custody.errors import ChainBroken
from events.database import Database, Session
from events.merkle import Coordinate, cover, folded
from events.proofs import consistency_nodes, consistency_path, inclusion_nodes, inclusion_path

_LEAVES: Final = 0


class StoredNodes:
    """The complete subtrees as `node` and, for the leaves, `entry` keep them."""

    def __init__(self, source: Database | Session) -> None:
        self._select = source.read if hasattr(source, "read") else source.execute

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the inclusion path of `index` in the tree of `size`; ValueError unless 0 <= index < size."""
        return inclusion_path(index, size, self._fetched(inclusion_nodes(index, size)).__getitem__)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the consistency path of two sizes; ValueError unless 0 < old <= new."""
        return consistency_path(old, new, self._fetched(consistency_nodes(old, new)).__getitem__)

    def root(self, size: int) -> bytes:
        """Return the root of the first `size` entries."""
        places = cover(0, size)
        found = self._fetched(places)
        return folded(found[place] for place in places)

    def _fetched(self, places: Sequence[Coordinate]) -> dict[Coordinate, bytes]:
        """Fetch hashes of complete subtrees, all in one statement. Raises ChainBroken at one that is missing."""
        if not places:
            return {}
        parts, values = [], []
        for level, index in sorted(places):  # leaves first: few shapes of statements, each prepared once
            if level == _LEAVES:
                parts.append("SELECT 0, idx, leaf FROM entry WHERE idx = ?")
                values.append(index)
            else:
                parts.append("SELECT level, idx, hash FROM node WHERE level = ? AND idx = ?")
                values += [level, index]
        rows = self._select(" UNION ALL ".join(parts), values)
        found = {
            Coordinate(cast(int, level), cast(int, index)): cast(bytes, item) for level, index, item in rows
        }
        for place in places:
            if place not in found:
                raise ChainBroken(
                    place.number << place.level, f"the node {place.level}/{place.number} is missing"
                )
        return found

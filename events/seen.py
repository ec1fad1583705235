"""What signers saw: is the tree that an act names one of ours, and when was it outgrown (entry-v1, "seen")."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from threading import Lock
from typing import Final, TypeVar, cast

from custody import values
from custody.act import Seen
from custody.errors import ForkSeen
from events.database import Database
from events.proving import StoredNodes
from events.rows import TreeRow

_Kept = TypeVar("_Kept")

KEPT: Final = 4096  # trees
_ROOT: Final = "SELECT root FROM tree WHERE size = ?"
_RECORDED_AT: Final = "SELECT recorded_at FROM entry WHERE idx = ?"


class SeenTrees:
    """Roots of sizes, and the recorded instant of the first entry beyond each: neither ever changes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._roots: OrderedDict[int, bytes] = OrderedDict()
        self._outgrown: OrderedDict[int, datetime] = OrderedDict()
        self._newest: tuple[TreeRow, datetime] | None = None  # of this process

    def require_ours(self, seen: Seen) -> None:
        """Raise ForkSeen unless the root is ours at that size, which must not be over the head's."""
        ours = self._root(seen.size)
        if ours != seen.root:
            raise ForkSeen(size=seen.size, ours=values.to_base64(ours), theirs=values.to_base64(seen.root))

    def outgrown_at(self, size: int, head: int) -> datetime | None:
        """Return when the first entry beyond the tree was recorded; None while there is none (`size == head`)."""
        if size >= head:
            return None
        with self._lock:
            found = self._outgrown.get(size)
        if found is None:
            stamp = self._database.read(_RECORDED_AT, (size,))[0][0]
            found = values.recorded_instant(stamp, "recorded_at")
            self._keep(self._outgrown, size, found)
        return found

    def recorded_at(self, head: TreeRow) -> datetime:
        """Return the instant of a head; its text is read only where another process wrote it."""
        newest = self._newest
        if newest is not None and newest[0] is head:
            return newest[1]
        return values.recorded_instant(head.recorded_at, "recorded_at")

    def grown(self, after: TreeRow, tree: TreeRow, recorded_at: datetime) -> None:
        """Note a tree that was committed at an instant, and that it outgrew the one before it."""
        self._newest = tree, recorded_at
        with self._lock:
            self._roots[tree.size] = tree.root
            self._outgrown[after.size] = recorded_at
            for kept in (self._roots, self._outgrown):
                if len(kept) > KEPT:
                    kept.popitem(last=False)

    def _root(self, size: int) -> bytes:
        with self._lock:
            found = self._roots.get(size)
        if found is None:
            rows = self._database.read(_ROOT, (size,))
            found = bytes(cast(bytes, rows[0][0])) if rows else StoredNodes(self._database).root(size)
            self._keep(self._roots, size, found)
        return found

    def _keep(self, kept: OrderedDict[int, _Kept], size: int, found: _Kept) -> None:
        with self._lock:
            kept[size] = found
            if len(kept) > KEPT:
                kept.popitem(last=False)

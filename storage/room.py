"""Room on the disk of the staged files: a reserve is kept free for what stands beside them, the ledger first of all."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from custody.errors import NoRoom, Unavailable


@dataclass(frozen=True, slots=True)
class Room:
    """The disk of `folder`, of which `reserve` bytes stay free; `stored_beside` tells that the store is on it too.

    A file takes its size once while it is staged, and where the store is beside, once more when it is stored. What
    was stored ahead of a deposit's end is counted as if it were still to come: too little is promised, never too much.
    """

    folder: Path
    reserve: int = 0
    stored_beside: bool = False

    def free(self) -> int:
        """Return the bytes above the reserve, negative below it. Raises Unavailable."""
        try:
            return shutil.disk_usage(self.folder).free - self.reserve
        except OSError as fault:
            raise Unavailable("staging", type(fault).__name__) from fault

    def require(self, size: int, promised: int = 0) -> None:
        """Raise NoRoom unless `size` bytes fit beside those that were promised to others."""
        free = self.free() - promised
        if size > free:
            raise NoRoom(needed=size, free=max(0, free))

    def required(self, size: int) -> int:
        """Return the bytes that a whole file of this size takes."""
        return 2 * size if self.stored_beside else size

    def pieces(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield chunks for as long as there is room for them; then raise NoRoom."""
        for chunk in chunks:
            self.require(len(chunk))
            yield chunk

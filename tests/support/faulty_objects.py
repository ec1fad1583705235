"""A place for objects that fails once at a chosen step, before or after it took effect: nobody can tell which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from custody.errors import Unavailable
from custody.ports import ObjectStore, StoredObject

When = Literal["before", "after"]


@dataclass
class Fuse:
    """Counts the steps of several places, and lets one of them fail."""

    fail_at: int | None = None
    when: When = "before"
    steps: int = 0
    blown: bool = False

    def burns(self, when: When) -> None:
        """Fail if this is the moment."""
        if when == "before":
            self.steps += 1
        if self.steps - 1 == self.fail_at and when == self.when and not self.blown:
            self.blown = True
            raise Unavailable("object store", f"step {self.fail_at}, {when}")


class FaultyObjects:
    """Passes everything on to a real place, with a fuse in between."""

    def __init__(self, real: ObjectStore, fuse: Fuse) -> None:
        self._real, self._fuse = real, fuse

    def read(self, name: str) -> StoredObject:
        """Read."""
        self._fuse.burns("before")
        found = self._real.read(name)
        self._fuse.burns("after")
        return found

    def create(self, name: str, data: bytes, *, lock: bool = False) -> None:
        """Create."""
        self._fuse.burns("before")
        self._real.create(name, data, lock=lock)
        self._fuse.burns("after")

    def replace(self, name: str, data: bytes, tag: str | None) -> None:
        """Replace."""
        self._fuse.burns("before")
        self._real.replace(name, data, tag)
        self._fuse.burns("after")

    def remove(self, name: str) -> None:
        """Remove."""
        self._fuse.burns("before")
        self._real.remove(name)
        self._fuse.burns("after")

    def names(self, prefix: str) -> Iterator[str]:
        """List."""
        self._fuse.burns("before")
        yield from self._real.names(prefix)
        self._fuse.burns("after")

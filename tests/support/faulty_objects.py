"""A place for objects that fails once at a chosen step, before or after it took effect: nobody can tell which."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
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
    lock: Lock = field(default_factory=Lock)

    @contextmanager
    def step(self) -> Iterator[None]:
        """Wrap one step; places are used by several threads."""
        with self.lock:
            number, self.steps = self.steps, self.steps + 1
        if number == self.fail_at and self.when == "before":
            self._burn(number)
        try:
            yield
        finally:  # a refusal is lost on its way back, too
            if number == self.fail_at and self.when == "after":
                self._burn(number)

    def _burn(self, number: int) -> None:
        if not self.blown:
            self.blown = True
            raise Unavailable("object store", f"step {number}, {self.when}")


class FaultyObjects:
    """Passes everything on to a real place, with a fuse in between."""

    def __init__(self, real: ObjectStore, fuse: Fuse) -> None:
        self._real, self._fuse = real, fuse

    def read(self, name: str) -> StoredObject:
        """Read."""
        with self._fuse.step():
            return self._real.read(name)

    def create(self, name: str, data: bytes, *, lock: bool = False) -> None:
        """Create."""
        with self._fuse.step():
            self._real.create(name, data, lock=lock)

    def replace(self, name: str, data: bytes, tag: str | None) -> None:
        """Replace."""
        with self._fuse.step():
            self._real.replace(name, data, tag)

    def remove(self, name: str) -> None:
        """Remove."""
        with self._fuse.step():
            self._real.remove(name)

    def names(self, prefix: str) -> Iterator[str]:
        """List."""
        with self._fuse.step():
            found = list(self._real.names(prefix))
        yield from found

"""A place of the object store that may not answer yet: it is unavailable until it is there."""

from __future__ import annotations

from collections.abc import Iterator

from custody.errors import Unavailable
from custody.ports import ObjectStore, StoredObject


class LateObjects:
    """`custody.ports.ObjectStore`. Each method raises Unavailable, with the cause, until `arrived` was called."""

    def __init__(self) -> None:
        self._found: ObjectStore | None = None
        self.cause = "was not asked yet"

    def arrived(self, found: ObjectStore) -> None:
        """Use a place from now on."""
        self._found = found

    def read(self, name: str) -> StoredObject:
        """Return an object. Raises NotFound, Unavailable."""
        return self._there().read(name)

    def create(self, name: str, data: bytes, *, lock: bool = False) -> None:
        """Write an object that must not exist yet. Raises AlreadyTaken, Unavailable."""
        self._there().create(name, data, lock=lock)

    def replace(self, name: str, data: bytes, tag: str | None) -> None:
        """Write an object whose state is still `tag`. Raises AlreadyTaken, Unavailable."""
        self._there().replace(name, data, tag)

    def remove(self, name: str) -> None:
        """Take an object away. Raises Unavailable."""
        self._there().remove(name)

    def names(self, prefix: str) -> Iterator[str]:
        """Yield the names that begin with `prefix`. Raises Unavailable."""
        yield from self._there().names(prefix)

    def _there(self) -> ObjectStore:
        if self._found is None:
            raise Unavailable("object store", self.cause)
        return self._found

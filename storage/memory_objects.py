"""Places for small objects in memory and in a folder, under the same conditions: for tests, mirrors and the demo."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from threading import Lock

from custody.errors import AlreadyTaken, NotFound, Unavailable
from custody.ports import StoredObject


class MemoryObjects:
    """Implements `custody.ports.ObjectStore`; `objects`, `locked` and `broken` are there for tests to reach into."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.locked: set[str] = set()
        self.broken = False  # True: the store does not answer
        self._mutex = Lock()

    def read(self, name: str) -> StoredObject:
        """Return an object."""
        self._answer()
        if name not in self.objects:
            raise NotFound("stored object", name)
        return StoredObject(self.objects[name], _tag(self.objects[name]))

    def create(self, name: str, data: bytes, *, lock: bool = False) -> None:
        """Write an object that must not exist."""
        self.replace(name, data, None)
        if lock:
            self.locked.add(name)

    def replace(self, name: str, data: bytes, tag: str | None) -> None:
        """Write an object over the state that `tag` names."""
        self._answer()
        with self._mutex:
            found = self.objects.get(name)
            if tag != (None if found is None else _tag(found)):
                raise AlreadyTaken("object")
            self.objects[name] = data

    def remove(self, name: str) -> None:
        """Take an object away unless it is locked."""
        self._answer()
        if name not in self.locked:
            self.objects.pop(name, None)

    def names(self, prefix: str) -> Iterator[str]:
        """Yield the names that begin with `prefix`."""
        self._answer()
        yield from sorted(name for name in self.objects if name.startswith(prefix))

    def _answer(self) -> None:
        if self.broken:
            raise Unavailable("object store")


class FolderObjects:
    """Implements `custody.ports.ObjectStore` in a folder that one process writes to; nothing in it is locked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mutex = Lock()

    def read(self, name: str) -> StoredObject:
        """Return a file."""
        try:
            data = self._path(name).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as fault:
            raise NotFound("stored object", name) from fault
        except OSError as fault:
            raise Unavailable(name, fault.strerror or "cannot be read") from fault
        return StoredObject(data, _tag(data))

    def create(self, name: str, data: bytes, *, lock: bool = False) -> None:
        """Write a file that must not exist."""
        del lock
        self.replace(name, data, None)

    def replace(self, name: str, data: bytes, tag: str | None) -> None:
        """Write a file over the state that `tag` names; it is durable when this returns."""
        with self._mutex:
            try:
                found: str | None = self.read(name).tag
            except NotFound:
                found = None
            if found != tag:
                raise AlreadyTaken("object")
            try:
                _write(self._path(name), data)
            except OSError as fault:
                raise Unavailable(name, fault.strerror or "cannot be written") from fault

    def remove(self, name: str) -> None:
        """Take a file away."""
        try:
            self._path(name).unlink(missing_ok=True)
        except OSError as fault:
            raise Unavailable(name, fault.strerror or "cannot be removed") from fault

    def names(self, prefix: str) -> Iterator[str]:
        """Yield the names that begin with `prefix`."""
        files = (path for path in self._folder.rglob("*") if path.is_file() and path.suffix != _NEW)
        names = sorted(path.relative_to(self._folder).as_posix() for path in files)
        yield from (name for name in names if name.startswith(prefix))

    def _path(self, name: str) -> Path:
        path = self._folder / name
        if ".." in path.parts:
            raise NotFound("stored object", name)
        return path


_NEW = ".new"


def _write(path: Path, data: bytes) -> None:
    """Write beside the file, flush, and rename over it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + _NEW)
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _tag(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

"""Wrapped data keys outside the database, deleted when they are destroyed (log-v1 7.3)."""

from __future__ import annotations

from typing import Final, cast

from custody.canonical import canonical, parse
from custody.errors import AlreadyTaken, Malformed
from custody.ports import ObjectStore
from custody.values import from_base64, to_base64
from events.database import Database
from events.publishing.places import read_if_any
from events.rows import StreamKeyRow

FORMAT: Final = "custody-stream-key/1"
FOLDER: Final = "keys/"

_KEY: Final = "SELECT key_id, wrapped FROM stream_key WHERE stream = ? AND generation = ?"
_LATER: Final = "SELECT stream, generation FROM stream_key WHERE generation > 1 ORDER BY stream, generation"
_EXISTS: Final = "SELECT 1 FROM stream_key WHERE stream = ? AND generation = ?"


class StreamKeyObjects:
    """The place *keys*. Its objects follow the rows of `stream_key`, which may go."""

    def __init__(self, database: Database, store: ObjectStore) -> None:
        self._database, self._store = database, store
        self._written: set[tuple[str, int]] = set()

    def write(self, stream: str, generation: int) -> None:
        """Write a key that the database has; a key that is destroyed is passed over. Raises Unavailable."""
        place = (stream, generation)
        if place in self._written:
            return
        rows = self._database.read(_KEY, place)
        if rows:
            key_id, wrapped = cast(tuple[str, bytes], rows[0])
            self._put(name_of(stream, generation), _content((stream, generation, key_id, wrapped)))
            self._written.add(place)

    def later(self) -> list[tuple[str, int]]:
        """Return stream and generation of each key after the first of its stream."""
        return [(cast(str, row[0]), cast(int, row[1])) for row in self._database.read(_LATER)]

    def destroy(self, stream: str, generation: int) -> None:
        """Delete a key whose row is gone: what it sealed can no longer be read from a copy. Raises Unavailable."""
        self._store.remove(name_of(stream, generation))
        self._written.discard((stream, generation))

    def sweep(self) -> list[str]:
        """Delete every key object whose row is gone, and return their names: for starts, and after a restore."""
        gone = []
        for name in list(self._store.names(FOLDER)):
            stream, _, generation = name.removeprefix(FOLDER).rpartition("/")
            if generation.isdecimal() and not self._database.read(_EXISTS, (stream, int(generation))):
                self._store.remove(name)
                gone.append(name)
        return gone

    def _put(self, name: str, content: bytes) -> None:
        """The database's row counts: a key that was wrapped anew replaces the older wrapping."""
        try:
            self._store.create(name, content)
        except AlreadyTaken:
            found = self._store.read(name)
            if found.data != content:
                self._store.replace(name, content, found.tag)


def name_of(stream: str, generation: int) -> str:
    """Return the name of a key's object."""
    return f"{FOLDER}{stream}/{generation}"


def read_key(store: ObjectStore, stream: str, generation: int) -> StreamKeyRow | None:
    """Return the row of a key, or None when it was destroyed. Raises Malformed, Unavailable."""
    found = read_if_any(store, name_of(stream, generation))
    if found is None:
        return None
    content = parse(found.data, "stream key")
    if not isinstance(content, dict) or (content.get("stream"), content.get("generation")) != (
        stream,
        generation,
    ):
        raise Malformed("stream key", f"is not that of {stream}, generation {generation}")
    return (
        stream,
        generation,
        str(content.get("key_id")),
        from_base64(content.get("wrapped"), "stream key.wrapped"),
    )


def _content(row: StreamKeyRow) -> bytes:
    stream, generation, key_id, wrapped = row
    return canonical(
        {
            "format": FORMAT,
            "generation": generation,
            "key_id": key_id,
            "stream": stream,
            "wrapped": to_base64(wrapped),
        }
    )

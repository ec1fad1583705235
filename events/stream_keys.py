"""Data keys of streams: made, wrapped by the master key, kept unwrapped in memory while they are in use."""

from __future__ import annotations

import os
from collections import OrderedDict
from threading import Lock
from typing import Final, cast

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from custody.ports import MasterKey
from custody.values import StreamName
from events.database import Database, Row
from events.sealing import KEY_BYTES, DataKey

_CONTEXT: Final = "custody-stream-key/1\n%s\n%d\n"
_NEWEST: Final = (
    "SELECT generation, wrapped FROM stream_key WHERE stream = ? ORDER BY generation DESC LIMIT 1"
)
_AT: Final = "SELECT generation, wrapped FROM stream_key WHERE stream = ? AND generation = ?"


class StreamKeys:
    """The data keys of all streams. Unwrapping asks the master key once per stream while it stays in memory."""

    def __init__(self, database: Database, master: MasterKey, capacity: int = 20_000) -> None:
        self._database, self._master, self._capacity = database, master, capacity
        self._lock = Lock()
        self._newest: OrderedDict[StreamName, DataKey] = OrderedDict()

    @property
    def key_id(self) -> str:
        """Name of the master key that wraps them."""
        return self._master.key_id

    def newest(self, stream: StreamName, *, begins: bool) -> DataKey:
        """Return the key for sealing; one is made where the stream has none. `begins`: it has no entry yet.

        Raises Unavailable, ContentAltered.
        """
        with self._lock:
            found = self._newest.get(stream)
            if found is not None:
                self._newest.move_to_end(stream)
                return found
        rows = [] if begins else self._database.read(_NEWEST, (stream,))
        return self._kept(self._opened(stream, rows[0]) if rows else self._made(stream))

    def at(self, stream: StreamName, generation: int) -> DataKey | None:
        """Return the key of one generation, or None when it was destroyed. Raises Unavailable, ContentAltered."""
        with self._lock:
            found = self._newest.get(stream)
        if found is not None and found.generation == generation:
            return found
        rows = self._database.read(_AT, (stream, generation))
        return self._opened(stream, rows[0]) if rows else None

    def recorded(self, key: DataKey) -> None:
        """Note that the row of a made key is in the database now."""
        with self._lock:
            self._newest[key.stream] = DataKey(key.stream, key.generation, key.cipher)

    def forget(self, stream: StreamName) -> None:
        """Drop what is in memory: another process wrote to the stream, or a key was destroyed."""
        with self._lock:
            self._newest.pop(stream, None)

    def _kept(self, key: DataKey) -> DataKey:
        with self._lock:
            kept = self._newest.setdefault(key.stream, key)  # who came first while this one was made
            if len(self._newest) > self._capacity:
                self._newest.popitem(last=False)
            return kept

    def _opened(self, stream: StreamName, row: Row) -> DataKey:
        generation, wrapped = cast(tuple[int, bytes], row)
        plain = self._master.unwrap(bytes(wrapped), (_CONTEXT % (stream, generation)).encode())
        return DataKey(stream, generation, AESGCM(plain))

    def _made(self, stream: StreamName) -> DataKey:
        plain, generation = os.urandom(KEY_BYTES), 1
        wrapped = self._master.wrap(plain, (_CONTEXT % (stream, generation)).encode())
        return DataKey(stream, generation, AESGCM(plain), (stream, generation, self._master.key_id, wrapped))

"""Reads a deposit while it is still arriving: only bytes that are durable, in order, waiting for the next."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from custody.errors import Unavailable
from storage.digests import Measured

PATIENCE: Final = 15.0  # seconds without a new byte after which a follower gives up


@dataclass(slots=True)
class _Seen:
    durable: int
    measured: Measured | None = None
    gone: bool = False


class Watch:
    """What followers know of the deposits they follow; the others are not kept."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._seen: dict[str, _Seen] = {}

    def follow(self, deposit: str, durable: int) -> None:
        """Begin to keep what happens to a deposit."""
        with self._changed:
            self._seen[deposit] = _Seen(durable)

    def leave(self, deposit: str) -> None:
        """Stop keeping it."""
        with self._changed:
            self._seen.pop(deposit, None)

    def advanced(self, deposit: str, durable: int) -> None:
        """More bytes are durable."""
        self._change(deposit, durable=durable)

    def completed(self, deposit: str, measured: Measured) -> None:
        """All bytes are there and are the declared ones."""
        self._change(deposit, measured=measured)

    def ended(self, deposit: str) -> None:
        """The deposit was stopped, deleted or swept."""
        self._change(deposit, gone=True)

    def beyond(self, deposit: str, at: int) -> int:
        """Return how many bytes are durable once that is more than `at`. Raises Unavailable."""
        return self._await(deposit, lambda seen: seen.durable > at).durable

    def measured(self, deposit: str) -> Measured:
        """Return the digests once the deposit is complete. Raises Unavailable."""
        found = self._await(deposit, lambda seen: seen.measured is not None).measured
        if found is None:
            raise Unavailable("deposit", "was not measured")
        return found

    def _change(
        self,
        deposit: str,
        durable: int | None = None,
        measured: Measured | None = None,
        *,
        gone: bool = False,
    ) -> None:
        with self._changed:
            seen = self._seen.get(deposit)
            if seen is None:
                return
            seen.durable = seen.durable if durable is None else durable
            seen.measured = seen.measured if measured is None else measured
            seen.gone = seen.gone or gone
            self._changed.notify_all()

    def _await(self, deposit: str, ready: Callable[[_Seen], bool]) -> _Seen:
        deadline = time.monotonic() + PATIENCE
        with self._changed:
            while True:
                seen = self._seen.get(deposit)
                if seen is None or seen.gone:
                    raise Unavailable("deposit", "has ended")
                if ready(seen):
                    return seen
                if not self._changed.wait(deadline - time.monotonic()) and time.monotonic() >= deadline:
                    raise Unavailable("deposit", "has stalled")


class Following:
    """The bytes of a deposit as a source: `read` waits for bytes that have not come yet."""

    def __init__(self, watch: Watch, deposit: str, path: Path, size: int) -> None:
        self._watch = watch
        self._deposit = deposit
        self._path = path
        self._size = size
        self._at = 0
        self._handle: int | None = None

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, none only at the end of the file. Raises Unavailable."""
        if self._at == self._size:
            return b""
        durable = self._watch.beyond(self._deposit, self._at)
        if self._handle is None:  # the file is there once it has a byte
            self._handle = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        found = os.pread(self._handle, min(size, durable - self._at), self._at)
        if not found:
            raise Unavailable("staging", "a staged file is shorter than was recorded")
        self._at += len(found)
        return found

    def measured(self) -> Measured:
        """Return the digests of the whole, once all of it came and was the declared bytes. Raises Unavailable."""
        return self._watch.measured(self._deposit)

    def stop(self) -> None:
        """Have whoever reads give up at once: `read` and `measured` raise Unavailable from now on."""
        self._watch.ended(self._deposit)

    def close(self) -> None:
        """Close the file, and stop watching the deposit."""
        self._watch.leave(self._deposit)
        if self._handle is not None:
            os.close(self._handle)

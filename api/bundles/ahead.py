"""Reads ahead: what makes pieces runs on a thread of its own while the pieces before them are used."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from typing import Final

DEPTH: Final = 6  # pieces that wait to be used, about 1 MiB each

Give = Callable[[bytes], None]


class _Stopped(Exception):
    """Whoever used the pieces has gone."""


class _Pipe:
    """A few pieces between two threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._pieces: deque[bytes] = deque()
        self._ended = self._stopped = False
        self._fault: BaseException | None = None

    def give(self, piece: bytes) -> None:
        """Wait for room and hand over a piece. Raises _Stopped once nobody takes any."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._pieces) < DEPTH or self._stopped)
            if self._stopped:
                raise _Stopped
            self._pieces.append(piece)
            self._changed.notify_all()

    def end(self, fault: BaseException | None) -> None:
        """Say that no piece follows, and why if that is a fault."""
        with self._changed:
            self._ended, self._fault = True, fault
            self._changed.notify_all()

    @property
    def has_ended(self) -> bool:
        """True once no piece follows: whoever makes them is at its end."""
        return self._ended

    def stop(self) -> None:
        """Take no more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def take(self) -> bytes | None:
        """Return the next piece, None after the last. Raises what ended the making of pieces."""
        with self._changed:
            self._changed.wait_for(lambda: self._pieces or self._ended)
            if self._pieces:
                piece = self._pieces.popleft()
                self._changed.notify_all()
                return piece
            if self._fault is not None:
                raise self._fault
            return None


def written(work: Callable[[Give], None]) -> Generator[bytes]:
    """Yield the pieces that `work` gives, on a thread of its own; what it raises is raised here.

    When the generator is closed `work` ends at its next piece. Nobody waits for that: a store may take minutes to
    give one, and whoever closes may be the thread that serves everybody.
    """
    pipe = _Pipe()

    def run() -> None:
        fault: BaseException | None = None
        try:
            work(pipe.give)
        except _Stopped:
            pass
        except BaseException as error:  # noqa: BLE001 - carried to the thread that uses the pieces, and raised there
            fault = error
        pipe.end(fault)

    thread = threading.Thread(target=run, name="bundle-ahead", daemon=True)
    thread.start()
    try:
        while (piece := pipe.take()) is not None:
            yield piece
    finally:
        pipe.stop()
        if pipe.has_ended:
            thread.join()


def read_ahead(pieces: Generator[bytes]) -> Generator[bytes]:
    """Yield pieces that are made on a thread of its own."""

    def work(give: Give) -> None:
        with closing(pieces):
            each: Iterable[bytes] = pieces
            for piece in each:
                give(piece)

    return written(work)

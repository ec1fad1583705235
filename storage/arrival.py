"""Bytes arriving for one deposit: written, digested and synced side by side, counted once durable."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Final

from custody.errors import TooLarge
from storage.digests import Measured, PlainDigests
from storage.staging import StagedFile

GATHER: Final = 1 << 20  # small network chunks are gathered before one write
STEP: Final = 32 << 20  # bytes between two syncs: what a crash can lose of an unfinished request
_SYNC_THREADS: Final = 8


@cache
def _syncing() -> ThreadPoolExecutor:
    # Tasks only wait for the disk, never for one another.
    return ThreadPoolExecutor(_SYNC_THREADS, thread_name_prefix="deposit-sync")


class Arrival:
    """The open file and the running digests of one deposit. Hold `writing` while calling anything else."""

    def __init__(self, path: Path, durable: int, length: int) -> None:
        """Open the staged file at its durable length; digests begin by reading that again.

        Raises Unavailable.
        """
        self.writing = threading.Lock()
        self._length = length
        self._staged = StagedFile(path, durable)
        self._digests: PlainDigests | None = None
        self._under_way: Future[None] | None = None

    def take(self, chunks: Iterable[bytes], advance: Callable[[int], object]) -> None:
        """Take chunks as they come, and call `advance(durable bytes)` whenever more became durable.

        Raises TooLarge at the first byte beyond the declared length, Unavailable, and what `chunks` raises.
        """
        digests = self._running()
        for piece in _gathered(chunks):
            if self._staged.written + len(piece) > self._length:
                raise TooLarge("deposit", size=self._staged.written + len(piece), limit=self._length)
            self._staged.write(piece)
            digests.feed([piece])
            if self._staged.written - self._staged.size >= STEP and self._idle():
                self._under_way = _syncing().submit(self._sync, self._staged.written, advance)

    def settle(self) -> int:
        """Make everything taken durable and return how many bytes that are. Raises Unavailable."""
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            under_way.result()
        if self._staged.size < self._staged.written:
            self._staged.sync(self._staged.written)
        return self._staged.size

    def measured(self) -> Measured:
        """Return the digests of everything taken."""
        return self._running().measured()

    def close(self) -> None:
        """Close the file; what is durable stays."""
        if self._under_way is not None:
            self._under_way.exception()
        self._staged.close()

    def _running(self) -> PlainDigests:
        if self._digests is None:
            self._digests = self._staged.digests()
        return self._digests

    def _idle(self) -> bool:
        if self._under_way is not None and self._under_way.done():
            self._under_way.result()  # a disk that refused must be heard
            self._under_way = None
        return self._under_way is None

    def _sync(self, upto: int, advance: Callable[[int], object]) -> None:
        self._staged.sync(upto)
        advance(upto)


def _gathered(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Join small chunks into pieces of about 1 MiB; what was gathered is given even if `chunks` raises."""
    held: list[bytes] = []
    size = 0
    try:
        for chunk in chunks:
            held.append(chunk)
            size += len(chunk)
            if size >= GATHER:
                yield held[0] if len(held) == 1 else b"".join(held)
                held, size = [], 0
    except GeneratorExit:
        raise
    except BaseException:
        if held:
            yield b"".join(held)
        raise
    if held:
        yield b"".join(held)

"""The digests of bytes that stream by, each computed on a thread of its own."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Final

from custody.errors import DigestMismatch
from custody.ports import FileDigests

Block = bytes | bytearray | memoryview

_THREADS: Final = max(4, os.cpu_count() or 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Length and digests of plain bytes; digests are lower-case hex, `crc32` is the zip's."""

    size: int
    sha256: str
    sha512: str
    crc32: int


@cache
def _pool() -> ThreadPoolExecutor:
    # Shared by all files: its tasks never wait for one another, so it cannot lock up.
    return ThreadPoolExecutor(_THREADS, thread_name_prefix="digest")


class Lanes:
    """Feeds the same blocks to several digests side by side; at most one batch is under way."""

    def __init__(self, *updates: Callable[[Block], object]) -> None:
        self._updates = updates
        self._under_way: list[Future[None]] = []

    def feed(self, batch: Sequence[Block]) -> list[Future[None]]:
        """Hand over blocks that must not change before the returned tasks, one a digest, are done."""
        self.settle()
        self._under_way = [_pool().submit(_each, update, batch) for update in self._updates]
        return self._under_way

    def settle(self) -> None:
        """Wait until everything handed over is digested."""
        for task in self._under_way:
            task.result()
        self._under_way = []


def _each(update: Callable[[Block], object], batch: Sequence[Block]) -> None:
    for block in batch:
        update(block)


class PlainDigests:
    """SHA-256, SHA-512 and CRC-32 of the plain bytes of a file."""

    def __init__(self) -> None:
        self._sha256, self._sha512, self._crc32, self._size = hashlib.sha256(), hashlib.sha512(), 0, 0
        self._lanes = Lanes(self._sha256.update, self._sha512.update, self._add_crc)

    def _add_crc(self, block: Block) -> None:
        self._crc32 = zlib.crc32(block, self._crc32)

    def feed(self, batch: Sequence[Block]) -> None:
        """Digest the next blocks; returns once the blocks before them are done."""
        self._size += sum(len(block) for block in batch)
        self._lanes.feed(batch)

    def settle(self) -> None:
        """Wait until everything handed over is digested."""
        self._lanes.settle()

    def measured(self) -> Measured:
        """Return the digests of everything fed so far."""
        self.settle()
        return Measured(
            size=self._size,
            sha256=self._sha256.hexdigest(),
            sha512=self._sha512.hexdigest(),
            crc32=self._crc32,
        )


class Sha256:
    """SHA-256 and length of bytes."""

    def __init__(self) -> None:
        self._sha256, self.size = hashlib.sha256(), 0
        self._lanes = Lanes(self._sha256.update)

    def feed(self, batch: Sequence[Block]) -> None:
        """Digest the next blocks; returns once the blocks before them are done."""
        self.size += sum(len(block) for block in batch)
        self._lanes.feed(batch)

    def hexdigest(self) -> str:
        """Return the digest, lower-case hex, of everything fed so far."""
        self._lanes.settle()
        return self._sha256.hexdigest()


def compare(declared: FileDigests, measured: Measured) -> None:
    """Raise DigestMismatch at the first thing that is not as declared."""
    for what, expected, found in (
        ("size", str(declared.size), str(measured.size)),
        ("SHA-256", declared.sha256, measured.sha256),
        ("SHA-512", declared.sha512, measured.sha512),
    ):
        if expected != found:
            raise DigestMismatch(what, expected=expected, measured=found)

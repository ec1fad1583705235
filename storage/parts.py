"""Cuts a plain file into encrypted parts for a multipart upload, in a fixed number of buffers."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final, cast

from storage.digests import Block, Lanes, Measured, PlainDigests
from storage.streaming import FIRST, HEADER, REST, SEGMENT, TAG, Segments, Source, blocks, stored_size

PART: Final = 16 << 20
MOST_PARTS: Final = 9_000  # S3 allows 10,000


def part_size(size: int) -> int:
    """Return the bytes of each part but the last of a stored file of `size` bytes: whole MiB, at least 16."""
    least = -(-size // MOST_PARTS)
    return max(PART, -(-least // SEGMENT) * SEGMENT)


@dataclass(frozen=True, slots=True)
class Part:
    """The encrypted bytes of part `number` (from 1), in a buffer that goes back once it is sent."""

    number: int
    buffer: bytearray
    used: int
    last: bool
    digested: Future[None]

    def body(self) -> bytes:
        """Return what is sent; only a last part is copied."""
        if self.used == len(self.buffer):
            return cast("bytes", self.buffer)  # boto3 takes a bytearray; its types do not say so
        return bytes(memoryview(self.buffer)[: self.used])


class Buffers:
    """A few reusable part buffers, shared by all uploads of this process: this is what bounds the memory."""

    def __init__(self, count: int) -> None:
        self._free = threading.BoundedSemaphore(count)
        self._idle: list[bytearray] = []
        self._guard = threading.Lock()

    def take(self, size: int) -> bytearray:
        """Return a buffer of `size` bytes; waits until one is free."""
        self._free.acquire()
        with self._guard:
            while self._idle:
                if len(buffer := self._idle.pop()) == size:
                    return buffer
        return bytearray(size)

    def give_back(self, buffer: bytearray) -> None:
        """Let another part use the buffer."""
        with self._guard:
            if len(buffer) == PART:
                self._idle.append(buffer)
        self._free.release()


class Sealing:
    """One pass over the plain bytes: digests of them, the encrypted parts, and the digest of those."""

    def __init__(
        self,
        source: Source,
        size: int,
        key: bytes,
        associated_data: bytes,
        buffers: Buffers,
        *,
        digesting: bool,
    ) -> None:
        """With `digesting` off the plain bytes are not measured: who gives them does that."""
        self.plain = PlainDigests() if digesting else None
        self._stored = hashlib.sha256()
        self._stored_lane = Lanes(self._stored.update)
        self._segments = Segments.fresh(key, associated_data)
        self._blocks = blocks(source, FIRST, REST)
        self._buffers = buffers
        self._part_size = part_size(stored_size(size))

    def parts(self) -> Iterator[Part]:
        """Yield the parts in order; whoever takes one gives its buffer back."""
        number, last = 0, False
        while not last:
            number += 1
            buffer = self._buffers.take(self._part_size)
            try:
                used, last = self._fill(buffer, first=number == 1)
            except BaseException:
                self._buffers.give_back(buffer)
                raise
            (digested,) = self._stored_lane.feed([memoryview(buffer)[:used]])
            yield Part(number, buffer, used, last, digested)
        self._stored_lane.settle()

    def _fill(self, buffer: bytearray, *, first: bool) -> tuple[int, bool]:
        view, used, last = memoryview(buffer), 0, False
        batch: list[Block] = []
        if first:
            view[:HEADER] = self._segments.header
            used = HEADER
        while used < len(buffer) and not last:
            index, plain, last = next(self._blocks)
            end = used + len(plain) + TAG
            self._segments.seal_into(index, plain, view[used:end], last=last)
            used = end
            batch.append(plain)
        if self.plain is not None:
            self.plain.feed(batch)
        return used, last

    def measured(self) -> Measured:
        """Return the digests of the plain bytes; only where they are measured here."""
        if self.plain is None:
            raise RuntimeError("the plain bytes of this file are measured elsewhere")
        return self.plain.measured()

    def stored_sha256(self) -> str:
        """Return the digest of all encrypted bytes; only after the last part was taken."""
        self._stored_lane.settle()
        return self._stored.hexdigest()

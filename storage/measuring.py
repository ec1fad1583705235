"""Measures a stored file in one pass: digest of the stored bytes, and of the plain bytes inside."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from storage.digests import Block, Measured, PlainDigests, Sha256
from storage.streaming import HEADER, REST, SEGMENT, Segments, Source, blocks, read_exactly

_BATCH: Final = 4  # segments digested at once: enough to pay for the hand-over, little memory
_SETS: Final = 2  # of a batch each: one is filled while the other is digested


@dataclass(frozen=True, slots=True)
class MeasuredFile:
    """What one pass over a stored file found."""

    plain: Measured
    stored_sha256: str
    stored_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredBack:
    """What one pass over a file that was just stored found."""

    plain_sha256: str
    plain_size: int
    stored_sha256: str
    stored_size: int


def measure(source: Source, key: bytes, associated_data: bytes) -> MeasuredFile:
    """Decrypt and measure; ContentAltered at the first segment that is not authentic."""
    stored, plain = Sha256(), PlainDigests()
    _feed(source, key, associated_data, stored, plain)
    return MeasuredFile(plain.measured(), stored.hexdigest(), stored.size)


def measure_back(source: Source, key: bytes, associated_data: bytes) -> MeasuredBack:
    """Decrypt and measure by SHA-256 alone, half the work; ContentAltered like `measure`."""
    stored, plain = Sha256(), Sha256()
    _feed(source, key, associated_data, stored, plain)
    return MeasuredBack(
        plain_sha256=plain.hexdigest(),
        plain_size=plain.size,
        stored_sha256=stored.hexdigest(),
        stored_size=stored.size,
    )


def _feed(
    source: Source, key: bytes, associated_data: bytes, stored: Sha256, plain: Sha256 | PlainDigests
) -> None:
    header = read_exactly(source, HEADER)
    segments = Segments(header, key, associated_data)
    stored.feed([header])
    buffers = _Buffers(_SETS * _BATCH)
    sealed: list[Block] = []
    opened: list[Block] = []
    for index, block, last in blocks(source, SEGMENT - HEADER, SEGMENT):
        sealed.append(block)
        opened.append(segments.unseal_into(index, block, buffers.of(index), last=last))
        if len(sealed) == _BATCH or last:
            stored.feed(sealed)
            plain.feed(opened)
            sealed, opened = [], []


def measure_plain(source: Source, key: bytes, associated_data: bytes) -> tuple[str, int]:
    """Return SHA-256 and size of the plain bytes; ContentAltered at a segment that is not authentic.

    One thread, so that many files side by side keep all cores busy.
    """
    digest, size, buffer = hashlib.sha256(), 0, bytearray(REST)
    segments = Segments(read_exactly(source, HEADER), key, associated_data)
    for index, block, last in blocks(source, SEGMENT - HEADER, SEGMENT):
        plain = segments.unseal_into(index, block, buffer, last=last)
        digest.update(plain)
        size += len(plain)
    return digest.hexdigest(), size


def measure_stored(source: Source) -> tuple[str, int]:
    """Return SHA-256 and size of the stored bytes alone: needs no key."""
    stored = Sha256()
    while block := read_exactly(source, SEGMENT):
        stored.feed([block])
    return stored.hexdigest(), stored.size


class _Buffers:
    """Buffers for plain segments in turns, made when they are first needed: a small file needs one."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._made: list[bytearray] = []

    def of(self, index: int) -> bytearray:
        """Return the buffer of a segment, which was that of the segment `count` before it."""
        if len(self._made) < self._count:
            self._made.append(bytearray(REST))
        return self._made[index % self._count]

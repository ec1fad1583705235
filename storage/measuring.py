"""Measures a stored file in one pass: digest of the stored bytes, and of the plain bytes inside."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from storage.digests import Block, Lanes, Measured, PlainDigests
from storage.streaming import HEADER, SEGMENT, Segments, Source, blocks, decrypting, read_exactly

_BATCH: Final = 4  # segments digested at once: enough to pay for the hand-over, little memory


@dataclass(frozen=True, slots=True)
class MeasuredFile:
    """What one pass over a stored file found."""

    plain: Measured
    stored_sha256: str
    stored_size: int


def measure(source: Source, key: bytes, associated_data: bytes) -> MeasuredFile:
    """Decrypt and measure; ContentAltered at the first segment that is not authentic."""
    stored, plain = StoredDigest(), PlainDigests()
    header = read_exactly(source, HEADER)
    segments = Segments(header, key, associated_data)
    stored.feed([header])
    sealed: list[Block] = []
    opened: list[Block] = []
    for index, block, last in blocks(source, SEGMENT - HEADER, SEGMENT):
        sealed.append(block)
        opened.append(segments.unseal(index, block, last=last))
        if len(sealed) == _BATCH or last:
            stored.feed(sealed)
            plain.feed(opened)
            sealed, opened = [], []
    return MeasuredFile(plain.measured(), stored.sha256(), stored.size)


def measure_plain(source: Source, key: bytes, associated_data: bytes) -> tuple[str, int]:
    """Return SHA-256 and size of the plain bytes; ContentAltered at a segment that is not authentic.

    One thread, so that many files side by side keep all cores busy.
    """
    digest, size = hashlib.sha256(), 0
    for plain in decrypting(source, key, associated_data):
        digest.update(plain)
        size += len(plain)
    return digest.hexdigest(), size


def measure_stored(source: Source) -> tuple[str, int]:
    """Return SHA-256 and size of the stored bytes alone: needs no key."""
    stored = StoredDigest()
    while block := read_exactly(source, SEGMENT):
        stored.feed([block])
    return stored.sha256(), stored.size


class StoredDigest:
    """SHA-256 and length of stored bytes."""

    def __init__(self) -> None:
        self._sha256, self.size = hashlib.sha256(), 0
        self._lanes = Lanes(self._sha256.update)

    def feed(self, batch: list[Block]) -> None:
        """Digest the next blocks."""
        self.size += sum(len(block) for block in batch)
        self._lanes.feed(batch)

    def sha256(self) -> str:
        """Return the digest, lower-case hex, of everything fed so far."""
        self._lanes.settle()
        return self._sha256.hexdigest()

"""What is known of each file of a bundle before it is sent: size and digests, and the bytes where they are kept."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

PIECE: Final = 1 << 18  # bytes of small pieces that are put together before they go on


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A file of a bundle by its name below the top folder; digests are lower-case hex."""

    name: str
    size: int
    crc32: int
    sha256: str
    sha512: str


def measured(name: str, pieces: Iterable[bytes]) -> Part:
    """Return what is known of a part once its bytes went by."""
    sha256, sha512, crc32, size = hashlib.sha256(), hashlib.sha512(), 0, 0
    for piece in pieces:
        sha256.update(piece)
        sha512.update(piece)
        crc32 = zlib.crc32(piece, crc32)
        size += len(piece)
    return Part(name=name, size=size, crc32=crc32, sha256=sha256.hexdigest(), sha512=sha512.hexdigest())


def gathered(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Put small pieces together to pieces of at least 256 KiB."""
    held: list[bytes] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size >= PIECE:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


def cut(pieces: Iterable[bytes], start: int, end: int) -> Iterator[bytes]:
    """Yield the bytes [start, end) of pieces that come in a row; what comes after them is not asked for."""
    at = 0
    for piece in pieces:
        if at + len(piece) > start:
            yield piece[max(0, start - at) : end - at]
        at += len(piece)
        if at >= end:
            return

"""Tink's AES256-GCM-HKDF streaming format with 1 MiB segments (docs/spec/vault-v1.md, section 2).

A stored file is a header and segments of ciphertext, each sealed under its own nonce, so any
range can be read alone and nothing can be cut off, swapped or moved without being noticed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from custody.errors import ContentAltered

SEGMENT: Final = 1 << 20  # bytes of every stored segment but the last, the header counted in the first
HEADER: Final = 40  # 0x28, 32 bytes of salt, 7 bytes of nonce prefix
TAG: Final = 16
FIRST: Final = SEGMENT - HEADER - TAG  # plain bytes of segment 0, at most
REST: Final = SEGMENT - TAG  # plain bytes of every later segment, at most
KEY: Final = 32


class Source(Protocol):
    """Anything bytes can be read from: `read(n)` gives 1..n bytes, or none at the end."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most `size`."""


Fetch = Callable[[int, int], Source]
"""Gives the stored bytes [start, end) of one object."""


class Segments:
    """The cipher of one stored file: its header, and seal and open of segment `index`."""

    __slots__ = ("_aead", "_prefix", "header")

    def __init__(self, header: bytes, key: bytes, associated_data: bytes) -> None:
        """Raise ContentAltered if `header` is not one of this format."""
        if len(header) != HEADER or header[0] != HEADER:
            raise ContentAltered(
                "stored file", expected="a header of 40 bytes", measured=f"{len(header)} bytes"
            )
        self.header = header
        self._prefix = header[33:]
        derived = HKDF(algorithm=SHA256(), length=KEY, salt=header[1:33], info=associated_data).derive(key)
        self._aead = AESGCM(derived)

    @classmethod
    def fresh(cls, key: bytes, associated_data: bytes) -> Segments:
        """Return the cipher of a new file, with random salt and prefix."""
        return cls(bytes([HEADER]) + os.urandom(39), key, associated_data)

    def seal(self, index: int, plain: bytes | memoryview, *, last: bool) -> bytes:
        """Return the stored bytes of a segment."""
        return self._aead.encrypt(self._nonce(index, last=last), plain, None)

    def seal_into(self, index: int, plain: bytes, into: memoryview, *, last: bool) -> None:
        """Write the stored bytes of a segment to `into`, which is 16 bytes longer than `plain`."""
        self._aead.encrypt_into(self._nonce(index, last=last), plain, None, into)

    def unseal(self, index: int, stored: bytes | memoryview, *, last: bool) -> bytes:
        """Return the plain bytes of a segment; ContentAltered if it is not exactly what was sealed there."""
        try:
            return self._aead.decrypt(self._nonce(index, last=last), stored, None)
        except (InvalidTag, ValueError) as fault:
            raise ContentAltered(
                f"segment {index}", expected="an authentic tag", measured="another"
            ) from fault

    def unseal_into(self, index: int, stored: bytes, into: bytearray, *, last: bool) -> memoryview:
        """Write the plain bytes of a segment to the beginning of `into` and return that part; like `unseal`.

        Memory that was used before costs nothing; fresh memory costs more than the deciphering.
        """
        plain = memoryview(into)[: max(0, len(stored) - TAG)]
        try:
            self._aead.decrypt_into(self._nonce(index, last=last), stored, None, plain)
        except (InvalidTag, ValueError) as fault:
            raise ContentAltered(
                f"segment {index}", expected="an authentic tag", measured="another"
            ) from fault
        return plain

    def _nonce(self, index: int, *, last: bool) -> bytes:
        return self._prefix + index.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


def stored_size(size: int) -> int:
    """Return how many bytes a file of `size` plain bytes takes when stored."""
    segments = 1 if size <= FIRST else 1 + -(-(size - FIRST) // REST)
    return HEADER + size + segments * TAG


def plain_size(size: int) -> int:
    """Return the plain bytes in a stored file of `size` bytes; ContentAltered if no file has that size."""
    segments = max(1, -(-size // SEGMENT))
    plain = size - HEADER - segments * TAG
    if plain < 0 or stored_size(plain) != size:
        raise ContentAltered("stored file", expected="a size that a file can have", measured=f"{size} bytes")
    return plain


def read_exactly(source: Source, size: int) -> bytes:
    """Return `size` bytes, or all that are left where there are fewer."""
    first = source.read(size)
    if len(first) == size or not first:
        return first
    pieces, left = [first], size - len(first)
    while left and (piece := source.read(left)):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def blocks(source: Source, first: int, rest: int) -> Iterator[tuple[int, bytes, bool]]:
    """Cut a source into numbered blocks; reads one ahead, because the last one is sealed differently."""
    index, block = 0, read_exactly(source, first)
    while True:
        following = read_exactly(source, rest)
        yield index, block, not following
        if not following:
            return
        index, block = index + 1, following


def encrypting(source: Source, key: bytes, associated_data: bytes) -> Iterator[bytes]:
    """Yield the stored bytes of a file, about 1 MiB at a time, in constant memory."""
    segments = Segments.fresh(key, associated_data)
    yield segments.header
    for index, plain, last in blocks(source, FIRST, REST):
        yield segments.seal(index, plain, last=last)


def decrypting(source: Source, key: bytes, associated_data: bytes) -> Iterator[bytes]:
    """Yield the plain bytes of a stored file.

    Raises ContentAltered at the first segment that is not authentic; a file cut short, even between
    two segments, raises at its end, so what was yielded counts only when the iterator ends by itself.
    """
    segments = Segments(read_exactly(source, HEADER), key, associated_data)
    for index, stored, last in blocks(source, SEGMENT - HEADER, SEGMENT):
        yield segments.unseal(index, stored, last=last)


def decrypting_range(
    fetch: Fetch, size: int, key: bytes, associated_data: bytes, start: int, end: int
) -> Iterator[bytes]:
    """Yield plain bytes [start, end) of a stored file of `size` bytes, reading only the segments they lie in.

    Raises ContentAltered; `start` and `end` are cut to the file.
    """
    plain = plain_size(size)
    start, end = max(0, start), min(end, plain)
    first, last = (segment_of(start), segment_of(end - 1)) if start < end else (1, 0)
    until = min(size, (last + 1) * SEGMENT)
    source = fetch(
        0, HEADER if first else until
    )  # one request where the header stands before what is asked for
    segments = Segments(read_exactly(source, HEADER), key, associated_data)
    if start >= end:
        return
    final = segment_of(max(0, plain - 1))
    if first:
        source = fetch(first * SEGMENT, until)
    for index in range(first, last + 1):
        stored = read_exactly(source, SEGMENT - HEADER if index == 0 else SEGMENT)
        offset = plain_offset(index)
        opened = segments.unseal(index, stored, last=index == final)
        yield opened[max(0, start - offset) : end - offset]


def segment_of(offset: int) -> int:
    """Return the segment that plain byte `offset` lies in."""
    return 0 if offset < FIRST else 1 + (offset - FIRST) // REST


def plain_offset(index: int) -> int:
    """Return the plain byte that segment `index` begins with."""
    return 0 if index == 0 else FIRST + (index - 1) * REST

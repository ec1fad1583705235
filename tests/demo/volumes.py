"""What an attacker with the store's disk does: one bit of a stored file turned, and the store's own checksum mended.

SeaweedFS keeps objects in volumes (`*.dat`): 8 bytes, then needles of a 16-byte head (cookie, id, size), `size`
bytes of body (length of the data, the data, and what belongs to it), a CRC-32C of the data, a time, and padding to
a multiple of 8. With the checksum mended the store itself notices nothing and serves the altered bytes.
"""

import hashlib
import struct
from collections.abc import Iterator
from pathlib import Path

_SUPERBLOCK = 8
_HEAD = struct.Struct(">4s8sI")
_LENGTH = struct.Struct(">I")
_CASTAGNOLI = 0x82F63B78


class NotStored(Exception):
    """No volume holds bytes with this digest in one piece."""


def flip_bit(objects: Path, stored_sha256: bytes) -> None:
    """Turn the lowest bit of the middle byte of the object whose stored bytes have a digest.

    In each needle that holds them: a write that the store or its client tried again leaves a dead one behind.
    """
    if not sum(_flipped(volume, stored_sha256) for volume in sorted(objects.rglob("*.dat"))):
        raise NotStored(stored_sha256.hex())


def _flipped(volume: Path, stored_sha256: bytes) -> int:
    """Turn the bit in every needle of one volume that holds the bytes; return in how many."""
    content = bytearray(volume.read_bytes())
    found = 0
    for start, length, checksum in _needles(bytes(content)):
        if hashlib.sha256(content[start : start + length]).digest() == stored_sha256:
            content[start + length // 2] ^= 1
            content[checksum : checksum + 4] = _LENGTH.pack(crc32c(bytes(content[start : start + length])))
            found += 1
    if found:
        volume.write_bytes(content)
    return found


def _needles(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield where the data of each needle starts, its length, and where its checksum stands."""
    at = _SUPERBLOCK
    while at + _HEAD.size <= len(content):
        _, _, size = _HEAD.unpack_from(content, at)
        body = at + _HEAD.size
        if size:
            (length,) = _LENGTH.unpack_from(content, body)
            yield body + _LENGTH.size, length, body + size
        rest = _HEAD.size + size + 4 + 8
        at += rest + 8 - rest % 8  # the padding is never empty


def crc32c(data: bytes) -> int:
    """Return the CRC-32C (Castagnoli) of some bytes."""
    found = 0xFFFFFFFF
    for byte in data:
        found ^= byte
        for _ in range(8):
            found = (found >> 1) ^ (_CASTAGNOLI if found & 1 else 0)
    return found ^ 0xFFFFFFFF

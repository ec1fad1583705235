"""The zip of a bundle: read from its end, every header rebuilt by the profile and compared (bundle-v1 section 2)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from os import SEEK_END
from pathlib import Path
from typing import Self

from custody_verifier.errors import Malformed

MOST_FILES = 100_000
PIECE = 1 << 20

_FULL32, _FULL16 = 0xFFFFFFFF, 0xFFFF
_DATE = 33  # 1 January 1980
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_END64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR = struct.Struct("<4sIQI")
_NAME = re.compile(rb"(bundle-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/(?!.{201})(.+)")
_BELOW = re.compile(rb"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


@dataclass(frozen=True, slots=True)
class Member:
    """A file of the zip, as its central header has it. `name` is without the top folder; `at`: where bytes begin."""

    name: str
    full: bytes
    crc: int
    size: int
    offset: int

    @property
    def local(self) -> bytes:
        """The one local header of this name, size and CRC-32 (rules 3 and 5)."""
        extra = _extra(self.size, 0)
        size = _capped(self.size)
        head = (b"PK\3\4", 45 if extra else 20, 0, 0, 0, _DATE, self.crc, size, size)
        return _LOCAL.pack(*head, len(self.full), len(extra)) + self.full + extra

    @property
    def central(self) -> bytes:
        """The one central header (rules 4 and 5)."""
        extra = _extra(self.size, self.offset)
        size = _capped(self.size)
        head = (b"PK\1\2", 0x032D, 45 if extra else 20, 0, 0, 0, _DATE, self.crc, size, size)
        tail = (len(self.full), len(extra), 0, 0, 0, 0x81A40000, _capped(self.offset))
        return _CENTRAL.pack(*head, *tail) + self.full + extra

    @property
    def at(self) -> int:
        """Where the bytes begin."""
        return self.offset + len(self.local)


@dataclass(frozen=True, slots=True)
class Archive:
    """An open zip whose directory could be read. `top`: the top folder; `odd`: names of what is not the profile's."""

    file: BufferedReader
    path: Path
    top: str
    members: dict[str, Member]
    odd: tuple[str, ...]
    size: int

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read the directory of a zip. Raises Malformed, OSError."""
        file = path.open("rb")
        try:
            size = file.seek(0, SEEK_END)
            return cls(file, path, *_read_directory(file, size), size)
        except BaseException:
            file.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of a file in pieces of at most 1 MiB; through a handle of its own, for threads."""
        member = self.members[name]
        with self.path.open("rb") as file:
            file.seek(member.at)
            left = member.size
            while left and (piece := file.read(min(PIECE, left))):
                left -= len(piece)
                yield piece

    def read(self, name: str, most: int) -> bytes:
        """Return the bytes of a small file; raises Malformed when it is over `most` bytes."""
        if self.members[name].size > most:
            raise Malformed(name, f"is longer than {most} bytes")
        return b"".join(self.pieces(name))

    def lines(self, name: str, most: int) -> Iterator[bytes]:
        """Yield the lines of a file without their newlines; raises Malformed for one over `most` bytes."""
        member, words = self.members[name], f"is over {most} bytes, or has no newline"
        with self.path.open("rb") as file:
            file.seek(member.at)
            left, number, rest = member.size, 1, b""
            while left:
                piece = file.read(min(PIECE, left))
                left -= len(piece)
                *lines, rest = (rest + piece).split(b"\n")
                if max(map(len, lines), default=0) > most:
                    odd = [len(line) > most for line in lines].index(True)
                    yield from lines[:odd]
                    raise Malformed(f"{name}:{number + odd}", words)
                yield from lines
                number += len(lines)
                if len(rest) > most or not piece or (rest and not left):
                    raise Malformed(f"{name}:{number}", words)


def _capped(value: int) -> int:
    return min(value, _FULL32)


def _extra(size: int, offset: int) -> bytes:
    numbers = [size, size] * (size >= _FULL32) + [offset] * (offset >= _FULL32)
    return struct.pack(f"<2H{len(numbers)}Q", 1, 8 * len(numbers), *numbers) if numbers else b""


def _ending(files: int, size: int, offset: int) -> bytes:
    """Return the one end of a zip with this directory (rule 6)."""
    end = (b"PK\5\6", 0, 0, *[min(files, _FULL16)] * 2, _capped(size), _capped(offset), 0)
    if files < _FULL16 and size < _FULL32 and offset < _FULL32:
        return _END.pack(*end)
    end64 = _END64.pack(b"PK\6\6", 44, 0x032D, 45, 0, 0, files, files, size, offset)
    return end64 + _LOCATOR.pack(b"PK\6\7", 0, offset + size, 1) + _END.pack(*end)


def _read_directory(file: BufferedReader, total: int) -> tuple[str, dict[str, Member], tuple[str, ...]]:
    files, size, offset = _read_end(file, total)
    file.seek(offset)
    members: dict[str, Member] = {}
    odd, top, before, left = [], b"", b"", size
    for _ in range(files):
        member, data = _read_central(file, left)
        found = _NAME.fullmatch(member.full)
        if not found or not _BELOW.fullmatch(found[2]) or member.full <= before:
            raise Malformed("zip", "has a name that is not of the profile, or not in order")
        if top not in (b"", found[1]):
            raise Malformed("zip", "has two top folders")
        odd += [] if data == member.central else [member.name]
        top, before, left = found[1], member.full, left - len(data)
        members[member.name] = member
    odd += _gaps(file, list(members.values()), offset)
    file.seek(offset + size)
    if left or file.read() != _ending(files, size, offset):
        odd.append("the end of the directory")
    return top.decode(), members, tuple(odd)


def _read_end(file: BufferedReader, total: int) -> tuple[int, int, int]:
    """Return number of files, size and offset of the central directory."""
    if total < _END.size:
        raise Malformed("zip", "is too short")
    file.seek(total - _END.size)
    mark, _, _, _, files, size, offset, _ = _END.unpack(file.read(_END.size))
    end64 = total - _END.size - _LOCATOR.size - _END64.size
    if mark != b"PK\5\6":
        raise Malformed("zip", "is no whole zip: it does not end with an end record")
    if (files == _FULL16 or _FULL32 in (size, offset)) and end64 >= 0:
        file.seek(end64)
        mark, *_, files, size, offset = _END64.unpack(file.read(_END64.size))
        if mark != b"PK\6\6":
            raise Malformed("zip", "has no ZIP64 end record")
    if not 0 < files <= MOST_FILES or offset + size > total or size < files * _CENTRAL.size:
        raise Malformed("zip", "has no such directory")
    return files, size, offset


def _read_central(file: BufferedReader, left: int) -> tuple[Member, bytes]:
    """Return a member and the bytes of its header, as they are."""
    head = file.read(_CENTRAL.size)
    if len(head) < _CENTRAL.size or left < len(head):
        raise Malformed("zip", "has a directory that is cut off")
    fields = _CENTRAL.unpack(head)
    mark, crc, size, name, more, comment, offset = *fields[:1], *fields[7:8], *fields[9:13], fields[-1]
    tail = file.read(name + more + comment)
    if mark != b"PK\1\2" or len(tail) < name + more + comment or len(head) + len(tail) > left:
        raise Malformed("zip", "has a directory that is cut off")
    large = tail[name + 4 : name + more]  # numbers of ZIP64, where the extra field is that
    extra = [each for (each,) in struct.iter_unpack("<Q", large[: len(large) // 8 * 8])]
    size = extra[0] if size == _FULL32 and extra else size
    offset = extra[-1] if offset == _FULL32 and extra else offset
    full = tail[:name]
    below = full.partition(b"/")[2].decode("ascii", "replace")
    return Member(below, full, crc, size, offset), head + tail


def _gaps(file: BufferedReader, members: list[Member], end: int) -> Iterator[str]:
    """Yield names whose local header is another, or which do not follow on what is before them."""
    at = 0
    for member in members:
        if member.offset != at or at + len(member.local) + member.size > end:
            raise Malformed("zip", "has a gap, or bytes that overlap")
        file.seek(at)
        if file.read(len(member.local)) != member.local:
            yield member.name
        at = member.at + member.size
    if at != end:
        raise Malformed("zip", "has a gap before its directory")

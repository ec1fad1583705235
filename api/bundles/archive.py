"""The zip profile of bundles: every byte before the files' own is known beforehand (bundle-v1, section 2)."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from custody.errors import ContentAltered

_DAY: Final = 33  # 1 January 1980
_MADE_BY: Final = 0x032D
_MODE: Final = 0x81A40000  # a plain file, 0644
_LARGE: Final = 0xFFFFFFFF
_MANY: Final = 0xFFFF
_ZIP64_NEEDED, _PLAIN_NEEDED = 45, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file of the zip: its full name, and what is known of its bytes before they are read."""

    name: str
    size: int
    crc32: int


Opening = Callable[[Member, int, int], Iterable[bytes]]
"""Gives the bytes [start, end) of a member."""


class Archive:
    """The one zip of some members. Holds no byte of them; a range is read without what stands before it."""

    def __init__(self, members: Iterable[Member]) -> None:
        """Put the members in order (2.1)."""
        self.members = sorted(members, key=lambda each: each.name.encode())
        self._headers: list[int] = []  # where each local header begins
        at = 0
        for each in self.members:
            self._headers.append(at)
            at += len(_local(each)) + each.size
        self._directory = at
        self.size = at + self._end_size()

    def read(self, opened: Opening, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield the bytes [start, end) of the zip. Raises ContentAltered when a member gives more or fewer."""
        end = self.size if end is None else min(end, self.size)
        first = max(0, bisect_right(self._headers, start) - 1)
        for place in range(first, len(self.members)):
            at = self._headers[place]
            if at >= end:
                return
            yield from (piece for piece in self._member(opened, place, start - at, end - at) if piece)
        if end > self._directory:
            tail = b"".join(self._tail())
            yield tail[max(0, start - self._directory) : end - self._directory]

    def _member(self, opened: Opening, place: int, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes [start, end) of a local header with its data, both relative to the header."""
        member = self.members[place]
        header = _local(member)
        yield header[max(0, start) : max(0, end)]
        first, after = max(0, start - len(header)), min(member.size, end - len(header))
        if first < after:
            yield from _exactly(opened(member, first, after), member, after - first)

    def _tail(self) -> Iterator[bytes]:
        """Yield central headers and end records (2.4 to 2.6)."""
        for member, offset in zip(self.members, self._headers, strict=True):
            yield _central(member, offset)
        yield self._end(self._directory_size())

    def _directory_size(self) -> int:
        places = zip(self.members, self._headers, strict=True)
        return sum(46 + len(member.name) + len(_extra(member.size, offset)) for member, offset in places)

    def _end_size(self) -> int:
        size = self._directory_size()
        return size + len(self._end(size))

    def _end(self, size: int) -> bytes:
        files, offset = len(self.members), self._directory
        end = b""
        if files >= _MANY or size >= _LARGE or offset >= _LARGE:
            end += b"PK\6\6" + struct.pack(
                "<QHHIIQQQQ", 44, _MADE_BY, _ZIP64_NEEDED, 0, 0, files, files, size, offset
            )
            end += b"PK\6\7" + struct.pack("<IQI", 0, offset + size, 1)
        few = min(files, _MANY)
        return (
            end
            + b"PK\5\6"
            + struct.pack("<HHHHIIH", 0, 0, few, few, min(size, _LARGE), min(offset, _LARGE), 0)
        )


def _local(member: Member) -> bytes:
    """Return a local header with name and extra field (2.3)."""
    extra = _extra(member.size, 0)
    return b"PK\3\4" + _common(member, extra) + member.name.encode() + extra


def _central(member: Member, offset: int) -> bytes:
    """Return a central header with name and extra field (2.4)."""
    extra = _extra(member.size, offset)
    rest = struct.pack("<HHHII", 0, 0, 0, _MODE, min(offset, _LARGE))
    made_by = struct.pack("<H", _MADE_BY)
    return b"PK\1\2" + made_by + _common(member, extra) + rest + member.name.encode() + extra


def _common(member: Member, extra: bytes) -> bytes:
    needed, size = _ZIP64_NEEDED if extra else _PLAIN_NEEDED, min(member.size, _LARGE)
    return struct.pack(
        "<HHHHHIIIHH", needed, 0, 0, 0, _DAY, member.crc32, size, size, len(member.name), len(extra)
    )


def _extra(size: int, offset: int) -> bytes:
    """Return the ZIP64 field of what is too large for a header, or nothing (2.5)."""
    large = [size, size] if size >= _LARGE else []
    large += [offset] if offset >= _LARGE else []
    return struct.pack(f"<HH{len(large)}Q", 1, 8 * len(large), *large) if large else b""


def _exactly(pieces: Iterable[bytes], member: Member, size: int) -> Iterator[bytes]:
    given = 0
    for piece in pieces:
        given += len(piece)
        if given > size:
            break
        yield piece
    if given != size:
        raise ContentAltered(member.name, expected=f"{size} bytes", measured=f"{given} bytes or more")

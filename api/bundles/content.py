"""The zip of one bundle: every part with where its bytes come from, read as a whole or in ranges."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from api.bundles.archive import Archive, Member
from api.bundles.bag import PAYLOAD, Bag, tag_files
from api.bundles.kept import Kept
from api.bundles.parts import Part, cut, gathered
from custody.errors import ContentAltered, NotFound, Unavailable
from custody.ports import StoredFile, Vault
from storage.digests import Lanes
from storage.s3_client import is_down

FILES: Final = "data/files/"

Lines = Callable[[], Iterable[bytes]]
Source = Callable[[int, int], Iterable[bytes]]
"""Gives the bytes [start, end) of a part."""


class Records(Protocol):
    """The records of a bundle, made anew from the ledger each time that they are asked for."""

    def entries(self) -> Iterator[bytes]:
        """Yield the lines of `data/entries.jsonl`."""

    def proofs(self) -> Iterator[bytes]:
        """Yield the lines of `data/proofs.jsonl`."""

    def disclosures(self) -> Iterator[bytes]:
        """Yield the lines of `data/disclosures.jsonl`."""


def lines_of(records: Records) -> dict[str, Lines]:
    """Return the parts that are made anew from the ledger, by name."""
    return {
        "data/entries.jsonl": records.entries,
        "data/proofs.jsonl": records.proofs,
        "data/disclosures.jsonl": records.disclosures,
    }


class Unreadable(Exception):
    """The vault answers, and cannot give this file: nobody's fault, the file is left out."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.file = file


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Where the parts of a bundle come from: kept bytes, lines out of the ledger, files of the vault (by name)."""

    bag: Bag
    kept: Kept
    lines: Mapping[str, Lines]
    files: Mapping[str, StoredFile]
    vault: Callable[[], Vault]
    thorough: bool = False  # digest each file as well, and tell one that cannot be read by Unreadable


class BundleZip:
    """The zip that some content makes."""

    def __init__(self, content: Content) -> None:
        self._content = content
        beside = {name: data for name, data in content.kept.contents.items() if not name.startswith(PAYLOAD)}
        self._tags = tag_files(content.bag, content.kept.payload, beside)
        self._top = content.bag.bundle.replace("/", "-")
        self._parts = {f"{self._top}/{each.name}": each for each in content.kept.payload}
        members = [_member(name, each.size, each.crc32) for name, each in self._parts.items()]
        members += [
            _member(f"{self._top}/{n}", len(data), zlib.crc32(data)) for n, data in self._tags.items()
        ]
        self.archive = Archive(members)

    @property
    def size(self) -> int:
        """Bytes of the zip."""
        return self.archive.size

    def read(self, start: int = 0, end: int | None = None) -> Generator[bytes]:
        """Yield the bytes [start, end). Raises NotFound, Unavailable, ContentAltered for a part that is another."""
        yield from self.archive.read(self._opened, start, end)

    def _opened(self, member: Member, start: int, end: int) -> Iterable[bytes]:
        part = self._parts.get(member.name)
        name = member.name.removeprefix(f"{self._top}/")
        if part is None:
            return [self._tags[name][start:end]]
        if name in self._content.kept.contents:
            return [self._content.kept.contents[name][start:end]]
        whole = (start, end) == (0, part.size)
        if name in self._content.lines:
            found = cut(gathered(self._content.lines[name]()), start, end)
            return _checked(found, part) if whole else found
        return self._file(part, start, end)

    def _file(self, part: Part, start: int, end: int) -> Iterable[bytes]:
        stored = self._content.files[part.name]
        if not self._content.thorough:
            return self._content.vault().open(stored, start, end)
        return _checked(readable(self._content.vault(), stored), part)


def _member(name: str, size: int, crc32: int) -> Member:
    return Member(name=name, size=size, crc32=crc32)


def readable(vault: Vault, stored: StoredFile, end: int | None = None) -> Iterator[bytes]:
    """Yield the bytes of a file. Raises Unreadable, Unavailable when the store itself does not answer."""
    try:
        yield from vault.open(stored, 0, end)
    except NotFound as fault:
        raise Unreadable(stored.file) from fault
    except Unavailable as fault:
        if is_down(fault):
            raise
        raise Unreadable(stored.file) from fault


def _checked(pieces: Iterable[bytes], part: Part) -> Iterator[bytes]:
    """Yield pieces, and raise ContentAltered at their end unless they are what was measured."""
    sha256, crc = hashlib.sha256(), _Crc32()
    lanes = Lanes(sha256.update, crc.update)
    for piece in pieces:
        lanes.feed([piece])
        yield piece
    lanes.settle()
    if (sha256.hexdigest(), crc.value) != (part.sha256, part.crc32):
        raise ContentAltered(part.name, expected=part.sha256, measured=sha256.hexdigest())


class _Crc32:
    def __init__(self) -> None:
        self.value = 0

    def update(self, data: bytes | bytearray | memoryview) -> None:
        self.value = zlib.crc32(data, self.value)


def parts_of_files(files: Sequence[StoredFile]) -> list[Part]:
    """Return what the vault's rows say of files: nothing has to be read for it."""
    return [
        Part(
            name=FILES + each.file,
            size=each.plain.size,
            crc32=each.crc32,
            sha256=each.plain.sha256,
            sha512=each.plain.sha512,
        )
        for each in files
    ]

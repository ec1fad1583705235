"""The records of a bundle cut into pieces: lines of entries, proofs and disclosures that belong together.

Cutting says where in the zip a piece is, and whoever checks it reads it there: between processes go a few numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple, TypeAlias

from custody_verifier import text
from custody_verifier.archive import Archive
from custody_verifier.entry import MAX_ENTRY
from custody_verifier.errors import Malformed
from custody_verifier.keys import fingerprint
from custody_verifier.records import DISCLOSURES, MAX_DISCLOSURES, MAX_LINE

MOST_ENTRIES = 500
MOST_BYTES = 2 << 20
ENTRIES, PROOFS, OPENED = (f"data/{name}.jsonl" for name in ("entries", "proofs", "disclosures"))

_PROOF = re.compile(rb'\{"index":([0-9]{1,16}),')
_END = re.compile(rb'"index":([0-9]{1,16})\}\Z')
_SPKI = re.compile(rb'"spki":"([A-Za-z0-9+/]+={0,2})"')
_KEY = slice(len(b'{"act":{"actor":{"key":"'), len(b'{"act":{"actor":{"key":"') + 64)
"""Where an entry in canonical form names its key."""


Span: TypeAlias = tuple[int, int, int]
"""Whole lines in the zip: offset of the first byte, number of bytes with newlines, number of lines."""


class Cut(NamedTuple):
    """Where the lines of a piece are.

    `number` and `at`: line of the first proof, of the first disclosures; `before`: index of the entry before the
    first; `keys`: SPKI by fingerprint, of keys that the entries name and that they or earlier ones carry.
    """

    number: int
    before: int
    entries: Span
    proofs: Span
    at: int
    disclosures: Span
    keys: dict[str, bytes]


class Piece(NamedTuple):
    """Lines as they are in the files, nothing checked yet; other members as those of `Cut`."""

    number: int
    before: int
    entries: list[bytes]
    proofs: list[bytes]
    at: int
    disclosures: list[bytes]
    keys: dict[str, bytes]


def read_piece(path: Path, cut: Cut) -> Piece:
    """Return the lines of a piece of a zip. Raises Malformed when the zip is another one now, OSError."""
    number, before, entries, proofs, at, disclosures, keys = cut
    with path.open("rb") as file:
        return Piece(
            number, before, _lines(file, entries), _lines(file, proofs), at, _lines(file, disclosures), keys
        )


def _lines(file: BufferedReader, span: Span) -> list[bytes]:
    at, size, count = span
    file.seek(at)
    *lines, rest = file.read(size).split(b"\n")
    if rest or len(lines) != count:
        raise Malformed("zip", "changed while it was read")
    return lines


class Cutting:
    """Cuts the records of one bundle; what it holds in memory does not grow with them, but for their keys."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._entries, self._proofs, self._disclosures = list[bytes](), list[bytes](), list[bytes]()
        self._ends = {name: archive.members[name].at for name in (ENTRIES, PROOFS, OPENED)}
        self._size, self._number, self._at = 0, 1, 1
        self._before = self._passed = self._last = self._newest = -1
        self._ring: dict[bytes, bytes] = {}

    def pieces(self) -> Iterator[Cut]:
        """Yield where the pieces are, in order. Raises Malformed where the files are not of one piece."""
        proofs = self._archive.lines(PROOFS, MAX_LINE)
        opened = self._archive.lines(OPENED, MAX_DISCLOSURES)
        waiting = next(opened, None)
        of = -1 if waiting is None else _of(waiting)
        for number, entry in enumerate(self._archive.lines(ENTRIES, MAX_ENTRY), 1):
            proof = next(proofs, None)
            if proof is None:
                raise Malformed(f"proofs.jsonl:{number}", "is missing")
            index = _index(_PROOF.match(proof))
            self._entries.append(entry)
            self._proofs.append(proof)
            self._last, self._size = index, self._size + len(entry) + len(proof)
            while waiting is not None and of <= index:
                self._open(waiting, of)
                waiting = next(opened, None)
                of = -1 if waiting is None else _of(waiting)
            if len(self._entries) >= MOST_ENTRIES or self._size >= MOST_BYTES:
                yield self._cut()
        while waiting is not None:
            self._open(waiting, _of(waiting))
            waiting = next(opened, None)
            if self._size >= MOST_BYTES:
                yield self._cut()
        yield self._cut()
        if next(proofs, None) is not None:
            raise Malformed("proofs.jsonl", "has more lines than there are entries")

    def _open(self, line: bytes, index: int) -> None:
        if index <= self._newest:
            raise Malformed(f"disclosures.jsonl:{self._at + len(self._disclosures)}", DISCLOSURES)
        self._disclosures.append(line)
        self._newest, self._size = index, self._size + len(line)

    def _cut(self) -> Cut:
        """Return where the piece is that is whole now, and begin the next one."""
        piece = Cut(
            self._number,
            self._before,
            self._span(ENTRIES, self._entries),
            self._span(PROOFS, self._proofs),
            self._at,
            self._span(OPENED, self._disclosures),
            self._keys(),
        )
        self._number += len(self._entries)
        self._at += len(self._disclosures)
        self._before = self._last
        self._entries, self._proofs, self._disclosures, self._size = [], [], [], 0
        return piece

    def _span(self, name: str, lines: list[bytes]) -> Span:
        """Return where the next lines of a file are."""
        at, size = self._ends[name], sum(map(len, lines)) + len(lines)
        self._ends[name] = at + size
        return at, size, len(lines)

    def _keys(self) -> dict[str, bytes]:
        """Return the keys that entries name, as far as they are known. That a name fits its key, SHA-256 says."""
        for entry in self._entries:
            if b'"spki":"' in entry:
                self._learn(entry)
        named = {entry[_KEY] for entry in self._entries}
        return {name.decode(): self._ring[name] for name in named if name in self._ring}

    def _learn(self, entry: bytes) -> None:
        for found in _SPKI.findall(entry):
            try:
                spki = text.base64_bytes(found.decode(), "spki")
            except Malformed:
                continue
            self._ring[fingerprint(spki).encode()] = spki


def _of(line: bytes) -> int:
    """Return the index of a line of disclosures at a glance."""
    return _index(_END.search(line, max(0, len(line) - 40)))


def _index(found: re.Match[bytes] | None) -> int:
    """Return the index of a line at a glance; -1 for a line that is not of its form, as its reader will say."""
    return -1 if found is None else int(found[1])

"""A copy of the log in a folder: every entry, tile and the checkpoint checked against each other (log-v1 section 2)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from custody_verifier import trust
from custody_verifier.entry import MAX_ENTRY
from custody_verifier.errors import Failed, Malformed
from custody_verifier.merkle import leaf_hash, node_hash, root_of
from custody_verifier.note import Checkpoint
from custody_verifier.outside import load

WIDTH = 256
MAX_NOTE = 1_000_000
Take = Callable[[int, bytes], None]


@dataclass(slots=True)
class Copy:
    """A log's folder being read; `roots` of the sizes that somebody asked for."""

    folder: Path
    checkpoint: Checkpoint
    note: bytes
    wanted: set[int]
    roots: dict[int, bytes] = field(default_factory=dict)
    _levels: list[list[bytes]] = field(default_factory=list)
    _done: list[int] = field(default_factory=list)
    _frontier: list[tuple[int, bytes]] = field(default_factory=list)

    @classmethod
    def open(cls, folder: Path, wanted: Collection[int]) -> Copy:
        """Read the checkpoint of a folder. Raises Malformed, OSError."""
        note = load(folder / "checkpoint", MAX_NOTE)
        checkpoint = trust.read(note, "checkpoint")
        return cls(folder, checkpoint, note, {checkpoint.size, *wanted})

    def read(self, take: Take) -> None:
        """Give every entry to `take`; raises Failed or Malformed when the copy is not of one piece."""
        size = self.checkpoint.size
        for number in range((size + WIDTH - 1) // WIDTH):
            width = min(WIDTH, size - number * WIDTH)
            for index, data in enumerate(self._entries(number, width), number * WIDTH):
                self._push(leaf_hash(data), index + 1)
                take(index, data)
        for level, hashes in enumerate(self._levels):
            if hashes:
                self._tile(level, self._done[level], hashes)
        root = self.roots.get(size, root_of([]))
        if root != self.checkpoint.root:
            raise Failed("the entries do not give the root of the checkpoint")

    def _entries(self, number: int, width: int) -> list[bytes]:
        """Return the entries of a bundle: two bytes of length, then the entry (log-v1, 2.2)."""
        data = self._load("entries", number, width, WIDTH * (MAX_ENTRY + 2))
        found: list[bytes] = []
        while data and len(found) < width:
            length = int.from_bytes(data[:2], "big")
            entry, data = data[2 : 2 + length], data[2 + length :]
            if len(entry) != length:
                break
            found.append(entry)
        if len(found) != width:
            raise Malformed(f"tile/entries/{number}", f"does not hold {width} entries")
        return found

    def _load(self, kind: str, number: int, width: int, most: int) -> bytes:
        """Return a tile or entry bundle: the full one, or that of this width."""
        full = self.folder / "tile" / kind / _path(number)
        partial = full.with_name(f"{full.name}.p") / str(width)
        path = full if width == WIDTH or full.is_file() else partial
        try:
            return load(path, most)
        except OSError as fault:
            raise Failed(f"tile/{kind}/{_path(number)} of width {width} cannot be read") from fault

    def _push(self, leaf: bytes, size: int) -> None:
        self._add(0, leaf)
        rank, value = 0, leaf
        while self._frontier and self._frontier[-1][0] == rank:
            value = node_hash(self._frontier.pop()[1], value)
            rank += 1
        self._frontier.append((rank, value))
        if size in self.wanted:
            root = value
            for _, left in reversed(self._frontier[:-1]):
                root = node_hash(left, root)
            self.roots[size] = root

    def _add(self, level: int, value: bytes) -> None:
        if level == len(self._levels):
            self._levels.append([])
            self._done.append(0)
        hashes = self._levels[level]
        hashes.append(value)
        if len(hashes) == WIDTH:
            self._tile(level, self._done[level], hashes)
            self._levels[level] = []
            self._done[level] += 1
            self._add(level + 1, root_of(hashes))

    def _tile(self, level: int, number: int, hashes: list[bytes]) -> None:
        data = self._load(str(level), number, len(hashes), WIDTH * 32)
        if data[: 32 * len(hashes)] != b"".join(hashes):
            raise Failed(f"tile/{level}/{_path(number)} is not what the entries give")


def _path(number: int) -> str:
    """Return a tile's number in groups of three digits (log-v1, 2.1)."""
    groups = [f"{number % 1000:03}"]
    while number >= 1000:
        number //= 1000
        groups.append(f"x{number % 1000:03}")
    return "/".join(reversed(groups))

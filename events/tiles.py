"""Tiles and entry bundles: their names, their bytes, and which of them a tree has (docs/spec/log-v1.md section 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from custody.errors import ChainBroken, Malformed, TooLarge
from events.merkle import HASH_BYTES, Coordinate, cover, folded, node_hash

WIDTH: Final = 256  # hashes of a full tile, entries of a full bundle
LEVELS: Final = 8  # levels of the tree from one level of tiles to the next
MAX_ENTRY: Final = 65_535  # bytes: its length is written in two
CHECKPOINT: Final = "checkpoint"
ENTRIES: Final = "tile/entries"


class Tile(NamedTuple):
    """The first `width` hashes of tile (level, number); at level -1: an entry bundle of `width` entries."""

    level: int
    number: int
    width: int

    @property
    def is_full(self) -> bool:
        """Whether nothing more can come into it."""
        return self.width == WIDTH

    @property
    def start(self) -> int:
        """The number of its first hash among those of its level."""
        return self.number * WIDTH

    @property
    def name(self) -> str:
        """Its name under the log (log-v1 2.1, 2.2)."""
        folder = ENTRIES if self.level < 0 else f"tile/{self.level}"
        return f"{folder}/{numbered(self.number, self.width)}"


def numbered(number: int, width: int) -> str:
    """Return a number in groups of three digits, all but the last with `x`; with `.p/<width>` unless full."""
    groups = [f"{number % 1000:03d}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03d}")
    return "/".join(groups) + ("" if width == WIDTH else f".p/{width}")


def full(tile: Tile) -> Tile:
    """Return the full tile at the same place."""
    return tile._replace(width=WIDTH)


def narrowed(data: bytes, tile: Tile) -> bytes:
    """Return of a full tile's, or bundle's, bytes those that `tile` has."""
    if tile.level >= 0:
        return data[: tile.width * HASH_BYTES]
    end = 0
    for _ in range(tile.width):
        end += 2 + int.from_bytes(data[end : end + 2], "big")
    return data[:end]


def partial_folder(tile: Tile) -> str:
    """Return what the names of all partial tiles at this place begin with."""
    return full(tile).name + ".p/"


def new_bundles(old: int, new: int) -> Iterator[Tile]:
    """Yield the entry bundles that a tree of size `new` has and one of size `old` has not."""
    return _new_of_level(-1, old, new)


def new_tiles(old: int, new: int) -> Iterator[Tile]:
    """Yield the hash tiles that a tree of size `new` has and one of size `old` has not, lowest level first."""
    level = 0
    while new:
        yield from _new_of_level(level, old, new)
        level, old, new = level + 1, old // WIDTH, new // WIDTH


def _new_of_level(level: int, old: int, new: int) -> Iterator[Tile]:
    if old == new:
        return
    for number in range(old // WIDTH, (new + WIDTH - 1) // WIDTH):
        yield Tile(level, number, min(WIDTH, new - number * WIDTH))


def write_bundle(entries: Sequence[bytes]) -> bytes:
    """Return an entry bundle (log-v1 2.2). Raises TooLarge for an entry over 65,535 bytes."""
    parts = []
    for entry in entries:
        if len(entry) > MAX_ENTRY:
            raise TooLarge("entry", size=len(entry), limit=MAX_ENTRY)
        parts += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(parts)


def read_bundle(data: bytes, count: int, path: str = "bundle") -> list[bytes]:
    """Return the `count` entries of a bundle. Raises Malformed."""
    entries, at = [], 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        entries.append(data[at + 2 : end])
        at = end
    if at != len(data) or len(entries) != count:
        raise Malformed(path, f"is not {count} entries, each after its length")
    return entries


def read_tile(data: bytes, width: int, path: str = "tile") -> list[bytes]:
    """Return the hashes of a tile. Raises Malformed."""
    if len(data) != width * HASH_BYTES:
        raise Malformed(path, f"is not {width} hashes")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def tile_root(hashes: Sequence[bytes]) -> bytes:
    """Return the hash that a full tile, or a complete subtree of it, has at the level above: 2^k hashes."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def root_of_tiles(size: int, hashes_of: Callable[[Tile], Sequence[bytes]]) -> bytes:
    """Return the root of a tree from its tiles; of each level only the last tile is read (log-v1, 3, step 3)."""
    kept: dict[Tile, Sequence[bytes]] = {}

    def hash_of(place: Coordinate) -> bytes:
        level, depth = divmod(place.level, LEVELS)
        tile = tile_at(level, (place.number << depth) // WIDTH, size)
        if tile not in kept:
            kept[tile] = hashes_of(tile)
        first = (place.number << depth) - tile.start
        found = kept[tile][first : first + (1 << depth)]
        if len(found) != 1 << depth:
            raise ChainBroken(place.number << place.level, f"tile {tile.name} is too short")
        return tile_root(found)

    return folded(hash_of(place) for place in cover(0, size))


def tile_at(level: int, number: int, size: int) -> Tile:
    """Return the tile at a place in a tree of `size`, as wide as it is there; level -1 is a bundle."""
    count = size >> (LEVELS * max(level, 0))
    return Tile(level, number, min(WIDTH, count - number * WIDTH))

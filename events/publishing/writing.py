"""Writes what one tree has and a smaller one has not: keys, rows, bundles, tiles (log-v1, 3, steps 2 and 3)."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, cast

from custody.canonical import canonical
from custody.errors import ChainBroken
from custody.values import to_base64
from events.database import Database
from events.merkle import Coordinate
from events.publishing.places import Places, read_published, write_once
from events.publishing.rows import LedgerRows
from events.publishing.stream_keys import StreamKeyObjects
from events.rows import TreeRow
from events.tiles import (
    LEVELS,
    WIDTH,
    Tile,
    new_bundles,
    new_tiles,
    numbered,
    partial_folder,
    read_tile,
    root_of_tiles,
    tile_root,
    write_bundle,
)

AT_ONCE: Final = 4  # bundles

_AGAIN: Final = (
    "SELECT d.idx, d.box FROM disclosure_again d JOIN stored_events s ON s.notification_id = d.idx + 1 "
    "WHERE s.originator_id = ? AND d.generation = ? ORDER BY d.idx"
)


class TreeWriting:
    """Writes objects from rows; every call can be repeated."""

    def __init__(self, database: Database, places: Places, keys: StreamKeyObjects) -> None:
        self._database, self._places, self._keys = database, places, keys
        self._rows = LedgerRows(database)
        self._again: set[tuple[str, int]] = set()

    def write(self, old: int, tree: TreeRow) -> None:
        """Write what `tree` has and a tree of size `old` has not, and require the tiles to make its root.

        Raises ContentAltered (other bytes are published: a fork), ChainBroken, Unavailable.
        """
        self._write_bundles(list(new_bundles(old, tree.size)))
        written = self._write_tiles(old, tree.size)
        self._write_boxes_again()
        root = root_of_tiles(tree.size, lambda tile: written.get(tile) or self._published(tile))
        if root != tree.root:
            raise ChainBroken(tree.size - 1, f"the tiles of size {tree.size} do not make the root of its row")

    def remove_partials(self, old: int, new: int) -> None:
        """Remove the partial objects that a tree of size `old` had and whose full ones one of size `new` has."""
        for tile in (*new_bundles(old, new), *new_tiles(old, new)):
            if tile.is_full and tile.start < old >> (LEVELS * max(tile.level, 0)):
                self._remove(tile)

    def _write_bundles(self, bundles: list[Tile]) -> None:
        """Write several at once; the first failure ends it all."""
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="bundle") as pool:
            waiting = [pool.submit(self._write_bundle, bundle) for bundle in bundles]
            try:
                for each in waiting:
                    each.result()
            finally:
                pool.shutdown(cancel_futures=True)

    def _write_bundle(self, bundle: Tile) -> None:
        """Write the entries, their rows and the keys that the rows need: the keys first."""
        start = bundle.start
        entries = self._rows.entries(start, start + bundle.width)
        for stream, generation in self._rows.keys_of(start, start + bundle.width):
            self._keys.write(stream, generation)
        beside = self._rows.beside(entries, start)
        write_once(self._places.rebuild, rows_name(bundle), beside, lock=bundle.is_full)
        data = write_bundle([each.data for each in entries])
        write_once(self._places.log, bundle.name, data, lock=bundle.is_full)

    def _write_tiles(self, old: int, new: int) -> dict[Tile, Sequence[bytes]]:
        """Return the hashes of the last tile of each level; a full tile's root must be the hash above it."""
        last: dict[Tile, Sequence[bytes]] = {}
        roots: dict[Coordinate, bytes] = {}
        for tile in new_tiles(old, new):
            hashes = self._rows.hashes(tile.level, tile.start, tile.start + tile.width)
            for number, found in enumerate(hashes, tile.start):
                if roots.pop(Coordinate(tile.level, number), found) != found:
                    first = number << (LEVELS * tile.level)
                    raise ChainBroken(first, f"a hash of {tile.name} is not that of the tile below it")
            write_once(self._places.log, tile.name, b"".join(hashes), lock=tile.is_full)
            if tile.is_full:
                roots[Coordinate(tile.level + 1, tile.number)] = tile_root(hashes)
            if not _more(tile, new):
                last[tile] = hashes
        return last

    def _published(self, tile: Tile) -> Sequence[bytes]:
        return read_tile(read_published(self._places.log, tile), tile.width, tile.name)

    def _write_boxes_again(self) -> None:
        """After an erasure: the boxes that were sealed again under a later generation (log-v1 7.2)."""
        for stream, generation in self._keys.later():
            if (stream, generation) in self._again:
                continue
            self._keys.write(stream, generation)
            rows = self._database.read(_AGAIN, (stream, generation))
            lines = [
                canonical([cast(int, index), to_base64(cast(bytes, box))]) + b"\n" for index, box in rows
            ]
            if lines:
                write_once(self._places.rebuild, f"boxes/{stream}/{generation}", b"".join(lines), lock=True)
            self._again.add((stream, generation))

    def _remove(self, tile: Tile) -> None:
        for name in list(self._places.log.names(partial_folder(tile))):
            self._places.log.remove(name)
        if tile.level < 0:
            for name in list(self._places.rebuild.names(rows_name(tile) + ".p/")):
                self._places.rebuild.remove(name)


def rows_name(bundle: Tile) -> str:
    """Return the name of the row file beside an entry bundle (log-v1 7.1)."""
    return f"rows/{numbered(bundle.number, bundle.width)}"


def _more(tile: Tile, new: int) -> bool:
    """Whether a tree of size `new` has a tile after this one."""
    return (new >> (LEVELS * tile.level)) > tile.start + WIDTH

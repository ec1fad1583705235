"""Copies a published log from one place to another: a folder that anybody can check (log-v1 2.4)."""

from __future__ import annotations

from custody.errors import NotFound
from custody.ports import ObjectStore
from events.checkpoint import parse_checkpoint
from events.note import parse_note
from events.publishing.places import read_if_any, write_once
from events.tiles import CHECKPOINT, Tile, new_bundles, new_tiles


def mirror(source: ObjectStore, target: ObjectStore, *, entries: bool = True) -> int:
    """Copy the newest published log and return its size; what the target has already is compared, not copied.

    `entries` False: hash tiles only, as anyone may have them. `checkpoint` comes last. Raises NotFound, ContentAltered,
    Unavailable.
    """
    outside = source.read(CHECKPOINT).data
    size = parse_checkpoint(parse_note(outside).text).size
    tiles = (*(new_bundles(0, size) if entries else ()), *new_tiles(0, size))
    for tile in tiles:
        write_once(target, tile.name, _read(source, tile))
    known = read_if_any(target, CHECKPOINT)
    if known is None or known.data != outside:
        target.replace(CHECKPOINT, outside, None if known is None else known.tag)
    return size


def _read(source: ObjectStore, tile: Tile) -> bytes:
    """A partial tile may have gone since, because the full one is there: read that, and cut it."""
    try:
        return source.read(tile.name).data
    except NotFound:
        if tile.is_full:
            raise
    whole = source.read(tile._replace(width=256).name).data
    return _first(whole, tile)


def _first(whole: bytes, tile: Tile) -> bytes:
    if tile.level >= 0:
        return whole[: tile.width * 32]
    at = 0
    for _ in range(tile.width):
        at += 2 + int.from_bytes(whole[at : at + 2], "big")
    return whole[:at]

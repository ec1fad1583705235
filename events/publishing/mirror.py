"""Copies a published log from one place to another: a folder that anybody can check (log-v1 2.4)."""

from __future__ import annotations

from custody.ports import ObjectStore
from events.checkpoint import parse_checkpoint
from events.note import parse_note
from events.publishing.places import read_if_any, read_published, write_once
from events.tiles import CHECKPOINT, new_bundles, new_tiles


def mirror(source: ObjectStore, target: ObjectStore, *, entries: bool = True) -> int:
    """Copy the newest published log and return its size; what the target has already is compared, not copied.

    `entries` False: hash tiles only, as anyone may have them. `checkpoint` comes last. Raises NotFound, ContentAltered,
    Unavailable.
    """
    outside = source.read(CHECKPOINT).data
    size = parse_checkpoint(parse_note(outside).text).size
    tiles = (*(new_bundles(0, size) if entries else ()), *new_tiles(0, size))
    for tile in tiles:
        write_once(target, tile.name, read_published(source, tile))
    known = read_if_any(target, CHECKPOINT)
    if known is None or known.data != outside:
        target.replace(CHECKPOINT, outside, None if known is None else known.tag)
    return size

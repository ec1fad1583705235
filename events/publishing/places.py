"""The three places of a log outside the database, and writing there so that nothing is ever overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from custody.errors import AlreadyTaken, ContentAltered, NotFound
from custody.ports import ObjectStore, StoredObject
from events.tiles import Tile, full, narrowed


@dataclass(frozen=True, slots=True)
class Places:
    """Where a log is published (log-v1 section 1): `log` for others, `rebuild` and `keys` for the deployment."""

    log: ObjectStore
    rebuild: ObjectStore
    keys: ObjectStore


def write_once(store: ObjectStore, name: str, data: bytes, *, lock: bool = False) -> None:
    """Create an object, or find it there with the same bytes.

    Raises ContentAltered when other bytes stand there: somebody publishes another history under this name.
    """
    try:
        store.create(name, data, lock=lock)
    except AlreadyTaken:
        found = store.read(name).data
        if found != data:
            what = f"{name}, which was published before"
            expected, measured = (sha256(each).hexdigest() for each in (data, found))
            raise ContentAltered(what, expected=expected, measured=measured) from None


def read_if_any(store: ObjectStore, name: str) -> StoredObject | None:
    """Return an object, or None when there is none."""
    try:
        return store.read(name)
    except NotFound:
        return None


def read_published(log: ObjectStore, tile: Tile) -> bytes:
    """Return a tile or bundle; a partial one may have gone since, because the full one is there. Raises NotFound."""
    try:
        return log.read(tile.name).data
    except NotFound:
        if tile.is_full:
            raise
    return narrowed(log.read(full(tile).name).data, tile)

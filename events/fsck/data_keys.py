"""Data keys of streams: each can be unwrapped, and some box names it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, cast

from custody.errors import ContentAltered
from custody.values import StreamName
from events.database import Database
from events.fsck.derived import Derived, Fault
from events.stream_keys import StreamKeys

_PAGE: Final = 2_000
_KEYS: Final = (
    "SELECT stream, generation, key_id FROM stream_key WHERE (stream, generation) > (?, ?) "
    "ORDER BY stream, generation LIMIT ?"
)


def data_keys(database: Database, keys: StreamKeys, derived: Derived) -> Iterator[Fault]:
    """Yield a fault for each key that cannot be unwrapped, or with which nothing was ever sealed.

    A key that is gone is none: destroying it is how values are erased. Raises Unavailable.
    """
    after: tuple[str, int] = ("", -(2**62))
    while rows := cast(list[tuple[str, int, str]], database.read(_KEYS, (*after, _PAGE))):
        for stream, generation, key_id in rows:
            for what, reason in _faults(keys, stream, generation, key_id, derived):
                yield -1, what, f"of {stream!a}, generation {generation}, {reason}"
        after = rows[-1][:2]


def _faults(
    keys: StreamKeys, stream: str, generation: int, key_id: str, derived: Derived
) -> Iterator[tuple[str, str]]:
    if (stream, generation) not in derived.sealed:
        yield "stream_key", "no box is sealed with it"
    try:
        keys.at(StreamName(stream), generation)
    except ContentAltered:
        yield "stream_key.wrapped", "cannot be unwrapped"
    if key_id != keys.key_id:
        yield "stream_key.key_id", f"names another master key than {keys.key_id}"

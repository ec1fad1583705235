"""Which bundles there are: one row for each request, read newest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, cast

from custody.canonical import Json
from custody.ports import Recorded
from custody.values import StreamName
from events.database import Database, Value

_REQUESTED: Final = "INSERT INTO listed_bundle VALUES (?, ?)"
_PAGE: Final = "SELECT first, bundle FROM listed_bundle WHERE first < ? ORDER BY first DESC LIMIT ?"
_LAST: Final = 2**62


def _requested(recorded: Recorded, _opened: Mapping[str, Json]) -> Iterator[tuple[str, tuple[Value, ...]]]:
    yield _REQUESTED, (recorded.index, recorded.entry.act.stream)


CHANGES: Final = {"bundle.requested.v1": _requested}


def bundles(database: Database, before: int | None, limit: int) -> list[tuple[int, StreamName]]:
    """Return index and stream of the newest requests below an index."""
    rows = database.read(_PAGE, (_LAST if before is None else before, limit))
    return [(cast(int, first), StreamName(cast(str, bundle))) for first, bundle in rows]

"""Reading boxes: the one sealed with its entry, and those sealed again after an erasure (docs/spec/log-v1.md 7.2)."""

from __future__ import annotations

from typing import Final, TypeAlias, cast

from events.database import Database

Box: TypeAlias = tuple[int, bytes]
"""Generation of the data key, and the bytes of the box."""

_COLUMNS: Final = (
    "SELECT idx, generation, box FROM disclosure_again WHERE idx >= ? AND idx < ? UNION ALL "
    "SELECT idx, generation, box FROM disclosure WHERE idx >= ? AND idx < ?"
)


def boxes_between(database: Database, start: int, stop: int) -> dict[int, list[Box]]:
    """Return the boxes of each entry of [start, stop) that has one, newest generation first."""
    found: dict[int, list[Box]] = {}
    rows = cast(list[tuple[int, int, bytes]], database.read(_COLUMNS, (start, stop, start, stop)))
    for index, generation, box in sorted(rows, key=lambda row: (row[0], -row[1])):
        found.setdefault(index, []).append((generation, box))
    return found


def boxes_of(database: Database, index: int) -> list[Box]:
    """Return the boxes of one entry, newest generation first."""
    return boxes_between(database, index, index + 1).get(index, [])

"""Pages of a list: each begins after the last row of the one before, by key and id, and never by a count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar, cast

from custody import values
from custody.canonical import canonical, parse
from custody.errors import CustodyError, Malformed
from events.database import Row

MAX_LIMIT: Final = 200

Item = TypeVar("Item")
Key = str | int


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Rows in order; `next_cursor` begins the page that follows, None at the end."""

    items: tuple[Item, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page is wanted: at most `limit` rows (1 to 200) after `cursor`, from the beginning without one."""

    cursor: str | None = None
    limit: int = 50

    def __post_init__(self) -> None:
        """Refuse a limit that is out of range (Malformed)."""
        if not 1 <= self.limit <= MAX_LIMIT:
            raise Malformed("limit", f"is not from 1 to {MAX_LIMIT}")

    def after(self, least: Key) -> tuple[Key, str]:
        """Return key and id of the row before this page; `least` is below every key. Raises Malformed."""
        if self.cursor is None:
            return least, ""
        try:
            found = parse(values.from_base64url(self.cursor, "cursor"), "cursor")
        except CustodyError as fault:
            raise Malformed("cursor", "was not given by this list") from fault
        if not isinstance(found, list) or len(found) != 2 or not _fits(found, least):
            raise Malformed("cursor", "was not given by this list")
        return cast(tuple[Key, str], tuple(found))


def _fits(found: Sequence[object], least: Key) -> bool:
    return type(found[0]) is type(least) and isinstance(found[1], str)


def page_of(rows: Sequence[Row], asked: Asked, read: Callable[[Row], Item]) -> Page[Item]:
    """Return the page of rows that were selected with LIMIT `asked.limit` + 1 and begin with key and id."""
    shown = rows[: asked.limit]
    cursor = None
    if len(rows) > asked.limit:
        key, name = cast(tuple[Key, str], shown[-1][:2])
        cursor = values.to_base64url(canonical([key, name]))
    return Page(tuple(read(row[2:]) for row in shown), cursor)

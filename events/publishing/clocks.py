"""Whether a cosignature's time fits our clock; under one that does not, honest entries fail (log-v1 5.2)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from custody.errors import NotFound
from custody.values import write_recorded
from events.database import Database
from events.timestamping.clocks import APART, newest_below

_LAST: Final = 253_402_300_799  # POSIX seconds that a date can be written of


def amiss(database: Database, size: int, time: int, came_at: float) -> str | None:
    """Return why a cosignature of this time, over a tree of `size` entries, is refused; None when it fits.

    Times in POSIX seconds. Which of the two clocks is wrong is for people to see, so both are told.
    """
    apart = APART.total_seconds()
    if came_at - time <= apart and time - _first_outside(database, size, came_at) <= apart:
        return None
    return (
        f"its cosignature is refused, for the clocks differ: it says {_shown(time)}, when it came ours said "
        f"{_shown(came_at)}; one of the two is wrong. Honest entries would fail time.bracket under it"
    )


def _first_outside(database: Database, size: int, came_at: float) -> float:
    """Return when the first entry that the tree does not hold was recorded: no later than now, if none is yet."""
    try:
        return min(came_at, newest_below(database, size + 1).timestamp())
    except NotFound:
        return came_at


def _shown(time: float) -> str:
    if time > _LAST:
        return f"{time:.0f} seconds after 1970"
    return write_recorded(datetime.fromtimestamp(time, UTC))

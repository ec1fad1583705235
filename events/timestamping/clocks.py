"""Whether a token's time fits the entries below it; under one that does not, honest entries fail (log-v1 9.3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from custody import values
from custody.errors import NotFound, NotProven
from events.database import Database

APART: Final = timedelta(minutes=5)  # verdict-v1 4, time.bracket

_RECORDED: Final = "SELECT recorded_at FROM entry WHERE idx = ?"


def newest_below(database: Database, size: int) -> datetime:
    """Return when the newest entry of a tree was recorded, by our clock. Raises NotFound, Unavailable."""
    rows = database.read(_RECORDED, (size - 1,))
    if not rows:
        raise NotFound("entry", str(size - 1))
    return values.recorded_instant(rows[0][0], "recorded_at")


def fits(time: datetime, newest: datetime) -> bool:
    """Tell whether a token of this time may stand over a tree whose newest entry was recorded then."""
    return newest - time <= APART


def require_fit(time: datetime, newest: datetime, came_at: datetime) -> None:
    """Raise NotProven, with both readings, unless a token that came now fits: which clock is wrong, people see."""
    if fits(time, newest):
        return
    theirs, entry, ours = map(values.write_recorded, (time, newest, came_at))
    raise NotProven(
        f"the clocks differ: the authority's token says {theirs}, when it came ours said {ours}, and the newest entry "
        f"below it was recorded at {entry}, which is over five minutes after the token's time; one of the two clocks "
        "is wrong. The token is not kept: honest entries would fail time.bracket under it"
    )

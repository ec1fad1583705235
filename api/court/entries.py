"""One entry as a paper sees it: who and when, and a member of its body shown, withheld or not there."""

from __future__ import annotations

from api.court.items import NOTHING, WITHHELD, Moment, Shown
from custody.catalogue import LATE_REASON, is_late
from custody.history import OpenEntry


def shown(entry: OpenEntry, name: str) -> Shown:
    """Return a member of an entry's body as a paper may show it."""
    if name in entry.opened:
        return Shown(entry.opened[name])
    return WITHHELD if name in entry.recorded.entry.act.body else NOTHING


def moment(entry: OpenEntry) -> Moment:
    """Return who did what an entry records, and when."""
    found = entry.recorded.entry
    return Moment(
        entry=entry.recorded.index,
        act=found.act.type,
        person=found.act.person,
        occurred_at=found.act.occurred_at,
        recorded_at=found.recorded_at,
        late=is_late(found.act),
        late_reason=shown(entry, LATE_REASON),
    )

"""The two clocks: what a person claims, what the ledger records, and how far they may be apart (entry-v1, 9)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from custody.act import Act
from custody.catalogue import is_late
from custody.errors import ClockBehind, SeenTooOld
from custody.rules.names import broken

AHEAD: Final = timedelta(minutes=5)  # a person's clock may be this far ahead of the ledger's
BEHIND: Final = timedelta(seconds=2)  # a machine's clock may be this far behind the newest entry
SEEN_FOR: Final = timedelta(minutes=15)  # a signer's checkpoint may be outgrown for this long
CLOCK_CORRECTED: Final = "ledger.clock-corrected.v1"


def require_occurred(act: Act, recorded_at: datetime) -> None:
    """Raise RuleBroken `clock.ahead` when the act is claimed to be over 5 minutes in the future."""
    if act.occurred > recorded_at + AHEAD:
        raise broken("clock.ahead", latest=(recorded_at + AHEAD).isoformat())


def require_order_of_clock(head_recorded: datetime | None, now: datetime) -> datetime:
    """Return the instant to record, never before the newest entry's. Raises ClockBehind over 2 s behind it."""
    if head_recorded is None or now >= head_recorded:
        return now
    behind = head_recorded - now
    if behind > BEHIND:
        raise ClockBehind(behind.total_seconds())
    return head_recorded


def require_correction(act: Act, head_recorded_at: str) -> None:
    """Raise RuleBroken `clock.correction` unless the act names the newest entry's `recorded_at` text.

    An entry of `ledger.clock-corrected.v1` is recorded at the present instant, also when that is earlier.
    """
    if act.public["previous_recorded_at"] != head_recorded_at:
        raise broken("clock.correction", newest=head_recorded_at)


def require_fresh(act: Act, outgrown_at: datetime | None, now: datetime) -> None:
    """Raise SeenTooOld when the checkpoint that the signer saw was outgrown over 15 minutes ago.

    `outgrown_at` is the `recorded_at` of the first entry that is not in that tree, or None when there is
    none. An act that is marked late may rest on an older checkpoint.
    """
    if act.seen is None or outgrown_at is None or is_late(act):
        return
    age = now - outgrown_at
    if age > SEEN_FOR:
        raise SeenTooOld(size=act.seen.size, seconds=int(age.total_seconds()))

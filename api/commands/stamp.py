"""`python -m api stamp`: time-stamps now, over the newest published checkpoint, or over all older tokens."""

from __future__ import annotations

from api.commands.parts import parts
from api.commands.saying import say
from api.composition import SystemClock
from api.settings import Settings
from api.time_stamps import stamping_of
from events.opening import open_ledger
from events.timestamping.keeping import TokenObjects
from events.timestamping.running import stamp_and_keep


def stamp(settings: Settings, *, renew: bool) -> int:
    """Ask each authority that lacks a token now; return 1 when any gave none."""
    with parts(settings) as found:
        keys, clock = found.keys, SystemClock()
        open_ledger(found.database, master=keys.master, log_key=keys.log, clock=clock)  # its tables are made
        places = found.store.places()
        stamping = stamping_of(settings, found.database, keys.log_keys, places, clock)
        objects = TokenObjects(found.database, places.rebuild)
        stamped = stamp_and_keep(stamping, objects, now=True, renew=renew)
        for tsa, number in stamped.tokens.items():
            kept = stamping.record.one(number)
            say("stamped", tsa=tsa, number=number, time=kept.time.isoformat())
    for tsa, cause in stamped.failed.items():
        say("not-stamped", tsa=tsa, reason=cause)
    if not stamped.tokens and not stamped.failed:
        say("nothing-to-stamp")
    return 1 if stamped.failed else 0

"""Time-stamps beside the service: who is asked, the thread that asks, and what is told of it (log-v1 section 9)."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog

from api.settings import Settings
from custody.canonical import Json
from custody.errors import CustodyError
from custody.ports import Clock
from custody.values import write_recorded
from events.database import Database
from events.log_keys import LogKeys
from events.publishing.places import Places
from events.publishing.receipts import Stamps
from events.publishing.record import PublishedRecord
from events.timestamping.authorities import Authority, read_authorities
from events.timestamping.brackets import Brackets
from events.timestamping.keeping import TokenObjects
from events.timestamping.receipts import CoveringStamps
from events.timestamping.record import Kept
from events.timestamping.running import StampingThread, stamp_and_keep
from events.timestamping.stamping import Stamped, Stamping, published_size
from events.timestamping.states import Standing

AMISS: Final = timedelta(minutes=5)  # more between a token's time and ours: one of the clocks is wrong

_log = structlog.get_logger("api.time_stamps")


def authorities_of(file: Path | None) -> tuple[Authority, ...]:
    """Return the authorities that are asked: those of a file, or none. Raises Malformed, Unavailable."""
    return () if file is None else read_authorities(file)


def stamping_of(
    settings: Settings, database: Database, keys: LogKeys, places: Places | None, clock: Clock
) -> Stamping:
    """Return what asks the deployment's authorities. Raises Malformed and Unavailable for a list that is not one.

    With places, over the checkpoint that others see there; without, over the newest one that is recorded.
    """
    return Stamping(
        database,
        PublishedRecord(database, keys),
        authorities_of(settings.tsa_list),
        clock,
        newest=None if places is None else lambda: published_size(places.log),
        every=timedelta(minutes=settings.tsa_minutes),
        renew_after=timedelta(days=settings.tsa_renew_days),
    )


@dataclass(slots=True)
class TimeStamps:
    """What the routes need of time-stamps. `thread` is None when nobody is asked."""

    stamping: Stamping
    brackets: Brackets
    _objects: TokenObjects | None
    _thread: StampingThread | None = None

    @classmethod
    def open(
        cls, settings: Settings, database: Database, keys: LogKeys, places: Places, clock: Clock
    ) -> TimeStamps:
        """Return those of a deployment. Raises as `stamping_of`."""
        objects = TokenObjects(database, places.rebuild)
        return cls(stamping_of(settings, database, keys, places, clock), Brackets(database), objects)

    def begin(self, stack: ExitStack) -> None:
        """Ask when it is time until the stack ends, if there is anybody to ask."""
        if self.stamping.authorities:
            self._thread = StampingThread(self.stamping, self._objects, _tell)
            self._thread.start()
            stack.callback(self._thread.stop)

    def for_receipts(self) -> Stamps | None:
        """Return what makes receipts time-stamped; None where nobody is asked, nor ever was."""
        record = self.stamping.record
        return CoveringStamps(record) if self.stamping.authorities or record.last() else None

    def stamp(self, *, renew: bool) -> Stamped:
        """Ask all that lack a token over the newest published checkpoint now. Raises as `stamp_and_keep`."""
        return stamp_and_keep(self.stamping, self._objects, now=True, renew=renew)

    def cover(self, size: int) -> None:
        """Ask over a published checkpoint now; who gives no token for it is failed, and nothing else is.

        A restored database reads back first what came since: a new token under an old number could never be kept.
        """
        try:
            if self._objects is not None:
                self._objects.catch_up()
            _tell(self.stamping.cover(size))
        except CustodyError as fault:
            _tell(fault)

    def told(self) -> dict[str, Json]:
        """Return how every authority stands, and why the last look at all of them came to nothing, if it did."""
        newest = self.stamping.newest_tokens()
        return {
            "authorities": [
                {
                    "tsa": name,
                    "newest": token_of(newest[name]) if name in newest else None,
                    **{purpose.value: _standing(each) for purpose, each in standings.items()},
                }
                for name, standings in self.stamping.standings().items()
            ],
            "fault": None if self._thread is None else self._thread.fault,
            "tokens": self.stamping.record.last(),
        }


def token_of(kept: Kept) -> dict[str, Json]:
    """Return what is told of a token."""
    return {
        "number": kept.number,
        "tsa": kept.tsa,
        "size": kept.size,
        "covered": kept.covered,
        "time": write_recorded(kept.time),
        "came_at": write_recorded(kept.came_at),
        "until": write_recorded(kept.until),
        "clock_amiss": is_amiss(kept),
    }


def is_amiss(kept: Kept) -> bool:
    """Tell whether the TSA's clock and ours were too far apart when a token came."""
    return abs(kept.time - kept.came_at) > AMISS


def _standing(standing: Standing) -> dict[str, Json]:
    asked_at, retry_at = standing.asked_at, standing.retry_at
    return {
        "state": standing.name.value,
        "asked_at": None if asked_at is None else write_recorded(asked_at),
        "retry_at": None if retry_at is None else write_recorded(retry_at),
        "failures": standing.failures,
        "cause": standing.cause,
    }


def _tell(came: Stamped | Exception) -> None:
    """Tell what came of a look in the log; every state is in the database as well."""
    if isinstance(came, CustodyError):
        _log.error("not_stamped", code=came.code, message=came.message)
        return
    if isinstance(came, Exception):
        _log.error("stamping_fault", exc_info=came)
        return
    for tsa, number in came.tokens.items():
        _log.info("stamped", tsa=tsa, number=number)
    for tsa, cause in came.failed.items():
        _log.warning("tsa_failed", tsa=tsa, cause=cause)
    for tsa, fault in came.faults.items():
        _log.error("stamping_fault", tsa=tsa, exc_info=fault)

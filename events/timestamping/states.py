"""How each time-stamping authority stands: none, pending, good or failed, for checkpoints and renewals (log-v1 9.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, cast

from custody import values
from custody.errors import CustodyError
from events.database import Database

FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(hours=1)
UNANSWERED: Final = timedelta(minutes=1)  # a process that asked and ended without a word

_READ: Final = "SELECT state, asked_at, failures, cause FROM tsa_state WHERE tsa = ? AND purpose = ?"
_REMOVE: Final = "DELETE FROM tsa_state WHERE tsa = ? AND purpose = ?"
_INSERT: Final = "INSERT INTO tsa_state VALUES (?,?,?,?,?,?)"


class Purpose(StrEnum):
    """What a TSA is asked for."""

    CHECKPOINT = "checkpoint"
    RENEWAL = "renewal"


class StateName(StrEnum):
    """`none`: never asked."""

    NONE = "none"
    PENDING = "pending"
    GOOD = "good"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one TSA stands; `failures` in a row, and the cause of the last one."""

    name: StateName = StateName.NONE
    asked_at: datetime | None = None
    failures: int = 0
    cause: str | None = None

    @property
    def retry_at(self) -> datetime | None:
        """Return when it is asked again after a failure, or after no word at all; None: that depends on growth."""
        if self.asked_at is None or self.name in (StateName.NONE, StateName.GOOD):
            return None
        if self.name is StateName.PENDING:
            return self.asked_at + UNANSWERED
        return self.asked_at + min(FIRST_PAUSE * (1 << min(self.failures - 1, 10)), LONGEST_PAUSE)

    def allows(self, now: datetime, every: timedelta) -> bool:
        """Whether it may be asked now, at most once in `every` while it is good."""
        if self.asked_at is None or self.asked_at > now:  # a clock that was put back stops nothing
            return True
        return now >= (self.retry_at or self.asked_at + every)


class States:
    """The table `tsa_state`; its rows may change. No token depends on it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, tsa: str, purpose: Purpose) -> Standing:
        """Return how a TSA stands."""
        rows = self._database.read(_READ, (tsa, purpose.value))
        if not rows:
            return Standing()
        name, asked_at, failures, cause = rows[0]
        return Standing(
            name=StateName(str(name)),
            asked_at=values.recorded_instant(asked_at, "tsa_state.asked_at"),
            failures=cast(int, failures),
            cause=None if cause is None else str(cause),
        )

    def asked(self, tsa: str, purpose: Purpose, now: datetime) -> None:
        """Note that a TSA is being asked; the last failure stays visible until it has answered."""
        before = self.of(tsa, purpose)
        standing = Standing(
            name=StateName.PENDING, asked_at=now, failures=before.failures, cause=before.cause
        )
        self._write(tsa, purpose, standing)

    def answered(self, tsa: str, purpose: Purpose, now: datetime) -> None:
        """Note that a TSA gave a token that counts."""
        self._write(tsa, purpose, Standing(name=StateName.GOOD, asked_at=now))

    def failed(self, tsa: str, purpose: Purpose, now: datetime, fault: CustodyError) -> Standing:
        """Note that a TSA gave none, and why; return how it stands now."""
        failures = self.of(tsa, purpose).failures + 1
        cause = fault.message[:500]
        standing = Standing(name=StateName.FAILED, asked_at=now, failures=failures, cause=cause)
        self._write(tsa, purpose, standing)
        return standing

    def _write(self, tsa: str, purpose: Purpose, standing: Standing) -> None:
        assert standing.asked_at is not None  # noqa: S101 - only `none` has no instant, and it is never written
        asked_at = values.write_recorded(standing.asked_at)
        row = (tsa, purpose.value, standing.name.value, asked_at, standing.failures, standing.cause)
        with self._database.transaction() as session:
            session.execute(_REMOVE, row[:2])
            session.execute(_INSERT, row)

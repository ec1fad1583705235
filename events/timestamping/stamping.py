"""Stamping: asks each authority when it is time, keeps what counts, and notes how each one stands (log-v1 9.1, 9.2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from custody.errors import CustodyError, NotProven
from custody.ports import Clock, ObjectStore
from events.checkpoint import parse_checkpoint
from events.database import Database
from events.note import parse_note
from events.publishing.places import read_if_any
from events.publishing.record import PublishedRecord
from events.tiles import CHECKPOINT
from events.timestamping.asking import SECONDS, Outcome, ask
from events.timestamping.authorities import Authority
from events.timestamping.checking import ends
from events.timestamping.clocks import newest_below, require_fit
from events.timestamping.record import Kept, TokenRecord
from events.timestamping.renewing import Renewals
from events.timestamping.requests import imprint_of
from events.timestamping.states import Purpose, Standing, States
from events.web import DirectWeb, Web

EVERY: Final = timedelta(minutes=10)
YEAR: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Stamped:
    """What a run left: the numbers of new tokens by TSA, and the causes where there is none.

    `faults`: of causes that nobody foresaw, the exception.
    """

    tokens: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    faults: dict[str, Exception] = field(default_factory=dict)


def published_size(log: ObjectStore) -> int:
    """Return the size of a log's newest checkpoint as others see it, 0 when there is none. Raises Unavailable."""
    found = read_if_any(log, CHECKPOINT)
    return 0 if found is None else parse_checkpoint(parse_note(found.data).text).size


class Stamping:
    """`run_once` may be called from any thread, and by several processes at once."""

    def __init__(
        self,
        database: Database,
        published: PublishedRecord,
        authorities: Sequence[Authority],
        clock: Clock,
        *,
        web: Web | None = None,
        newest: Callable[[], int] | None = None,
        every: timedelta = EVERY,
        renew_after: timedelta = YEAR,
    ) -> None:
        self._database = database
        self.authorities, self._published, self._clock = tuple(authorities), published, clock
        self._web = web or DirectWeb(SECONDS)
        self._newest, self._every, self._renew_after = newest or published.newest, every, renew_after
        self.record, self.states = TokenRecord(database), States(database)
        self.renewals = Renewals(database, self.record)
        self._one = Lock()

    def run_once(self, *, now: bool = False, renew: bool = False) -> Stamped:
        """Ask the authorities that are due: over the newest published checkpoint, and over older tokens.

        `now`: all that lack a token over it, whatever the time; `renew`: all for a renewal. Raises Unavailable when
        the database or the published log does not answer; an authority's failure is a state.
        """
        with self._one:
            stamped = Stamped()
            allowed = self.authorities if now else self._allowed(Purpose.CHECKPOINT, self._every)
            if allowed:
                self._checkpoint(allowed, self._newest(), stamped)
            self._renewals(stamped, at_once=renew)
            return stamped

    def cover(self, size: int) -> Stamped:
        """Ask over one published checkpoint now: all that have not stamped it, but those that failed a moment ago.

        Raises as `run_once`, and NotFound when no checkpoint of this size is published.
        """
        with self._one:
            stamped = Stamped()
            self._checkpoint(self._allowed(Purpose.CHECKPOINT, timedelta(0)), size, stamped)
            return stamped

    def _checkpoint(self, allowed: Sequence[Authority], size: int, stamped: Stamped) -> None:
        done = {each.tsa for each in self.record.over(size)}
        due = [each for each in allowed if each.name not in done]
        if size and due:
            text = parse_note(self._published.note(size)).text
            self._ask(due, imprint_of(text), stamped, size=size)

    def _allowed(self, purpose: Purpose, every: timedelta) -> list[Authority]:
        now = self._clock.now()
        return [each for each in self.authorities if self.states.of(each.name, purpose).allows(now, every)]

    def _renewals(self, stamped: Stamped, *, at_once: bool) -> None:
        covered = self.record.last()
        if not covered:
            return
        if at_once:
            due = list(self.authorities)
        else:
            due = [each for each in self._allowed(Purpose.RENEWAL, self._every) if self._is_renewal_due(each)]
        if due:
            self._ask(due, self.renewals.tree(covered).root, stamped, covered=covered)

    def _is_renewal_due(self, authority: Authority) -> bool:
        return self.renewals.is_due(authority.name, self._clock.now(), self._renew_after)

    def _ask(
        self, due: Sequence[Authority], imprint: bytes, stamped: Stamped, *, size: int = 0, covered: int = 0
    ) -> None:
        purpose = Purpose.CHECKPOINT if size else Purpose.RENEWAL
        for each in due:
            self.states.asked(each.name, purpose, self._clock.now())
        for asked in ask(self._web, due, imprint):
            tsa, came_at = asked.authority.name, self._clock.now()
            outcome = self._fitting(asked.outcome, size, came_at)
            if asked.fault is not None:
                stamped.faults[tsa] = asked.fault
            if isinstance(outcome, CustodyError):
                stamped.failed[tsa] = str(self.states.failed(tsa, purpose, came_at, outcome).cause)
                continue
            until = ends(outcome, asked.authority.roots)
            stamped.tokens[tsa] = self.record.keep(
                outcome, tsa, size=size, covered=covered, came_at=came_at, until=until
            )
            self.states.answered(tsa, purpose, came_at)

    def _fitting(self, outcome: Outcome, size: int, came_at: datetime) -> Outcome:
        """Return what came, or why a token over a checkpoint does not fit its entries (log-v1 9.3)."""
        if isinstance(outcome, CustodyError) or not size:  # a renewal is over no entry
            return outcome
        try:
            require_fit(outcome.time, newest_below(self._database, size), came_at)
        except NotProven as fault:
            return fault
        return outcome

    def newest_tokens(self) -> dict[str, Kept]:
        """Return the newest token over a checkpoint of each authority that gave one."""
        sizes = {each.name: self.record.newest_of(each.name) for each in self.authorities}
        found = ((name, self.record.over(size)) for name, size in sizes.items() if size)
        return {name: each for name, kept in found for each in kept if each.tsa == name}

    def standings(self) -> dict[str, dict[Purpose, Standing]]:
        """Return how each authority of this deployment stands."""
        return {
            each.name: {purpose: self.states.of(each.name, purpose) for purpose in Purpose}
            for each in self.authorities
        }

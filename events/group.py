"""Group commit: whoever finds no group at work leads the next one, for all who came while the last was written.

There is no timer and no thread of its own. A lone caller leads at once; under load the next group forms while
the previous one commits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final, Generic, TypeVar

Work = TypeVar("Work")

MOST: Final = 200  # callers of one group: what one transaction holds stays small


class _Ticket(Generic[Work]):
    """A caller's place: `gate` opens when its work is done, or when it is to lead."""

    __slots__ = ("gate", "leads", "work")

    def __init__(self, work: Work) -> None:
        self.work, self.leads, self.gate = work, False, Lock()
        self.gate.acquire()


class Groups(Generic[Work]):
    """Brings callers together. `write` settles every work of a group, each by itself, and raises nothing."""

    def __init__(self, write: Callable[[list[Work]], None], most: int = MOST) -> None:
        self._write, self._most = write, most
        self._mutex = Lock()
        self._waiting: deque[_Ticket[Work]] = deque()
        self._led = False

    def submit(self, work: Work) -> None:
        """Return when a group with `work` was written; what came of it stands in `work`."""
        ticket = _Ticket(work)
        with self._mutex:
            follows, self._led = self._led, True
            if follows:
                self._waiting.append(ticket)
        if follows:
            ticket.gate.acquire()
            if not ticket.leads:
                return
        self._lead(ticket)

    def submit_each(self, works: Sequence[Work]) -> None:
        """Return when each of several works, in their order, was written: what `submit` does for one, by one thread."""
        tickets = [_Ticket(work) for work in works]
        if not tickets:
            return
        with self._mutex:
            follows, self._led = self._led, True
            waiting = tickets if follows else tickets[1:]
            self._waiting.extend(waiting)
        if not follows:
            self._lead(tickets[0])
        for ticket in waiting:  # whoever is to lead is always the first of ours that is not written yet
            ticket.gate.acquire()
            if ticket.leads:
                self._lead(ticket)

    def _lead(self, first: _Ticket[Work]) -> None:
        with self._mutex:
            group = [first]
            while self._waiting and len(group) < self._most:
                group.append(self._waiting.popleft())
        try:
            self._write([ticket.work for ticket in group])
        finally:
            self._pass_on()
            for ticket in group[1:]:
                ticket.gate.release()

    def _pass_on(self) -> None:
        with self._mutex:
            if not self._waiting:
                self._led = False
                return
            leader = self._waiting.popleft()
        leader.leads = True
        leader.gate.release()

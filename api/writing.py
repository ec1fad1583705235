"""The queue at the one door for writing: two threads record what waits there, many requests at a time.

A request waits on the event loop and not in a thread, so that under load no time goes into changing threads;
while one thread's group is made durable, the other prepares the next.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import structlog

from custody.errors import CustodyError, OutcomeUnknown, Unavailable
from custody.ports import Appended
from events.ledger import Wanted

THREADS: Final = 2
MOST_AT_ONCE: Final = 100
MOST_WAITING: Final = 2_000

AppendEach: TypeAlias = Callable[[Sequence[Wanted]], list[Appended | CustodyError]]

_log = structlog.get_logger("api.writing")


@dataclass(frozen=True, slots=True)
class _Waiting:
    wanted: Wanted
    future: asyncio.Future[Appended]
    loop: asyncio.AbstractEventLoop


class Writing:
    """Requests that wait to be recorded, and the threads that serve them."""

    def __init__(self, append_each: AppendEach) -> None:
        self._append_each = append_each
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._serve, name=f"writing-{number}") for number in range(THREADS)
        ]
        for thread in self._threads:
            thread.start()

    async def append(self, wanted: Wanted) -> Appended:
        """Return what came of the acts once they are durable. Raises what the ledger's `append` raises.

        When the client goes away meanwhile the acts are recorded all the same.
        """
        if self._queue.qsize() >= MOST_WAITING:
            raise Unavailable("ledger", "too many requests are waiting")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Appended] = loop.create_future()
        self._queue.put(_Waiting(wanted, future, loop))
        return await future

    def stop(self) -> None:
        """Record what waits, and end the threads."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first]
            stopping = self._gather(batch)
            try:
                self._record(batch)
            except Exception:  # noqa: BLE001 - a thread's last handler: acts would wait for ever, unseen
                _log.critical("writing_fault", exc_info=True)
            if stopping:
                return

    def _gather(self, batch: list[_Waiting]) -> bool:
        """Take what else waits; return True when the end was among it."""
        while len(batch) < MOST_AT_ONCE:
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                return False
            if waiting is None:
                return True
            batch.append(waiting)
        return False

    def _record(self, batch: list[_Waiting]) -> None:
        try:
            found = self._append_each([each.wanted for each in batch])
        except Exception:  # noqa: BLE001 - a thread's last handler: nobody may wait for ever
            _log.exception("unexpected_fault")
            found = [OutcomeUnknown("acts") for _ in batch]
        batch[0].loop.call_soon_threadsafe(_deliver, batch, found)


def _deliver(batch: Sequence[_Waiting], found: Sequence[Appended | CustodyError]) -> None:
    for waiting, outcome in zip(batch, found, strict=True):
        if waiting.future.done():  # the client went away
            continue
        if isinstance(outcome, CustodyError):
            waiting.future.set_exception(outcome)
        else:
            waiting.future.set_result(outcome)

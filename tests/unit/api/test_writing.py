"""The queue at the door for writing: its threads outlive whatever befalls the requests of one group."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from typing import cast

import pytest
from structlog.testing import capture_logs

from api.writing import THREADS, Writing
from custody.errors import CustodyError, OutcomeUnknown
from custody.ports import Appended
from events.ledger import Wanted
from tests.support.polling import until

WANTED = cast(Wanted, object())
DONE = cast(Appended, object())


class Ledger:
    """Takes what it is given, unless something that nobody foresaw is to happen."""

    def __init__(self) -> None:
        self.fault: Exception | None = None
        self.may_answer = threading.Event()
        self.may_answer.set()

    def append_each(self, wanted: Sequence[Wanted]) -> list[Appended | CustodyError]:
        """Return an outcome for each."""
        assert self.may_answer.wait(20)
        if self.fault is not None:
            raise self.fault
        return [DONE for _ in wanted]


@pytest.fixture
def ledger() -> Ledger:
    """Return a ledger that takes everything."""
    return Ledger()


@pytest.fixture
def writing(ledger: Ledger) -> Iterator[Writing]:
    """Return a queue with its threads."""
    found = Writing(ledger.append_each)
    yield found
    found.stop()


def test_a_fault_of_ours_leaves_nobody_waiting(ledger: Ledger, writing: Writing) -> None:
    """Who waited is told that the outcome is unknown; the next request is recorded."""
    ledger.fault = ZeroDivisionError()
    with capture_logs(), pytest.raises(OutcomeUnknown):
        asyncio.run(writing.append(WANTED))
    ledger.fault = None

    assert DONE is asyncio.run(writing.append(WANTED))


def test_a_loop_that_is_gone_ends_no_thread(ledger: Ledger, writing: Writing) -> None:
    """An outcome that nobody is left to hear is told in the log, and the thread serves the next request."""
    with capture_logs() as told:
        for count in range(1, THREADS + 1):
            ledger.may_answer.clear()
            loop = asyncio.new_event_loop()
            loop.run_until_complete(_asked_and_left(writing))
            loop.close()
            ledger.may_answer.set()
            until(lambda count=count: count == len(told), "the log")  # type: ignore[misc]

    assert {("writing_fault", "critical")} == {(each["event"], each["log_level"]) for each in told}
    assert DONE is asyncio.run(asyncio.wait_for(writing.append(WANTED), 20))


async def _asked_and_left(writing: Writing) -> None:
    asking = asyncio.ensure_future(writing.append(WANTED))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking])

"""Witnesses that are asked: neither a fault with one of them nor its wrong clock stops the others, or publishing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from events.note import parse_note
from events.opening import open_database
from events.publishing.clocks import amiss
from tests.support import publishing
from tests.support.ledgers import START
from tests.support.publishing import Press
from tests.support.webs import BrokenWeb
from tests.support.witnessed import witnessed
from tests.support.witnesses import Running, running


@pytest.fixture
def press(tmp_path: Path) -> Iterator[Press]:
    """Return a ledger of six entries that is not published yet."""
    database = open_database(tmp_path / "ledger.sqlite")
    yield publishing.open_press(database, 6)
    database.close()


@pytest.fixture
def two(tmp_path: Path) -> Iterator[list[Running]]:
    """Run two witnesses that know the log of the tests."""
    with ExitStack() as stack:
        logs = publishing.LOG_KEYS.vkeys
        yield [stack.enter_context(running(tmp_path, name, logs)) for name in ("w1", "w2")]


def test_a_fault_with_one_witness_stops_nothing(press: Press, two: list[Running]) -> None:
    """It is told as a fault of ours, with its traceback; the other cosigns, and the log is published."""
    press = replace(witnessed(press, *two, quorum="any"), web=BrokenWeb(broken=two[1].url))

    done = press.publisher.run_once()

    assert (("w1",), True, True) == (done.cosigned, done.is_new, done.quorum_met)
    assert {"w2": "a fault of ours, ZeroDivisionError: the server's log has more"} == done.silent
    assert {"w2": ZeroDivisionError} == {name: type(fault) for name, fault in done.faults.items()}


class Clock:
    """A witness's clock, so many seconds ahead of ours."""

    def __init__(self, ahead: float) -> None:
        self.ahead = ahead

    def __call__(self) -> float:
        """Return POSIX seconds."""
        return time.time() + self.ahead


@pytest.mark.parametrize("ahead", [330, -330, 3_600, 2**62])
def test_a_cosignature_by_a_wrong_clock_is_refused(press: Press, tmp_path: Path, ahead: float) -> None:
    """Nothing of it is kept or published, both clocks are told; once its clock is right it counts, asked again."""
    clock = Clock(ahead)
    with running(tmp_path, "w1", publishing.LOG_KEYS.vkeys, clock) as witness:
        press = witnessed(press, witness)

        refused = press.publisher.run_once()
        lines = parse_note(press.log.read("checkpoint").data).signatures
        again = press.publisher.run_once()
        clock.ahead = 0
        press.time += 60
        right = press.publisher.run_once()

    assert ((), True, False) == (refused.cosigned, refused.is_new, refused.quorum_met)
    assert "its cosignature is refused, for the clocks differ: it says" in refused.silent["w1"]
    assert [publishing.LOG_KEYS.origin] * 2 == [line.name for line in lines]
    assert refused.silent == again.silent
    assert (("w1",), {}, True) == (right.cosigned, right.silent, right.quorum_met)
    assert 3 == len(parse_note(press.log.read("checkpoint").data).signatures)


@pytest.mark.parametrize("ahead", [240, -240])
def test_a_few_minutes_are_borne(press: Press, tmp_path: Path, ahead: float) -> None:
    """Within five minutes no honest entry fails under it."""
    with running(tmp_path, "w1", publishing.LOG_KEYS.vkeys, Clock(ahead)) as witness:
        assert ("w1",) == witnessed(press, witness).publisher.run_once().cosigned


def test_the_first_entry_outside_the_tree_counts(press: Press) -> None:
    """What was recorded while the witness was asked is held to its time too (verdict-v1 4)."""
    database, start = press.office.ledger.database, int(START.timestamp())
    came_at = start + 240

    assert amiss(database, 6, came_at + 240, came_at) is None
    assert amiss(database, 5, came_at + 240, came_at) is not None
    assert amiss(database, 5, start + 240, came_at) is None

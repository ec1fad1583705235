"""Witnesses that are asked: what nobody foresaw of one of them stops neither the others nor publishing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from events.opening import open_database
from tests.support import publishing
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

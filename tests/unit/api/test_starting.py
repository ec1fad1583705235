"""How the start is tried again: what is missing, how often, and what ends it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from api import starting
from api.late_objects import LateObjects
from api.on_store import OnStore
from api.settings import Settings
from api.starting import Starting
from custody.errors import Unavailable
from events.database import Database
from events.opening import open_database
from events.publishing.places import Places
from events.publishing.publisher import Publisher
from storage.memory_objects import MemoryObjects
from tests.support import polling, publishing
from tests.support.publishing import LOG_KEYS, Press


class Waiting:
    """As `OnStore`: the places answer from the given attempt on."""

    def __init__(self, places: Places, attempt: int) -> None:
        self._there, self._attempt = places, attempt
        self._late = LateObjects(), LateObjects(), LateObjects()
        self.places, self.asked = Places(*self._late), 0

    def connect(self) -> bool:
        """Count the attempt."""
        self.asked += 1
        if self.asked == self._attempt:
            there = self._there
            for late, place in zip(self._late, (there.log, there.rebuild, there.keys), strict=True):
                late.arrived(place)
        return self.asked >= self._attempt


@pytest.fixture
def press(tmp_path: Path) -> Iterator[Press]:
    """Return a ledger of 9 entries whose log is published."""
    database: Database = open_database(tmp_path / "ledger.sqlite")
    found = publishing.open_press(database, 9)
    found.publisher.run_once()
    yield found
    database.close()


def started(press: Press, waiting: Waiting, tmp_path: Path, **settings: bool) -> Starting:
    """Return the start of a service over the press's ledger, that was not tried yet."""
    ledger = press.office.ledger
    publisher = Publisher(ledger, LOG_KEYS, waiting.places, press.policy)
    chosen = Settings(data_dir=tmp_path, **settings)  # type: ignore[arg-type]
    return Starting(chosen, ledger, cast(OnStore, waiting), publisher, LOG_KEYS.origin)


def test_it_is_tried_until_the_store_answers(
    press: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No act before it answers; after it did, nothing is asked any more."""
    monkeypatch.setattr(starting, "PAUSE", (0.01, 0.02))
    waiting = Waiting(press.places, 4)
    found = started(press, waiting, tmp_path)
    assert not found.step()
    assert "could not be compared" in str(press.office.ledger.refusal)
    found.begin()
    polling.until(lambda: press.office.ledger.refusal is None, "the comparison")
    found.stop()
    assert 4 == waiting.asked


def test_the_pauses_are_bounded() -> None:
    """The first comes soon, the longest is not longer than the format says (log-v1, 6)."""
    first, longest = starting.PAUSE
    assert (True, True) == (0 < first <= 5, longest <= 60)


def test_another_process_may_publish(press: Press, tmp_path: Path) -> None:
    """Who does not publish takes acts without the store, and goes on asking for it."""
    found = started(press, Waiting(press.places, 9), tmp_path, publish=False)
    assert not found.step()
    assert press.office.ledger.refusal is None
    found.stop()


def test_an_alarm_ends_the_attempts(press: Press, tmp_path: Path) -> None:
    """A note of another ledger in the place: refused for good, although the store answers well afterwards."""
    good = press.places.log.read("checkpoint")
    press.places.log.replace("checkpoint", b"another log\n1\nAAAA\n\n", good.tag)
    waiting = Waiting(press.places, 2)
    found = started(press, waiting, tmp_path)
    assert not found.step()
    assert found.step()
    bad = press.places.log.read("checkpoint")
    press.places.log.replace("checkpoint", good.data, bad.tag)
    assert found.step()
    assert "does not agree with this database" in str(press.office.ledger.refusal)
    found.stop()


def test_late_objects_are_unavailable_until_they_are_there() -> None:
    """Each method says why; then each reaches the place."""
    late = LateObjects()
    late.cause = "connection refused"
    for ask in (
        lambda: late.read("a"),
        lambda: late.create("a", b""),
        lambda: late.replace("a", b"", None),
        lambda: late.remove("a"),
        lambda: list(late.names("")),
    ):
        with pytest.raises(Unavailable, match="connection refused"):
            ask()
    late.arrived(MemoryObjects())
    late.create("a", b"1")
    late.replace("a", b"2", late.read("a").tag)
    assert (b"2", ["a"]) == (late.read("a").data, list(late.names("")))
    late.remove("a")
    assert [] == list(late.names(""))

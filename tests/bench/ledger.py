"""The ledger against the bare library: appending, with one writer and with many (issue 2, I 1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from custody.act import Act
from custody.ports import Submission
from custody.values import StreamName
from events.opening import open_database
from tests.bench import peer, servers
from tests.bench.measuring import rate, row
from tests.support import ledgers
from tests.support.composing import Officer, uuid_of

ONE, MANY = 1, 32
ACTS = {ONE: 300, MANY: 1600}  # of one round
MUST = {("sqlite", ONE): 0.45, ("sqlite", MANY): 1.2, ("postgresql", ONE): 0.45, ("postgresql", MANY): 2.0}


class Writers:
    """An office whose officer composes acts of four members in many exhibits, ahead of the clock."""

    def __init__(self, target: str | Path, *, made: bool = False) -> None:
        """Open a ledger, and make its people and exhibits unless they are `made`."""
        database = open_database(target)
        self.office = ledgers.Office.open(database) if made else ledgers.usual(database)
        self.exhibits = [f"exhibit/{uuid_of(f'exhibit {n}')}" for n in range(MANY)]
        for number in range(0 if made else MANY):
            self.office.receive(f"exhibit {number}", case=ledgers.CASE)
        self.last: dict[str, Act] = {}

    def composed(self, exhibit: str, count: int) -> list[Submission]:
        """Return `count` signed acts in a row on one exhibit."""
        officer = self.office.person("taras")
        return [self._amended(officer, exhibit, number) for number in range(count)]

    def _amended(self, officer: Officer, exhibit: str, number: int) -> Submission:
        body = {
            "title": f"Mobile telephone, black, {number}",
            "description": "a scratch on the back",
            "remarks": "seen again",
            "reason": "looked closer",
        }
        after = self.last.get(exhibit) or self.office.ledger.state(StreamName(exhibit))
        submission = officer.compose("exhibit.amended.v1", exhibit, {}, body, after=after)
        self.last[exhibit] = submission.act
        return submission

    def steps(self, writers: int, acts: int) -> list[Callable[[], int]]:
        """Return one step per writer, with all acts composed already."""
        return [self._step(self.composed(each, acts // writers)) for each in self.exhibits[:writers]]

    def _step(self, submissions: list[Submission]) -> Callable[[], int]:
        def run() -> int:
            for submission in submissions:
                self.office.append(submission)
            return len(submissions)

        return run

    @property
    def entry_size(self) -> int:
        """Bytes of a typical entry of these acts."""
        return len(self.office.append(*self.composed(self.exhibits[0], 1)).receipts[0].entry)


def peer_steps(
    application: peer.Bare, items: list[peer.Item], note: str, acts: int
) -> list[Callable[[], int]]:
    """Return one step per item, each saving its share of the events."""

    def step_of(item: peer.Item) -> Callable[[], int]:
        def run() -> int:
            for _ in range(acts // len(items)):
                application.change(item, note)
            return acts // len(items)

        return run

    return [step_of(item) for item in items]


def appending(engine: str, rounds: int) -> list[dict[str, object]]:
    """Return the rows of I(1) for one engine."""
    found = []
    with _both(engine) as (writers, application):
        note = application.note_for(writers.entry_size)
        items = [application.new_item() for _ in range(MANY)]
        for count in (ONE, MANY):
            ours, theirs = [], []
            for _ in range(rounds + 1):  # the first warms up
                ours.append(rate(writers.steps(count, ACTS[count])))
                theirs.append(rate(peer_steps(application, items[:count], note, ACTS[count])))
            name = f"append, {engine}, {count} writer{'s' * (count > 1)}"
            found.append(row(name, ours[1:], theirs[1:], "acts/s", MUST[engine, count]))
    return found


@contextmanager
def _both(engine: str) -> Iterator[tuple[Writers, peer.Bare]]:
    with servers.folder() as folder:
        if engine == "sqlite":
            with peer.on_sqlite(folder / "peer.sqlite") as application:
                yield Writers(folder / "ledger.sqlite"), application
        else:
            with servers.postgres(folder) as url, peer.on_postgres(url) as application:
                yield Writers(url), application


def rows(rounds: int = 5) -> list[dict[str, object]]:
    """Return all rows of this module."""
    return [*appending("sqlite", rounds), *appending("postgresql", rounds)]

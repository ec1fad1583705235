"""Published logs for tests: an office, its places in memory, its publisher, and ledgers of any size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from custody.ports import ObjectStore, Submission
from custody.values import StreamName
from events.checkpoint import LogKey
from events.cosignatures import MlDsaLogKey
from events.database import Database
from events.log_keys import LogKeys
from events.note import VerifierKey
from events.policy import Policy, no_witnesses
from events.publishing.places import Places
from events.publishing.publisher import Publisher
from events.publishing.starting import StartCheck
from events.web import Web
from storage.memory_objects import MemoryObjects
from tests.support import examples, ledgers
from tests.support.composing import seed, uuid_of
from tests.support.ledgers import Office

LOG_KEYS = LogKeys(ledgers.LOG_KEY, MlDsaLogKey.from_seed(ledgers.ORIGIN, seed("log ml-dsa")))
LOG: VerifierKey = ledgers.LOG_KEY.verifier


def memory() -> Places:
    """Return three empty places."""
    return Places(MemoryObjects(), MemoryObjects(), MemoryObjects())


@dataclass
class Press:
    """An office with a publisher; `time` is what the publisher's patience is measured with."""

    office: Office
    places: Places = field(default_factory=memory)
    policy: Policy = field(default_factory=lambda: no_witnesses(LOG))
    web: Web | None = None
    keys: LogKeys = LOG_KEYS
    time: float = 0.0

    def __post_init__(self) -> None:
        self.publisher = self.another()

    def another(self) -> Publisher:
        """Return a publisher of the same ledger, as another process has it."""
        return Publisher(
            self.office.ledger, self.keys, self.places, self.policy, web=self.web, now=lambda: self.time
        )

    def start_check(self) -> StartCheck:
        """Return the check at start."""
        return StartCheck(self.publisher, self.places, self.keys.origin)

    @property
    def log(self) -> ObjectStore:
        """The public place."""
        return self.places.log

    def grow(self, size: int) -> None:
        """Bring the ledger to `size` entries, in groups of several."""
        grow(self.office, size)


def grow(office: Office, size: int) -> None:
    """Bring a ledger to `size` entries: founding, a person, a case, an exhibit, and then amendments of it."""
    while office.size < min(size, len(CHAPTERS)):
        CHAPTERS[office.size](office)
    while office.size < size:
        office.append(*amendments(office, min(size - office.size, 90)))


def _enrol(office: Office) -> None:
    taras = office.person("taras")
    body = examples.enrolled("taras")
    office.tell("olena", "person.enrolled.v1", taras.person, examples.enrolment(taras), body)


def _confirm(office: Office) -> None:
    taras = office.person("taras")
    office.tell("taras", "person.confirmed.v1", taras.person, {"key": taras.key.fingerprint})


def _grant(office: Office) -> None:
    taras = office.person("taras").person
    office.tell("olena", "person.role-granted.v1", taras, {"role": "officer"}, {"reason": None})


CHAPTERS: tuple[Callable[[Office], object], ...] = (
    Office.found,
    _enrol,
    _confirm,
    _grant,
    Office.open_case,
    lambda office: office.receive(case=ledgers.CASE),
)
"""One entry each."""


def amendments(office: Office, count: int) -> Sequence[Submission]:
    """Return signed amendments in a row of the one exhibit."""
    officer = office.person("taras")
    exhibit = f"exhibit/{uuid_of('telephone')}"
    after = office.ledger.state(StreamName(exhibit))
    found: list[Submission] = []
    for number in range(count):
        body = {"title": f"Mobile telephone, black, {number}", "reason": "looked closer"}
        last = found[-1].act if found else after
        at = office.clock.now().isoformat(timespec="seconds")
        found.append(officer.compose("exhibit.amended.v1", exhibit, {}, body, after=last, occurred_at=at))
    return found


EARLY: Final = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
"""Before any run of these tests: what real authorities stamp was recorded before, by the clock of the tests too."""


def open_press(
    database: Database,
    size: int = 0,
    log_key: LogKey = ledgers.LOG_KEY,
    start: datetime = ledgers.START,
) -> Press:
    """Return a press on a database, with a ledger of `size` entries that is not published yet."""
    press = Press(Office.open(database, log_key))
    press.office.clock.time = start
    press.grow(size)
    return press

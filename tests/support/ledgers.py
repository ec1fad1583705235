"""Real ledgers for tests: opened on a database, founded, and written to through their own door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from custody.canonical import Json
from custody.ports import Appended, Clock, FileDigests, IdempotencyKey, MasterKey, StoredFile, Submission
from custody.values import ExhibitId, FileId, LedgerId, StreamName
from events.checkpoint import LogKey
from events.database import Database
from events.ledger import StoredLedger
from events.opening import open_ledger
from storage.wrapping import FileMasterKey
from tests.support import examples
from tests.support.composing import Officer, seed, uuid_of

ORIGIN = examples.ORIGIN
LOG_KEY = LogKey.from_seed(ORIGIN, seed("log"))
MASTER: MasterKey = FileMasterKey(seed("master"))
START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@dataclass
class TestClock:
    """A clock that stands still until it is moved."""

    __test__ = False
    time: datetime = START

    def now(self) -> datetime:
        """Return the present instant."""
        return self.time

    def advance(self, **parts: float) -> None:
        """Move the clock on, e.g. by `minutes=16`."""
        self.time += timedelta(**parts)


@dataclass
class Office:
    """A ledger with people who write to it; every act passes the real door."""

    ledger: StoredLedger
    clock: TestClock = field(default_factory=TestClock)
    people: dict[str, Officer] = field(default_factory=dict)

    @classmethod
    def open(
        cls,
        database: Database,
        log_key: LogKey = LOG_KEY,
        master: MasterKey = MASTER,
        clock: Clock | None = None,
    ) -> Office:
        """Open a ledger with the keys of the tests on a database."""
        still = TestClock()
        ledger = open_ledger(database, master=master, log_key=log_key, clock=clock or still)
        return cls(ledger, still)

    def person(self, name: str) -> Officer:
        """Return a person who has just verified the newest checkpoint."""
        known = self.people.setdefault(name, Officer.of(name))
        if self.size == 0:
            return known
        head = self.ledger.head()
        return known.at(self.ledger.ledger_id, head.size, head.root)

    @property
    def size(self) -> int:
        """The number of entries."""
        return int(str(self.ledger.database.read("SELECT coalesce(max(size), 0) FROM tree")[0][0]))

    def compose(
        self,
        who: str | Officer,
        kind: str,
        stream: str,
        public: Mapping[str, Json] | None = None,
        body: Mapping[str, Json] | None = None,
        occurred_at: str | None = None,
    ) -> Submission:
        """Return a signed act that follows the stream as it stands."""
        officer = self.person(who) if isinstance(who, str) else who
        after = self.ledger.state(StreamName(stream))
        at = occurred_at or self.clock.now().isoformat()
        return officer.compose(kind, stream, public, body, after=after, occurred_at=at)

    def append(
        self, *submissions: Submission, key: IdempotencyKey | None = None, files: Sequence[StoredFile] = ()
    ) -> Appended:
        """Send acts through the door."""
        return self.ledger.append(submissions, key, files)

    def tell(
        self,
        who: str | Officer,
        kind: str,
        stream: str,
        public: Mapping[str, Json] | None = None,
        body: Mapping[str, Json] | None = None,
    ) -> Appended:
        """Compose and send an act."""
        return self.append(self.compose(who, kind, stream, public, body))

    # --- chapters -------------------------------------------------------------------------------------

    def found(self) -> Appended:
        """The founder Olena founds the ledger."""
        founder, service = self.person("olena"), self.person("service")
        public = examples.founding(founder, service, vkey=LOG_KEY.vkey, origin=ORIGIN)
        return self.tell(
            founder, "ledger.founded.v1", f"ledger/{uuid_of('ledger')}", public, {"deployment": "Kyiv"}
        )

    def enrol(self, name: str, *roles: str) -> str:
        """Enrol a person, who confirms, and grant ledger-wide roles."""
        officer = self.person(name)
        stream = officer.person
        self.tell("olena", "person.enrolled.v1", stream, examples.enrolment(officer), examples.enrolled(name))
        self.tell(name, "person.confirmed.v1", stream, {"key": officer.key.fingerprint})
        for role in roles:
            self.tell("olena", "person.role-granted.v1", stream, {"role": role}, {"reason": None})
        return stream

    def open_case(self, name: str = "case", reference: str = "UKR2-25") -> str:
        """Taras opens a case."""
        stream = f"case/{uuid_of(name)}"
        self.tell("taras", "case.opened.v1", stream, {}, examples.case(reference))
        return stream

    def receive(self, name: str = "telephone", *, case: str, seal: str | None = None) -> str:
        """Taras takes a physical exhibit in."""
        stream = f"exhibit/{uuid_of(name)}"
        self.tell("taras", "exhibit.received.v1", stream, examples.intake(case), examples.physical(seal))
        return stream

    def move(self, exhibit: str, who: str | Officer = "taras", occurred_at: str | None = None) -> Submission:
        """Return a signed move of an exhibit, not sent yet."""
        body: dict[str, Json] = {"place": examples.ELSEWHERE, "reason": None}
        return self.compose(who, "exhibit.moved.v1", exhibit, {}, body, occurred_at)


def usual(database: Database, log_key: LogKey = LOG_KEY) -> Office:
    """Return an office with founder Olena, officer Taras, and his open case."""
    office = Office.open(database, log_key)
    office.found()
    office.enrol("taras", "officer")
    office.open_case()
    return office


CASE = f"case/{uuid_of('case')}"


def stored(exhibit: str, file: str, data: bytes) -> StoredFile:
    """Return what the vault would say of a file that it has stored."""
    plain = examples.digests(data)
    return StoredFile(
        file=FileId(file),
        exhibit=ExhibitId(exhibit),
        ledger=LedgerId("0" * 64),  # the ledger gives its own id when it reads the row
        plain=FileDigests(sha256=str(plain["sha256"]), sha512=str(plain["sha512"]), size=len(data)),
        object_key=f"files/{file}",
        version_id="v1",
        stored_sha256=str(plain["sha256"]),
        stored_size=len(data) + 100,
        crc32=1,
        key_id="file:1",
        wrapped_key=b"w" * 61,
    )

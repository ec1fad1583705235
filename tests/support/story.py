"""A story told to the rules: acts composed by officers, judged and recorded in memory, one after another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from custody.act import Disclosure, opened, write_entry
from custody.canonical import Json
from custody.ports import Recorded, Submission
from custody.replay import World
from custody.rules import Decision, judge, require_next
from custody.states import State
from custody.values import CaseId, StreamName
from tests.support import examples
from tests.support.composing import Officer, tree_root, uuid_of

START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@dataclass
class Story:
    """A ledger without a database: `tell` refuses what the rules refuse, and records the rest."""

    world: World = field(default_factory=World)
    entries: list[Recorded] = field(default_factory=list)
    values: list[dict[str, Json]] = field(default_factory=list)
    disclosures: list[tuple[Disclosure, ...]] = field(default_factory=list)
    ordinals: dict[CaseId, int] = field(default_factory=dict)
    now: datetime = START
    people: dict[str, Officer] = field(default_factory=dict)

    def person(self, name: str) -> Officer:
        """Return a person who has seen the newest head."""
        known = self.people.setdefault(name, Officer.of(name))
        ledger = self.world.ledger_id
        size = len(self.entries)
        return (
            known
            if ledger is None
            else known.at(ledger, size, tree_root([each.entry.data for each in self.entries]))
        )

    def compose(
        self,
        who: str | Officer,
        kind: str,
        stream: str,
        public: Mapping[str, Json] | None = None,
        body: Mapping[str, Json] | None = None,
        occurred_at: str | None = None,
    ) -> Submission:
        """Return an act that follows the stream as it stands."""
        officer = self.person(who) if isinstance(who, str) else who
        after = self.world.states.get(StreamName(stream))
        at = occurred_at or self.now.isoformat(timespec="seconds")
        return officer.compose(kind, stream, public, body, after=after, occurred_at=at)

    def state(self, stream: str) -> State | None:
        """Return the state of a stream."""
        return self.world.states.get(StreamName(stream))

    def judge(self, submission: Submission) -> Decision:
        """Return what the rules say, recording nothing."""
        require_next(submission.act, self.world.states.get(submission.act.stream))
        return judge(submission.act, opened(submission.disclosures), self.world)

    def record(self, submission: Submission, *, ordinal: int | None = None) -> Recorded:
        """Record an act without asking the rules, as a hostile ledger would."""
        self.now += timedelta(seconds=1)
        entry = write_entry(submission.act, submission.signature, recorded_at=self.now, ordinal=ordinal)
        recorded = Recorded(len(self.entries), entry)
        self.entries.append(recorded)
        self.values.append(opened(submission.disclosures))
        self.disclosures.append(submission.disclosures)
        self.world.take(recorded, self.values[-1])
        return recorded

    def tell(
        self,
        who: str | Officer,
        kind: str,
        stream: str,
        public: Mapping[str, Json] | None = None,
        body: Mapping[str, Json] | None = None,
        occurred_at: str | None = None,
    ) -> Recorded:
        """Judge and record an act. Raises RuleBroken when a rule forbids it."""
        submission = self.compose(who, kind, stream, public, body, occurred_at)
        case = self.judge(submission).ordinal_for
        if case is None:
            return self.record(submission)
        self.ordinals[case] = self.ordinals.get(case, 0) + 1
        return self.record(submission, ordinal=self.ordinals[case])

    # --- chapters that many stories begin with ----------------------------------------------------------

    def found(self) -> None:
        """The founder Olena founds the ledger."""
        founder, service = self.person("olena"), self.person("service")
        self.tell(
            founder,
            "ledger.founded.v1",
            f"ledger/{uuid_of('ledger')}",
            examples.founding(founder, service),
            {"deployment": "Kyiv office"},
        )

    def enrol(self, name: str, *roles: str, by: str = "olena") -> str:
        """Enrol a person, who confirms; grant ledger-wide roles; return the person's stream."""
        officer = self.person(name)
        stream = officer.person
        self.tell(by, "person.enrolled.v1", stream, examples.enrolment(officer), examples.enrolled(name))
        self.tell(name, "person.confirmed.v1", stream, {"key": officer.key.fingerprint})
        for role in roles:
            self.tell(by, "person.role-granted.v1", stream, {"role": role}, {"reason": None})
        return stream

    def open_case(self, name: str = "case", *, by: str = "taras", reference: str = "UKR2-25") -> str:
        """Open a case; return its stream."""
        stream = f"case/{uuid_of(name)}"
        self.tell(by, "case.opened.v1", stream, {}, examples.case(reference))
        return stream

    def add_member(self, case: str, name: str, role: str, *, by: str = "taras") -> None:
        """Give a person a role in a case."""
        member: dict[str, Json] = {"person": self.person(name).person, "role": role}
        self.tell(by, "case.member-added.v1", case, member, {"reason": None})

    def receive(
        self,
        name: str = "telephone",
        *,
        case: str,
        by: str = "taras",
        files: list[str] | None = None,
        seal: str | None = "A-100",
    ) -> str:
        """Take an exhibit in: physical, or digital with files; return its stream."""
        stream = f"exhibit/{uuid_of(name)}"
        kind = "digital" if files else "physical"
        body = examples.digital(sorted(files)) if files else examples.physical(seal)
        self.tell(by, "exhibit.received.v1", stream, examples.intake(case, kind, files), body)
        return stream

    def offer(self, exhibit: str, to: str, *, by: str = "taras") -> str:
        """Offer an exhibit; return the hash of the act."""
        public: dict[str, Json] = {"to": self.person(to).person}
        return self.tell(by, "transfer.offered.v1", exhibit, public, examples.offer()).entry.act.hash


def usual() -> Story:
    """Return the usual beginning: founder Olena, officers Taras and Iryna, prosecutor Petro, an open case."""
    story = Story()
    story.found()
    story.enrol("taras", "officer")
    story.enrol("iryna", "officer")
    story.enrol("petro")
    case = story.open_case()
    story.add_member(case, "iryna", "custodian")
    story.add_member(case, "petro", "prosecutor")
    return story


CASE = f"case/{uuid_of('case')}"

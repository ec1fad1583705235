"""Stories that wander: acts drawn one after another, those kept that the rules allow."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from custody.canonical import Json
from custody.errors import RuleBroken
from custody.states import CaseState, ExhibitState
from tests.support import examples
from tests.support.bundles import Told
from tests.support.composing import uuid_of
from tests.support.story import Story
from tests.support.trees import LOG, ORIGIN

WHY: Final[dict[str, Json]] = {"reason": "as was ordered"}
PEOPLE: Final = ("taras", "iryna", "petro", "oksana")


@dataclass
class Wandering:
    """A story that goes on as the dice fall."""

    dice: random.Random
    story: Story = field(default_factory=Story)
    files: dict[str, bytes] = field(default_factory=dict)
    refused: int = 0

    def begin(self) -> None:
        """Found the ledger; enrol two officers and two others; open a case."""
        story = self.story
        founder, service = story.person("olena"), story.person("service")
        public = examples.founding(founder, service, vkey=LOG.vkey, origin=ORIGIN)
        stream = f"ledger/{uuid_of('ledger')}"
        story.tell(founder, "ledger.founded.v1", stream, public, {"deployment": "Kyiv"})
        for name in PEOPLE:
            story.enrol(name, *(["officer"] if name in ("taras", "iryna") else []))
        self._open_case()

    def go(self, steps: int) -> None:
        """Try some acts."""
        ways: list[Callable[[], object]] = [
            self._receive,
            self._receive,
            self._open_case,
            self._member,
            self._member,
            self._move,
            self._offer,
            self._accept,
            self._correct,
            self._in_error,
            self._access,
            self._fixity,
            self._amend,
        ]
        for _ in range(steps):
            try:
                self.dice.choice(ways)()
            except RuleBroken:
                self.refused += 1

    def told(self, case: str | None, *exhibits: str) -> Told:
        """Return the story as one to make a bundle of."""
        return Told(self.story, case or "", exhibits[0] if exhibits else "", "", self.files)

    @property
    def cases(self) -> list[CaseState]:
        """The cases, in the order of their names."""
        found = [each for each in self.story.world.states.values() if isinstance(each, CaseState)]
        return sorted(found, key=lambda each: each.stream)

    @property
    def exhibits(self) -> list[ExhibitState]:
        """The exhibits, in the order of their names."""
        found = [each for each in self.story.world.states.values() if isinstance(each, ExhibitState)]
        return sorted(found, key=lambda each: each.stream)

    def name_of(self, person: str) -> str:
        """Return the name of a person's stream."""
        return next(name for name, each in self.story.people.items() if each.person == person)

    def _new(self, what: str) -> str:
        return f"{what} {len(self.story.entries)}"

    def _tell(self, who: str, kind: str, stream: str, public: Any, body: Any) -> None:  # noqa: ANN401
        self.story.tell(who, kind, stream, public, body)

    def _someone(self) -> str:
        return self.dice.choice((*PEOPLE, *PEOPLE[:2], *PEOPLE[:2]))

    def _exhibit(self) -> ExhibitState:
        if not self.exhibits:
            self._receive()
        return self.dice.choice(self.exhibits)

    def _open_case(self) -> None:
        name, opener = self._new("case"), self.dice.choice(PEOPLE[:2])
        case = self.story.open_case(name, by=opener, reference=f"UKR-{len(self.story.entries)}")
        for other in PEOPLE[:3]:
            if other != opener and self.dice.random() < 0.8:
                self.story.add_member(case, other, "prosecutor" if other == "petro" else "officer", by=opener)

    def _receive(self) -> None:
        name, files = self._new("exhibit"), []
        if self.dice.random() < 0.5:
            files = [uuid_of(f"{name} file {number}") for number in range(self.dice.randint(1, 3))]
        case = self.dice.choice(self.cases).stream
        self.story.receive(name, case=case, by=self.dice.choice(PEOPLE[:2]), files=files, seal=name)
        self.files |= {file: file.encode() for file in files}

    def _member(self) -> None:
        role = self.dice.choice(["officer", "custodian", "prosecutor", "auditor"])
        case, who = self.dice.choice(self.cases), self.dice.choice(["olena", *PEOPLE[:2]])
        self.story.add_member(case.stream, self._someone(), role, by=who)

    def _move(self) -> None:
        exhibit = self._exhibit()
        body: dict[str, Json] = {"place": examples.ELSEWHERE, "reason": None}
        self._tell(self.name_of(exhibit.custodian), "exhibit.moved.v1", exhibit.stream, {}, body)

    def _amend(self) -> None:
        exhibit = self._exhibit()
        body: dict[str, Json] = {"title": f"Amended {len(self.story.entries)}", **WHY}
        self._tell(self._someone(), "exhibit.amended.v1", exhibit.stream, {}, body)

    def _offer(self) -> None:
        exhibit = self._exhibit()
        self.story.offer(exhibit.stream, self._someone(), by=self.name_of(exhibit.custodian))

    def _accept(self) -> None:
        offered = [each for each in self.exhibits if each.offer is not None]
        if not offered:
            return
        exhibit = self.dice.choice(offered)
        assert exhibit.offer is not None
        body = examples.acceptance(list(exhibit.files) or None)
        who, public = self.name_of(exhibit.offer.to), {"offer": exhibit.offer.act}
        self._tell(who, "transfer.accepted.v1", exhibit.stream, public, body)

    def _correct(self) -> None:
        exhibit, case = self._exhibit(), self.dice.choice(self.cases)
        public = {"case": case.stream, "from": exhibit.case}
        self._tell(self._someone(), "exhibit.case-corrected.v1", exhibit.stream, public, WHY)

    def _in_error(self) -> None:
        exhibit, other = self._exhibit(), self._exhibit()
        act = self.dice.choice(list(exhibit.acts()))[0]
        public = {"act": act, "duplicate_of": None if other == exhibit else other.stream}
        self._tell(self._someone(), "exhibit.recorded-in-error.v1", exhibit.stream, public, WHY)

    def _access(self) -> None:
        exhibit = self._exhibit()
        stream, who = exhibit.stream.replace("exhibit", "access"), self.story.person(self._someone()).person
        public = {"exhibit": exhibit.stream, "person": who, "what": "view"}
        body = {"file": None, "purpose": None, "session": "s"}
        self._tell("service", "access.recorded.v1", stream, public, body)

    def _fixity(self) -> None:
        exhibit = self._exhibit()
        stream, who = exhibit.stream.replace("exhibit", "fixity"), self.story.person(self._someone()).person
        outcome: dict[str, Json] = {"cause": None, "measured_sha256": None, "outcome": "match"}
        files = {
            file: outcome | {"measured_sha256": examples.digests(file.encode())["sha256"]}
            for file in exhibit.files
        }
        if files:
            public = {"exhibit": exhibit.stream, "outcome": "match", "requested_by": who}
            self._tell("service", "fixity.checked.v1", stream, public, {"files": files, "tool": "custody"})

"""An exhibit's life, at random, against a model of two variables: who holds it, and what is on offer."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from custody.canonical import Json
from custody.continuity import judge_exhibit
from custody.errors import RuleBroken
from custody.history import OpenEntry, exhibit_record
from custody.replay import replay
from custody.states import ExhibitState
from custody.values import ExhibitId, StreamName
from tests.support import examples
from tests.support.story import CASE, Story, usual

HOLDERS = ("taras", "iryna", "petro")
PEOPLE = st.sampled_from((*HOLDERS, "olena"))


class Life(RuleBasedStateMachine):
    """Everyone tries everything; the model says what is allowed."""

    def __init__(self) -> None:
        super().__init__()
        self.story: Story = usual()
        self.exhibit = ""
        self.holder = "taras"
        self.offer: tuple[str, str] | None = None  # act hash, to

    @initialize()
    def take_in(self) -> None:
        """Taras takes a telephone in."""
        self.exhibit = self.story.receive(case=CASE, seal=None)

    def _try(
        self, who: str, kind: str, public: dict[str, Json], body: dict[str, Json], *, allowed: bool
    ) -> str:
        try:
            act = self.story.tell(who, kind, self.exhibit, public, body).entry.act
        except RuleBroken:
            assert not allowed, f"{kind} by {who} was refused"
            return ""
        assert allowed, f"{kind} by {who} was recorded"
        return str(act.hash)

    @rule(who=PEOPLE, to=PEOPLE)
    def offer_it(self, who: str, to: str) -> None:
        """Only the holder offers, once, to another who may hold it."""
        allowed = who == self.holder and to != who and to in HOLDERS and self.offer is None
        person: dict[str, Json] = {"to": self.story.person(to).person}
        found = self._try(who, "transfer.offered.v1", person, examples.offer(), allowed=allowed)
        if found:
            self.offer = (found, to)

    @rule(who=PEOPLE, word=st.sampled_from(["accepted", "declined", "withdrawn"]))
    def answer_it(self, who: str, word: str) -> None:
        """Only the addressee accepts or declines, only the holder withdraws, only an open offer."""
        act, to = self.offer or ("00" * 32, "")
        allowed = bool(to) and who == (self.holder if word == "withdrawn" else to)
        body: dict[str, Json] = examples.acceptance() if word == "accepted" else {"reason": "no"}
        if self._try(who, f"transfer.{word}.v1", {"offer": act}, body, allowed=allowed):
            self.offer = None
            self.holder = to if word == "accepted" else self.holder

    @rule(who=PEOPLE)
    def move_it(self, who: str) -> None:
        """Only the holder moves it."""
        body: dict[str, Json] = {"place": examples.ELSEWHERE, "reason": None}
        self._try(who, "exhibit.moved.v1", {}, body, allowed=who == self.holder)

    @rule(who=PEOPLE)
    def amend_it(self, who: str) -> None:
        """The officer of the case amends, and whoever holds it."""
        body: dict[str, Json] = {"reason": "typing error", "title": "Telephone"}
        self._try(who, "exhibit.amended.v1", {}, body, allowed=who in {"taras", self.holder})

    @invariant()
    def one_custodian(self) -> None:
        """State, history and model agree on who is answerable and on what is open."""
        state = self.story.world.states.get(StreamName(self.exhibit))
        if not isinstance(state, ExhibitState):
            return
        assert state.custodian == self.story.person(self.holder).person
        assert (state.offer is None) == (self.offer is None)

    def teardown(self) -> None:
        """Replayed from the start, the life has no fault, and exactly one holding is open."""
        entries = [
            OpenEntry(each, self.story.values[each.index])
            for each in self.story.entries
            if each.entry.act.stream == self.exhibit
        ]
        record = exhibit_record(entries)
        found = replay(self.story.entries, verify=lambda _recorded, _key: None)
        assert record is not None
        assert [each.until for each in record.holdings].count(None) == 1
        assert found.findings == ()
        codes = {each.code for each in judge_exhibit(ExhibitId(self.exhibit), entries).findings}
        assert codes <= {"continuity.offer-open"}


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)

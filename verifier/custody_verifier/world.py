"""Judges entries in ledger order: place, clocks, rules, numbers, what is taken (continuity-v1 section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from custody_verifier.canonical import Json
from custody_verifier.entry import Act, Entry
from custody_verifier.errors import Malformed
from custody_verifier.folding import fold
from custody_verifier.rules import Broken, Formed, Judged, Matter, judge
from custody_verifier.rules.matter import FOUNDED
from custody_verifier.rules.names import RULES
from custody_verifier.states import Head, Key, States
from custody_verifier.verdict import Findings, Question, Weight

AHEAD = timedelta(minutes=5)
SEEN_FOR = timedelta(minutes=15)
CORRECTED = "ledger.clock-corrected.v1"
CLAUSE = "continuity-v1 4"

_CONTINUITY = frozenset({"continuity", "transfer", "exhibit", "outcome"})
_ORDER = frozenset({"act", "stream"})
_AUTHORSHIP, _PLACE, _TIME = Question.AUTHORSHIP, Question.ORDER, Question.TIME
_CUSTODY = Question.CONTINUITY


def question_of(code: str) -> Question:
    """Return the question that a broken rule belongs to (continuity-v1, section 4)."""
    family = code.partition(".")[0]
    if family in _CONTINUITY:
        return Question.CONTINUITY
    if family in _ORDER:
        return Question.ORDER
    return Question.TIME if family == "clock" else Question.AUTHORSHIP


class Taken(NamedTuple):
    """An entry that was judged. `key`: the one that must have signed it, if the entries before it know one.

    `formed`: public members and names of the body are of the type's form; `allowed`: no rule is broken.
    """

    key: Key | None
    formed: bool
    allowed: bool


@dataclass(slots=True)
class World:
    """States after the entries so far, and what was found. `states.scope` None: every entry is given.

    `seen` maps (size, root) to the first entry whose signer claims it.
    """

    findings: Findings
    states: States = field(default_factory=States)
    seen: dict[tuple[int, bytes], int] = field(default_factory=dict)
    signed: dict[tuple[str, str], list[tuple[int, datetime]]] = field(default_factory=dict)
    _taken: set[tuple[str, str]] = field(default_factory=set)
    _recorded: list[datetime] = field(default_factory=list)
    _newest: tuple[int, Entry] | None = None

    def skip(self, index: int) -> None:
        """Leave the place of an entry that cannot be read."""
        if self.states.scope is None and self._recorded:
            self._recorded += [self._recorded[-1]] * (index + 1 - len(self._recorded))

    def take(self, index: int, entry: Entry, opened: Mapping[str, Json], form: Formed | None = None) -> Taken:
        """Judge and fold one entry. `form` is that of its act, where it was looked at before."""
        act, count = entry.act, self.findings.count
        self.states.asked.clear()
        self._place(index, entry)
        self._clock(index, entry)
        self._seen(index, entry)
        matter = Matter(act, index, opened, self.states)
        key = self._key(act)
        judged = self._rules(matter, form)
        if judged is not None:
            self._number(index, entry, judged)
            self._take_unique(index, judged)
            if act.stream.startswith("exhibit/"):
                count(_CUSTODY)
        self._fold(matter, entry)
        count(_PLACE)
        if key is None and matter.formed and act.type == FOUNDED:
            key = self._key(act)  # who founds brings their key along
        if key is not None:
            count(_AUTHORSHIP)
            if judged is not None:
                self.signed.setdefault((act.person, key.fingerprint), []).append((index, entry.recorded_at))
        return Taken(key, matter.formed, judged is not None)

    def _key(self, act: Act) -> Key | None:
        """Return the key that must have signed: the one of the actor's that the act names."""
        person = self.states.persons.get(act.person)
        return None if person is None else person.keys.get(act.key)

    def close(self) -> None:
        """Add what can only be said after the last entry: acts of keys that were reported compromised."""
        for person in self.states.persons.values():
            for key in person.keys.values():
                since = key.untrusted_since
                for index, recorded in self.signed.get((person.name, key.fingerprint), ()):
                    if since is not None and recorded >= since:
                        words = f"the key is reported compromised since {since.isoformat()}"
                        self._found(
                            index,
                            "key.reported-compromised",
                            words,
                            _AUTHORSHIP,
                            Weight.NOT_CHECKED,
                            "acts-v1 9",
                        )

    # --- order --------------------------------------------------------------------------------------

    def _place(self, index: int, entry: Entry) -> None:
        act, head = entry.act, self.states.heads.get(entry.act.stream)
        if self.states.scope is None and index != len(self._recorded):
            self._found(index, "order.gap", f"entry {len(self._recorded)} is missing", _PLACE)
        version, previous = (0, None) if head is None else (head.version, head.previous)
        if (act.version, act.previous) != (version + 1, previous):
            self._found(index, "order.chain", f"does not follow version {version} of {act.stream}", _PLACE)

    def _seen(self, index: int, entry: Entry) -> None:
        seen = entry.act.seen
        if self.states.scope is None:
            self._recorded.append(entry.recorded_at)
        if seen is None:
            return
        self.seen.setdefault(seen, index)
        if seen[0] > index:
            self._found(index, "order.seen-ahead", f"signed on a tree of {seen[0]} entries", _PLACE)
        elif (
            self.states.scope is None
            and "late" not in entry.act.public
            and seen[0] < len(self._recorded) - 1
            and entry.recorded_at - self._recorded[seen[0]] > SEEN_FOR
        ):
            self._found(index, "order.seen-old", "signed on a tree outgrown for over 15 minutes", _PLACE)

    def _number(self, index: int, entry: Entry, judged: Judged) -> None:
        ordinal = entry.ordinal
        if judged.numbered_in is None:
            if ordinal is not None:
                self._found(index, "order.ordinal", "has a number that it cannot have", _PLACE)
            return
        case = self.states.cases[judged.numbered_in]
        expected = case.ordinal + 1
        if ordinal is None or ordinal < expected or (self.states.scope is None and ordinal != expected):
            self._found(index, "order.ordinal", f"has number {ordinal} and not {expected}", _PLACE)
        case.ordinal = expected if ordinal is None else ordinal

    # --- clocks -------------------------------------------------------------------------------------

    def _clock(self, index: int, entry: Entry) -> None:
        if self._newest is not None:
            before, newest = self._newest
            if entry.act.type == CORRECTED:
                words = "the ledger's clock was corrected here; earlier times may be too late"
                self._found(index, "time.clock-corrected", words, _TIME, Weight.NOTED)
                named = entry.act.public.get("previous_recorded_at")
                if before == index - 1 and named != recorded_text(newest):
                    self._rule(index, "clock.correction")
            elif entry.recorded_at < newest.recorded_at:
                self._found(index, "time.recorded-backwards", "recorded_at decreases", _TIME)
        if entry.act.occurred_at > entry.recorded_at + AHEAD:
            self._rule(index, "clock.ahead")
        self._newest = index, entry

    # --- rules --------------------------------------------------------------------------------------

    def _rules(self, matter: Matter, form: Formed | None) -> Judged | None:
        index, act = matter.index, matter.act
        try:
            return judge(matter, form)
        except Broken as broken:
            self._broken(index, act, broken)
        except Malformed as fault:
            self._found(index, "act.malformed", str(fault), _AUTHORSHIP)
        return None

    def _broken(self, index: int, act: Act, broken: Broken) -> None:
        if broken.code == "act.unknown-type":
            questions = (
                (_AUTHORSHIP, Question.CONTINUITY) if act.stream.startswith("exhibit/") else (_AUTHORSHIP,)
            )
            for question in questions:
                words = f"{act.type} is newer than this verifier"
                self._found(index, broken.code, words, question, Weight.NOT_CHECKED)
        elif self.states.asked:
            words = f"rests on streams that are not here: {', '.join(sorted(self.states.asked))}"
            self._found(index, "order.stream-missing", words, _AUTHORSHIP, Weight.NOT_CHECKED)
        else:
            self._rule(index, broken.code)
            if question_of(broken.code) is _PLACE and act.type != FOUNDED and self._key(act) is None:
                words = "nothing here says whose key signed it"
                self._found(index, "signature.not-checked", words, _AUTHORSHIP, Weight.NOT_CHECKED)

    def _fold(self, matter: Matter, entry: Entry) -> None:
        act, states = entry.act, self.states
        if matter.formed:  # else the rules found it; the chain still goes on
            fold(matter)
        states.heads[act.stream] = Head(act.version, act.hash, matter.index, entry.digest)
        if matter.index == 0 and states.ledger is None:
            states.ledger, states.ledger_stream = entry.digest, act.stream

    def _take_unique(self, index: int, judged: Judged) -> None:
        for kind, value in judged.taken:
            if (kind, value) in self._taken:
                question = _AUTHORSHIP if kind == "key" else Question.CONTINUITY
                self._found(index, f"unique.{kind}", f"this {kind} was taken by an earlier entry", question)
            self._taken.add((kind, value))

    def _rule(self, index: int, code: str) -> None:
        clause, english = RULES[code]
        self._found(index, code, english, question_of(code), clause=clause)

    def _found(
        self,
        index: int,
        code: str,
        words: str,
        question: Question,
        weight: Weight = Weight.FAILS,
        clause: str = CLAUSE,
    ) -> None:
        self.findings.add(code, clause, words, question, entries=(index,), weight=weight)


def recorded_text(entry: Entry) -> str:
    """Return the instant at which an entry was recorded, as it stands in the entry."""
    return entry.recorded_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

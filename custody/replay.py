"""Replay: judge entries again in ledger order, from public data, as a stranger would (continuity-v1, 4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, TypeAlias

from custody import clocks
from custody.canonical import Json
from custody.errors import Malformed, Rejected, RuleBroken, SeenTooOld, SignatureRefused, StaleStream
from custody.ports import Recorded
from custody.rules import RULES, Decision, judge, require_next
from custody.states import KeyState, PersonState, State, evolve
from custody.states.bare import bare
from custody.values import CaseId, Fingerprint, LedgerId, StreamName
from custody.verdict import Finding, Question, Weight

Opened: TypeAlias = Mapping[str, Json]
Verify: TypeAlias = Callable[[Recorded, KeyState], None]

_CONTINUITY: Final = frozenset({"continuity", "transfer", "exhibit", "outcome"})
_ORDER: Final = frozenset({"act", "stream"})


class World:
    """The states of streams after the entries that were taken so far; the rules' view of them.

    `scope` None: all entries of a ledger from index 0 on. Otherwise: the streams whose entries are given,
    each whole; what rests on another stream is *not checked*.
    """

    def __init__(self, scope: Collection[StreamName] | None = None) -> None:
        self.states: dict[StreamName, State] = {}
        self.findings: list[Finding] = []
        self.checks: Counter[Question] = Counter()
        self.seen: dict[tuple[int, bytes], int] = {}  # (size, root) -> first entry that claims it
        self.size = 0  # index of the entry that is judged, or of the next one
        self._ledger: tuple[LedgerId, StreamName] | None = None
        self._scope = scope
        self._missing: set[StreamName] = set()
        self._taken: set[tuple[str, str]] = set()
        self._ordinals: dict[CaseId, int] = {}
        self._recorded: list[datetime] = []
        self._newest: tuple[datetime, str] | None = None
        self._signed: dict[Fingerprint, list[tuple[int, datetime]]] = {}

    @property
    def ledger_id(self) -> LedgerId | None:
        """Hex SHA-256 of entry 0."""
        return None if self._ledger is None else self._ledger[0]

    @property
    def ledger_stream(self) -> StreamName | None:
        """The stream of entry 0."""
        return None if self._ledger is None else self._ledger[1]

    def state(self, stream: StreamName) -> State | None:
        """Return the state of a stream, or None when no entry of it was taken."""
        found = self.states.get(stream)
        if found is None and self._scope is not None and stream not in self._scope:
            self._missing.add(stream)
        return found

    def skip(self) -> None:
        """Leave the place of an entry that is missing or cannot be read; the caller has that finding."""
        self._recorded.append(self._newest[0] if self._newest else datetime.max.replace(tzinfo=UTC))
        self.size += 1

    # --- one entry --------------------------------------------------------------------------------------

    def take(self, recorded: Recorded, opened: Opened | None = None) -> KeyState | None:
        """Judge and fold one entry; return the key that must have signed it, or None when none is known."""
        act = recorded.entry.act
        self._missing.clear()
        self.size = recorded.index
        self._judge_place(recorded)
        self._judge_clock(recorded)
        decision = self._judge_rules(recorded, opened)
        self._judge_ordinal(recorded, decision)
        self._fold(recorded)
        self.size = recorded.index + 1
        self.checks[Question.ORDER] += 1
        if decision is None:
            return None
        self._take_unique(recorded, decision)
        self._signed.setdefault(act.key, []).append((recorded.index, recorded.entry.recorded))
        return decision.key

    def _judge_place(self, recorded: Recorded) -> None:
        act = recorded.entry.act
        if self._scope is None and recorded.index != len(self._recorded):
            self._found(recorded, Question.ORDER, "order.gap", f"entry {len(self._recorded)} is missing")
        try:
            require_next(act, self.states.get(act.stream))
        except StaleStream as fault:
            self._found(recorded, Question.ORDER, "order.chain", f"does not follow: {fault.message}")

    def _judge_clock(self, recorded: Recorded) -> None:
        entry, act = recorded.entry, recorded.entry.act
        if self._newest is not None:
            if act.type == clocks.CLOCK_CORRECTED:
                self._correction(recorded, self._newest[1])
            elif entry.recorded < self._newest[0]:
                self._found(recorded, Question.TIME, "time.recorded-backwards", "recorded_at decreases")
        if act.occurred > entry.recorded + clocks.AHEAD:
            self._rule(recorded, "clock.ahead")
        self._judge_seen(recorded)
        self._recorded.append(entry.recorded)
        self._newest = entry.recorded, entry.recorded_at

    def _correction(self, recorded: Recorded, newest: str) -> None:
        text = "the ledger's clock was corrected here; earlier times may be too late"
        self._found(recorded, Question.TIME, "time.clock-corrected", text, Weight.NOTED)
        if recorded.entry.act.public.get("previous_recorded_at") != newest:
            self._rule(recorded, "clock.correction")

    def _judge_seen(self, recorded: Recorded) -> None:
        act = recorded.entry.act
        if act.seen is None:
            return
        self.seen.setdefault((act.seen.size, act.seen.root), recorded.index)
        if act.seen.size > recorded.index:
            text = f"signed on a tree of {act.seen.size} entries, which would hold this one"
            self._found(recorded, Question.ORDER, "order.seen-ahead", text)
        elif self._scope is None and act.seen.size < len(self._recorded):
            try:
                clocks.require_fresh(act, self._recorded[act.seen.size], recorded.entry.recorded)
            except SeenTooOld as fault:
                self._found(recorded, Question.ORDER, "order.seen-old", fault.message)

    def _judge_rules(self, recorded: Recorded, opened: Opened | None) -> Decision | None:
        try:
            decision = judge(recorded.entry.act, opened, self)
        except RuleBroken as fault:
            self._refused(recorded, fault)
            return None
        except Rejected as fault:  # malformed or too large
            self._found(recorded, Question.AUTHORSHIP, "act.malformed", fault.message)
            return None
        self.checks[Question.AUTHORSHIP] += 1
        if recorded.entry.act.stream.startswith("exhibit/"):
            self.checks[Question.CONTINUITY] += 1
        return decision

    def _refused(self, recorded: Recorded, fault: RuleBroken) -> None:
        if fault.rule == "act.unknown-type":
            self._unknown_type(recorded)
        elif self._missing:
            text = f"rests on streams that are not here: {', '.join(sorted(self._missing))}"
            self._found(recorded, Question.AUTHORSHIP, "order.stream-missing", text, Weight.NOT_CHECKED)
        else:
            self._rule(recorded, fault.rule)

    def _unknown_type(self, recorded: Recorded) -> None:
        act = recorded.entry.act
        text = f"{act.type} is newer than this check"
        questions = [Question.AUTHORSHIP]
        if act.kind == "exhibit":
            questions.append(Question.CONTINUITY)
        for question in questions:
            self._found(recorded, question, "act.unknown-type", text, Weight.NOT_CHECKED)

    def _judge_ordinal(self, recorded: Recorded, decision: Decision | None) -> None:
        ordinal = recorded.entry.ordinal
        case = None if decision is None else decision.ordinal_for
        if case is None:
            if decision is not None and ordinal is not None:
                self._found(recorded, Question.ORDER, "order.ordinal", "has a number that it cannot have")
            return
        expected = self._ordinals.get(case, 0) + 1
        if ordinal != expected and (self._scope is None or ordinal is None or ordinal < expected):
            self._found(recorded, Question.ORDER, "order.ordinal", f"has number {ordinal}, not {expected}")
        self._ordinals[case] = expected if ordinal is None else ordinal

    def _fold(self, recorded: Recorded) -> None:
        entry, act = recorded.entry, recorded.entry.act
        try:
            self.states[act.stream] = evolve(self.states.get(act.stream), recorded)
        except Malformed:  # found by the rules already; the chain still goes on
            self.states[act.stream] = bare(recorded)
        if recorded.index == 0 and self._ledger is None:
            self._ledger = LedgerId(entry.digest), act.stream

    def _take_unique(self, recorded: Recorded, decision: Decision) -> None:
        for kind, value in decision.unique:
            if (kind, value) in self._taken:
                question = Question.AUTHORSHIP if kind == "key" else Question.CONTINUITY
                self._found(
                    recorded, question, f"unique.{kind}", f"this {kind} was taken by an earlier entry"
                )
            self._taken.add((kind, value))

    # --- findings ---------------------------------------------------------------------------------------

    def _rule(self, recorded: Recorded, name: str) -> None:
        rule, family = RULES[name], name.partition(".")[0]
        question = Question.AUTHORSHIP
        if family in _CONTINUITY:
            question = Question.CONTINUITY
        elif family in _ORDER:
            question = Question.ORDER
        elif family == "clock":
            question = Question.TIME
        self.findings.append(
            Finding(
                question=question,
                code=name,
                clause=rule.clause,
                text=rule.english,
                entries=(recorded.index,),
            )
        )

    def _found(
        self,
        recorded: Recorded,
        question: Question,
        code: str,
        text: str,
        weight: Weight = Weight.FAILS,
    ) -> None:
        self.findings.append(
            Finding(
                question=question,
                code=code,
                clause="continuity-v1 4",
                text=text,
                entries=(recorded.index,),
                weight=weight,
            )
        )

    def refuse_signature(self, recorded: Recorded, reason: str) -> None:
        """Add the finding that an entry's signature does not hold."""
        self._found(recorded, Question.AUTHORSHIP, "signature.refused", reason)

    def untrusted(self) -> list[Finding]:
        """Return the findings on acts of keys that were reported compromised: who acted is *not checked*."""
        return [
            finding
            for state in self.states.values()
            if isinstance(state, PersonState)
            for name, since in _reported(state)
            for finding in self._acts_since(name, since)
        ]

    def _acts_since(self, name: Fingerprint, since: datetime) -> list[Finding]:
        return [
            Finding(
                question=Question.AUTHORSHIP,
                code="key.reported-compromised",
                clause="acts-v1 9",
                text=f"the key is reported compromised since {since.isoformat()}",
                entries=(index,),
                weight=Weight.NOT_CHECKED,
            )
            for index, recorded in self._signed.get(name, ())
            if recorded >= since
        ]


def _reported(state: PersonState) -> list[tuple[Fingerprint, datetime]]:
    ends = [(name, key.untrusted_since) for name, key in state.keys.items()]
    ends += [(name, revocation.untrusted_since) for name, revocation in state.revocations.items()]
    return [(name, since) for name, since in ends if since is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What a replay gave: the last states, findings, the number of checks by question.

    `seen` maps each (size, root) that a signer claims to have seen to the first entry that claims it: the
    caller compares them with the roots of the ledger's own trees.
    """

    states: Mapping[StreamName, State]
    findings: tuple[Finding, ...]
    checks: Mapping[Question, int]
    seen: Mapping[tuple[int, bytes], int] = field(default_factory=dict)


def _nothing_opened(_index: int) -> Opened | None:
    return None


def replay(
    entries: Iterable[Recorded],
    opened_of: Callable[[int], Opened | None] = _nothing_opened,
    *,
    verify: Verify | None = None,
    scope: Collection[StreamName] | None = None,
) -> Replayed:
    """Judge entries in ledger order (continuity-v1, section 4); never raises for what they hold.

    `opened_of(index)` are all values of an entry's body, or None when any is withheld. `verify` raises
    SignatureRefused or Malformed when the key did not sign the entry; without it Authorship rests on no
    signature, which is said as a finding. `scope` as for World.
    """
    world = World(scope)
    for recorded in entries:
        key = world.take(recorded, opened_of(recorded.index))
        if key is not None and verify is not None:
            _verify(world, verify, recorded, key)
    findings = [*world.findings, *world.untrusted()]
    if verify is None:
        findings.append(_unsigned())
    return Replayed(states=world.states, findings=tuple(findings), checks=dict(world.checks), seen=world.seen)


def _verify(world: World, verify: Verify, recorded: Recorded, key: KeyState) -> None:
    try:
        verify(recorded, key)
    except (SignatureRefused, Malformed) as fault:
        world.refuse_signature(recorded, fault.message)


def _unsigned() -> Finding:
    return Finding(
        question=Question.AUTHORSHIP,
        code="signature.not-checked",
        clause="entry-v1 6",
        text="no signature was verified",
        weight=Weight.NOT_CHECKED,
    )

"""Custody of each exhibit, step by step: judged on the steps, apart from the rules (continuity-v1 section 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from custody_verifier import forms, text
from custody_verifier.canonical import Json
from custody_verifier.entry import Act, Entry
from custody_verifier.errors import Malformed
from custody_verifier.verdict import Findings, Question, Weight

CLAUSE = "continuity-v1 3"
UNEXPLAINED = timedelta(hours=24)  # between collection and intake
LATE = timedelta(minutes=15)

_STEPS = frozenset({"exhibit.received.v1", "exhibit.moved.v1", "transfer.accepted.v1"})
_ANSWERS = frozenset({"transfer.accepted.v1", "transfer.declined.v1", "transfer.withdrawn.v1"})


@dataclass(slots=True)
class Trail:
    """An exhibit's steps so far. `seal`: that of the intake where it is opened; `offers`: who made each."""

    begun: bool = False
    custodian: str | None = None
    last: datetime | None = None
    collected: datetime | None = None
    seal: tuple[Json] | None = None
    offers: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Continuity:
    """The trails of all exhibits, fed in ledger order."""

    findings: Findings
    trails: dict[str, Trail] = field(default_factory=dict)

    def take(self, index: int, entry: Entry, opened: Mapping[str, Json]) -> None:
        """Judge an entry, if it is of an exhibit."""
        act = entry.act
        if not act.stream.startswith("exhibit/"):
            return
        trail = self.trails.get(act.stream)
        if trail is None:
            trail = self.trails[act.stream] = Trail()
        if act.type in _STEPS:
            self._step(index, act, trail, opened)
        self._offer(index, act, trail)
        self._remarks(index, entry)
        if "rehash" in opened:
            self._rehash(index, opened["rehash"])
        if act.type.startswith("transfer.") and "seal" in opened:
            self._seal(index, act, trail, opened["seal"])

    def close(self) -> None:
        """Say which offers were never answered, and which exhibits have no step at all."""
        for name, trail in self.trails.items():
            if not trail.begun:
                self._found("exhibit.unknown", f"{name} has no intake")
            for index in trail.waiting.values():
                self._noted("continuity.offer-open", "offered, and not answered yet", index)

    def _step(self, index: int, act: Act, trail: Trail, opened: Mapping[str, Json]) -> None:
        if act.type == "exhibit.received.v1":
            self._intake(index, act, trail, opened)
        else:
            if not trail.begun:
                self._found("exhibit.unknown", f"{act.stream} has no intake", index)
            self._parties(index, act, trail)
        trail.begun = True
        if trail.collected is not None and act.occurred_at < trail.collected:
            self._found("continuity.before-collection", "is said to be earlier than the collection", index)
        if trail.last is not None and act.occurred_at < trail.last:
            self._found("continuity.order", "is said to be earlier than the step before", index)
        trail.last = act.occurred_at
        if act.type != "exhibit.moved.v1":
            trail.custodian = act.person

    def _intake(self, index: int, act: Act, trail: Trail, opened: Mapping[str, Json]) -> None:
        trail.seal = (opened["seal"],) if "seal" in opened else None
        try:
            trail.collected = text.instant(act.public.get("collected_at"), "collected_at", "a claimed time")
        except Malformed:  # null, or of another form, which the rules find
            return
        if act.occurred_at - trail.collected > UNEXPLAINED:
            gap = act.occurred_at - trail.collected
            self._noted("continuity.before-intake", f"between collection and intake lie {gap}", index)

    def _parties(self, index: int, act: Act, trail: Trail) -> None:
        releaser: str | None = act.person
        if act.type == "transfer.accepted.v1":
            releaser = trail.offers.get(str(act.public.get("offer")))
            if releaser is None:
                self._found("continuity.no-receiver", "it is not known who offered", index)
            elif releaser == act.person:
                self._found("continuity.same-person", "who releases is who receives", index)
        if trail.custodian is not None and releaser != trail.custodian:
            self._found("continuity.custodian", f"{trail.custodian} held it, not {releaser}", index)

    def _offer(self, index: int, act: Act, trail: Trail) -> None:
        if act.type == "transfer.offered.v1":
            trail.offers[act.hash] = act.person
            trail.waiting[act.hash] = index
        elif act.type in _ANSWERS:
            trail.waiting.pop(str(act.public.get("offer")), None)

    def _remarks(self, index: int, entry: Entry) -> None:
        act, delay = entry.act, entry.recorded_at - entry.act.occurred_at
        if "late" in act.public or delay > LATE:
            self._noted("continuity.late", f"recorded {delay} after it is said to have happened", index)
        if act.type == "exhibit.recorded-in-error.v1":
            self._noted("continuity.recorded-in-error", "an act is marked as recorded in error", index)
        if act.type == "exhibit.case-corrected.v1":
            self._noted(
                "continuity.case-corrected", f"the case was corrected to {act.public.get('case')}", index
            )

    def _rehash(self, index: int, found: Json) -> None:
        outcome = forms.as_object(found).get("outcome")
        if outcome == "mismatch":
            self._found("continuity.rehash-mismatch", "the receiver found other bytes", index)
        elif outcome == "not-checked":
            self._noted("continuity.rehash-not-checked", "the receiver did not check all files", index)

    def _seal(self, index: int, act: Act, trail: Trail, found: Json) -> None:
        applied = None if trail.seal is None else trail.seal[0]
        number = forms.as_object(applied).get("number")
        if isinstance(found, dict):
            if trail.seal is not None and found.get("number") != number:
                words = f"seal {found.get('number')} was found, {number or 'none'} was recorded"
                self._found("continuity.seal-mismatch", words, index)
            if found.get("intact") is False:
                self._found("continuity.seal-broken", "the seal was not intact", index)
        elif applied is not None and act.type == "transfer.accepted.v1":
            self._noted("continuity.seal-not-checked", "the receiver did not check the seal", index)

    def _found(self, code: str, words: str, *entries: int) -> None:
        self.findings.add(code, CLAUSE, words, Question.CONTINUITY, entries=entries)

    def _noted(self, code: str, words: str, *entries: int) -> None:
        weight = Weight.NOTED
        self.findings.add(code, CLAUSE, words, Question.CONTINUITY, entries=entries, weight=weight)

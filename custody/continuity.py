"""Continuity: was there exactly one answerable custodian at every moment, with no unexplained gap.

Judges the steps of one item (continuity-v1, sections 2 and 3): those that entries of a ledger tell, and those
that somebody declares, such as the rows of a paper form. The steps are the custody table as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from custody.canonical import Json
from custody.catalogue import CATALOGUE, is_late
from custody.clocks import SEEN_FOR
from custody.errors import Malformed
from custody.history import ExhibitRecord, OpenEntry, exhibit_record
from custody.ports import Recorded
from custody.rules.names import RULES
from custody.values import ExhibitId
from custody.verdict import Finding, Question, Weight

CLAUSE: Final = "continuity-v1 3"
UNEXPLAINED: Final = timedelta(hours=24)  # between collection and intake, before it is worth a remark


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One row of a custody table. Persons, place and the rest are as the row has them; None: it has none.

    `kind` is `intake`, `transfer` or `move`; `entry` is the index in the ledger, None for a declared row.
    """

    item: str
    kind: str
    at: datetime | None
    recorded_at: datetime | None = None
    released_by: str | None
    received_by: str | None
    purpose: str | None = None
    condition: str | None = None
    place: Json = None
    entry: int | None = None


@dataclass(frozen=True, slots=True)
class Continuity:
    """The custody table of one item, what was found in it, and the number of steps that were judged."""

    rows: tuple[Step, ...]
    findings: tuple[Finding, ...]

    @property
    def checks(self) -> int:
        """How many steps were judged; none is no success."""
        return len(self.rows)


def judge_steps(item: str, steps: Sequence[Step], collected_at: datetime | None) -> Continuity:
    """Judge the steps of one item in their order, wherever they come from."""
    return Continuity(tuple(steps), tuple(_faults(item, steps, collected_at)))


def _faults(item: str, steps: Sequence[Step], collected_at: datetime | None) -> Iterator[Finding]:
    if not steps or steps[0].kind != "intake":
        yield _by_rule("exhibit.unknown", steps[0] if steps else None, f"{item} has no intake")
    custodian: str | None = None
    for step in steps:
        yield from _faults_of_parties(step, custodian)
        if collected_at is not None and step.at is not None and step.at < collected_at:
            yield _by_rule("continuity.before-collection", step)
        if step.kind != "move":
            custodian = step.received_by
    for before, after in pairwise(steps):
        if before.at is not None and after.at is not None and after.at < before.at:
            yield _by_rule("continuity.order", after)


def _faults_of_parties(step: Step, custodian: str | None) -> Iterator[Finding]:
    if step.at is None:
        yield _found("continuity.no-time", "it is not said when this happened", step)
    if step.kind == "intake":
        if step.received_by is None:
            yield _found("continuity.no-receiver", "it is not said who took the item in", step)
        return
    if step.kind == "transfer":
        if step.received_by is None or step.released_by is None:
            yield _found("continuity.no-receiver", "one of the two parties is not named", step)
        elif step.received_by == step.released_by:
            yield _by_rule("continuity.same-person", step)
    if custodian is not None and step.released_by != custodian:
        yield _by_rule("continuity.custodian", step, f"{custodian} held it, not {step.released_by}")


def _by_rule(name: str, step: Step | None, detail: str | None = None) -> Finding:
    rule = RULES[name]
    text = rule.english if detail is None else f"{rule.english} ({detail})"
    return _finding(name, rule.clause, text, () if step is None else _entries(step))


def _found(code: str, text: str, step: Step, weight: Weight = Weight.FAILS) -> Finding:
    return _finding(code, CLAUSE, text, _entries(step), weight)


def _entries(step: Step) -> tuple[int, ...]:
    return () if step.entry is None else (step.entry,)


def _finding(
    code: str, clause: str, text: str, entries: tuple[int, ...], weight: Weight = Weight.FAILS
) -> Finding:
    return Finding(
        question=Question.CONTINUITY, code=code, clause=clause, text=text, entries=entries, weight=weight
    )


# --- an exhibit of a ledger -----------------------------------------------------------------------------


def judge_exhibit(exhibit: ExhibitId, entries: Sequence[OpenEntry]) -> Continuity:
    """Judge all entries of an exhibit's stream, in order, with the values that are opened.

    The rules that `replay` judges are judged here again on the steps, by other code; findings that both
    make have the same code and entries.
    """
    steps = tuple(_steps(exhibit, entries))
    findings: list[Finding] = []
    try:
        record = exhibit_record(entries)
    except Malformed as fault:
        findings.append(_finding("act.malformed", CLAUSE, fault.message, ()))
        record = None
    findings += _faults(exhibit, steps, None if record is None else record.state.collected_at)
    if record is not None:
        findings += [*_of_intake(record), *_of_offers(record), *_of_marks(record)]
    for entry in entries:
        findings += _of_entry(entry)
    findings += _of_seals(entries)
    return Continuity(steps, tuple(findings))


def _steps(item: str, entries: Sequence[OpenEntry]) -> Iterator[Step]:
    offers: dict[str, OpenEntry] = {}
    for entry in entries:
        act = entry.recorded.entry.act
        if act.type == "transfer.offered.v1":
            offers[act.hash] = entry
        elif act.type == "exhibit.received.v1":
            yield _step(item, "intake", entry, None, _purpose_of_intake(entry.opened))
        elif act.type == "exhibit.moved.v1":
            yield _step(item, "move", entry, act.person, _text(entry.opened.get("reason")))
        elif act.type == "transfer.accepted.v1":
            offer = offers.get(str(act.public.get("offer")))
            released = None if offer is None else offer.recorded.entry.act.person
            purpose = None if offer is None else _text(offer.opened.get("purpose"))
            yield _step(item, "transfer", entry, released, purpose)


def _step(item: str, kind: str, entry: OpenEntry, released_by: str | None, purpose: str | None) -> Step:
    found = entry.recorded.entry
    return Step(
        item=item,
        kind=kind,
        at=found.act.occurred,
        recorded_at=found.recorded,
        released_by=released_by,
        received_by=found.act.person,
        purpose=purpose,
        condition=_text(entry.opened.get("condition")),
        place=entry.opened.get("place"),
        entry=entry.recorded.index,
    )


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def _purpose_of_intake(opened: Mapping[str, Json]) -> str | None:
    collection = opened.get("collection")
    return _text(collection.get("how")) if isinstance(collection, dict) else None


def _noted(code: str, text: str, *entries: Recorded) -> Finding:
    indexes = tuple(each.index for each in entries)
    return _finding(code, CLAUSE, text, indexes, Weight.NOTED)


def _of_intake(record: ExhibitRecord) -> Iterator[Finding]:
    collected, intake = record.state.collected_at, record.holdings[0].since
    if collected is not None and intake.entry.act.occurred - collected > UNEXPLAINED:
        text = f"between collection and intake lie {intake.entry.act.occurred - collected}"
        yield _noted("continuity.before-intake", text, intake)


def _of_offers(record: ExhibitRecord) -> Iterator[Finding]:
    for offer in record.offers:
        if offer.answer is None:
            yield _noted("continuity.offer-open", "offered, and not answered yet", offer.offer)


def _of_marks(record: ExhibitRecord) -> Iterator[Finding]:
    for mark in record.marks:
        yield _noted("continuity.recorded-in-error", "an act is marked as recorded in error", mark.by)
    for number in record.numbers[1:]:
        text = f"the case was corrected to {number.case}"
        yield _finding("continuity.case-corrected", CLAUSE, text, (number.index,), Weight.NOTED)


def _of_entry(entry: OpenEntry) -> Iterator[Finding]:
    found = entry.recorded.entry
    if found.act.type not in CATALOGUE:
        text = f"{found.act.type} is newer than this check"
        yield _finding("act.unknown-type", CLAUSE, text, (entry.recorded.index,), Weight.NOT_CHECKED)
    delay = found.recorded - found.act.occurred
    if is_late(found.act) or delay > SEEN_FOR:
        yield _noted("continuity.late", f"recorded {delay} after it is said to have happened", entry.recorded)
    outcome = _rehash(entry.opened)
    if outcome == "mismatch":
        text = "the receiver found other bytes than those taken in"
        yield _finding("continuity.rehash-mismatch", CLAUSE, text, (entry.recorded.index,))
    elif outcome == "not-checked":
        yield _noted("continuity.rehash-not-checked", "the receiver did not check the bytes", entry.recorded)


def _rehash(opened: Mapping[str, Json]) -> Json:
    rehash = opened.get("rehash")
    return rehash.get("outcome") if isinstance(rehash, dict) else None


# --- seals ----------------------------------------------------------------------------------------------


def _of_seals(entries: Sequence[OpenEntry]) -> Iterator[Finding]:
    """Compare each seal that a transfer names with the seal of the intake, as far as values are opened."""
    intake: OpenEntry | None = None
    for entry in entries:
        kind = entry.recorded.entry.act.type
        if kind == "exhibit.received.v1":
            intake = entry if "seal" in entry.opened else None
        elif kind.startswith("transfer.") and "seal" in entry.opened:
            yield from _of_seal(intake, entry)


def _of_seal(intake: OpenEntry | None, entry: OpenEntry) -> Iterator[Finding]:
    index, found = entry.recorded.index, entry.opened["seal"]
    applied = None if intake is None else intake.opened["seal"]
    if isinstance(found, dict):
        if intake is not None and _number(found) != _number(applied):
            # No number: a verdict is also read by administrators, and kept when values are erased.
            text = (
                "another seal was found than was recorded"
                if _number(applied)
                else "a seal was found, and none was recorded"
            )
            yield _finding("continuity.seal-mismatch", CLAUSE, text, (index,))
        if found.get("intact") is False:
            yield _finding("continuity.seal-broken", CLAUSE, "the seal was not intact", (index,))
    elif applied is not None and entry.recorded.entry.act.type == "transfer.accepted.v1":
        yield _noted("continuity.seal-not-checked", "the receiver did not check the seal", entry.recorded)


def _number(seal: Json) -> str | None:
    return _text(seal.get("number")) if isinstance(seal, dict) else None

"""The facts of one exhibit: what it is, its custody table, corrections, files, and what was found in all that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from api.court.entries import moment, shown
from api.court.items import (
    NOTHING,
    WITHHELD,
    CaseFacts,
    ChangeFacts,
    ExhibitFacts,
    FileFacts,
    OfferFacts,
    ServiceFacts,
    Shown,
    StepFacts,
)
from custody.canonical import Json
from custody.catalogue import CATALOGUE
from custody.continuity import judge_exhibit
from custody.errors import Malformed
from custody.history import ExhibitRecord, OpenEntry, Value, current, exhibit_record
from custody.references import write_reference
from custody.values import ExhibitId

Streams = Mapping[str, Sequence[OpenEntry]]
Cases = Mapping[str, CaseFacts]
_REASONS = frozenset({"reason", "late_reason"})


def exhibit_facts(exhibit: str, streams: Streams, cases: Cases) -> ExhibitFacts:
    """Return the facts of an exhibit of the scope. Raises Malformed when its stream has no intake."""
    entries = streams.get(exhibit, ())
    record = exhibit_record(entries)
    if record is None:
        raise Malformed(exhibit, "is not received by its first entry")
    judged = judge_exhibit(ExhibitId(exhibit), entries)
    by_index = {each.recorded.index: each for each in entries}
    fields = {name: _shown(value) for name, found in record.fields.items() if (value := current(found))}
    uuid = exhibit.partition("/")[2]
    beside = [*streams.get(f"access/{uuid}", ()), *streams.get(f"fixity/{uuid}", ())]
    return ExhibitFacts(
        exhibit=exhibit,
        case=str(record.state.case),
        ordinal=record.numbers[-1].ordinal,
        reference=_reference(record, cases),
        kind=record.state.kind,
        in_error=record.state.in_error,
        collected_at=_collected(entries[0]),
        custodian=str(record.state.custodian),
        fields=fields,
        steps=tuple(_steps(record, entries)),
        offers=tuple(_offers(record, by_index)),
        changes=tuple(_changes(entries)),
        files=tuple(_file(str(name), fields) for name in record.state.files),
        service=tuple(sorted((_service(each) for each in beside), key=lambda each: each.moment.entry)),
        unknown=tuple(moment(each) for each in entries if each.recorded.entry.act.type not in CATALOGUE),
        findings=judged.findings,
    )


def _shown(value: Value) -> Shown:
    return WITHHELD if value.withheld else Shown(value.value)


def _collected(intake: OpenEntry) -> str | None:
    found = intake.recorded.entry.act.public.get("collected_at")
    return found if isinstance(found, str) else None


def _reference(record: ExhibitRecord, cases: Cases) -> str | None:
    number = record.numbers[-1]
    case = cases.get(str(number.case))
    reference = None if case is None else case.field("reference").text
    if reference is None or number.ordinal is None:
        return None
    return write_reference(reference, number.ordinal)


def _file(file: str, fields: Mapping[str, Shown]) -> FileFacts:
    digests, found = (fields.get(f"files/{file}/{part}", NOTHING) for part in ("digests", "found"))
    return FileFacts(file=file, digests=digests, found=found)


# --- the custody table --------------------------------------------------------------------------------------


def _steps(record: ExhibitRecord, entries: Sequence[OpenEntry]) -> Iterator[StepFacts]:
    offers: dict[str, OpenEntry] = {}
    for entry in entries:
        act = entry.recorded.entry.act
        if act.type == "transfer.offered.v1":
            offers[act.hash] = entry
        elif act.type == "exhibit.received.v1":
            yield _step(record, entry, "intake", None, _how(entry))
        elif act.type == "exhibit.moved.v1":
            yield _step(record, entry, "move", act.person, shown(entry, "reason"))
        elif act.type == "transfer.accepted.v1":
            offer = offers.get(str(act.public.get("offer")))
            released = None if offer is None else str(offer.recorded.entry.act.person)
            purpose = NOTHING if offer is None else shown(offer, "purpose")
            yield _step(record, entry, "transfer", released, purpose)


def _step(
    record: ExhibitRecord, entry: OpenEntry, kind: str, released_by: str | None, purpose: Shown
) -> StepFacts:
    act = entry.recorded.entry.act
    return StepFacts(
        kind=kind,
        moment=moment(entry),
        released_by=released_by,
        received_by=act.person,
        provided_by=_part(shown(entry, "source"), "provided_by"),
        purpose=purpose,
        condition=shown(entry, "condition"),
        place=shown(entry, "place"),
        seal=shown(entry, "seal"),
        rehash=shown(entry, "rehash"),
        in_error=act.hash in {mark.act for mark in record.marks},
    )


def _how(intake: OpenEntry) -> Shown:
    return _part(shown(intake, "collection"), "how")


def _part(whole: Shown, name: str) -> Shown:
    return Shown(whole.value.get(name)) if isinstance(whole.value, dict) else whole


def _offers(record: ExhibitRecord, by_index: Mapping[int, OpenEntry]) -> Iterator[OfferFacts]:
    for offer in record.offers:
        if offer.outcome == "accepted":
            continue
        answer = None if offer.answer is None else by_index[offer.answer.index]
        offered = by_index[offer.offer.index]
        yield OfferFacts(
            moment=moment(offered),
            to=str(offer.to),
            outcome=offer.outcome,
            purpose=shown(offered, "purpose"),
            answered=None if answer is None else moment(answer),
            reason=NOTHING if answer is None else shown(answer, "reason"),
        )


# --- corrections --------------------------------------------------------------------------------------------


def _changes(entries: Sequence[OpenEntry]) -> Iterator[ChangeFacts]:
    known: dict[str, Shown] = {}
    indexes = {str(each.recorded.entry.act.hash): each.recorded.index for each in entries}
    for entry in entries:
        act = entry.recorded.entry.act
        names = sorted(frozenset(act.body) - _REASONS)
        if act.type == "exhibit.amended.v1":
            changes = tuple((name, known.get(name, NOTHING), shown(entry, name)) for name in names)
            yield ChangeFacts(
                kind="amended", moment=moment(entry), reason=shown(entry, "reason"), changes=changes
            )
        elif act.type == "exhibit.recorded-in-error.v1":
            yield _mark(entry, indexes)
        elif act.type == "exhibit.case-corrected.v1":
            cases = str(act.public["from"]), str(act.public["case"])
            yield ChangeFacts(
                kind="case-corrected", moment=moment(entry), reason=shown(entry, "reason"), cases=cases
            )
        if act.type in {"exhibit.received.v1", "exhibit.amended.v1"}:
            known |= {name: shown(entry, name) for name in names}


def _mark(entry: OpenEntry, indexes: Mapping[str, int]) -> ChangeFacts:
    public = entry.recorded.entry.act.public
    duplicate = public.get("duplicate_of")
    return ChangeFacts(
        kind="in-error",
        moment=moment(entry),
        reason=shown(entry, "reason"),
        marked=indexes.get(str(public.get("act"))),
        duplicate_of=duplicate if isinstance(duplicate, str) else None,
    )


# --- what the service recorded ------------------------------------------------------------------------------


def _service(entry: OpenEntry) -> ServiceFacts:
    public: Mapping[str, Json] = entry.recorded.entry.act.public
    checked = entry.recorded.entry.act.type.startswith("fixity.")
    return ServiceFacts(
        moment=moment(entry),
        what="fixity" if checked else str(public.get("what")),
        person=cast("str | None", public.get("requested_by" if checked else "person")),
        purpose=NOTHING if checked else shown(entry, "purpose"),
        outcome=cast("str | None", public.get("outcome")),
    )

"""What readers are told of cases, exhibits and acts: records of `custody.history` as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from api.people import People
from custody import values
from custody.canonical import Json
from custody.catalogue import LATE
from custody.errors import Malformed
from custody.history import (
    CaseRecord,
    ExhibitRecord,
    Fields,
    OpenEntry,
    PersonRecord,
    Until,
    Value,
    current,
)
from custody.ports import Recorded
from custody.references import write_reference

CLOCKS = ("recorded", "occurred")


def until(as_of: str | None, clock: str) -> Until:
    """Return how far a view looks, on the clock that was asked for. Raises Malformed."""
    if as_of is None:
        return Until()
    moment = _moment(as_of)
    return Until(recorded=moment) if clock == "recorded" else Until(occurred=moment)


def _moment(text: str) -> datetime:
    """Return an instant of either form; in a query a plus sign may have become a space."""
    try:
        return values.recorded_instant(text, "as_of")
    except Malformed:
        return values.claimed_instant(text.replace(" ", "+"), "as_of")


class Teller:
    """Tells records; `recorded_at` finds the instants of entries that a record names by index."""

    def __init__(self, people: People, entries: Iterable[OpenEntry]) -> None:
        self._people = people
        self._recorded = {each.recorded.index: each.recorded.entry.recorded_at for each in entries}

    def case(self, record: CaseRecord) -> dict[str, object]:
        """Return what is told of a case."""
        state = record.state
        members = [
            {"person": person, "name": self._people.name(person), "role": role}
            for person, role in sorted(state.members)
        ]
        return {
            "case": state.stream,
            "reference": text_of(record.fields, "reference"),
            "title": text_of(record.fields, "title"),
            "closed": state.closed,
            "members": members,
            "fields": self.fields(record.fields),
            "version": state.version,
            "previous": state.previous,
        }

    def exhibit(self, record: ExhibitRecord, references: Mapping[str, str | None]) -> dict[str, object]:
        """Return what is told of an exhibit; `references` are those of its cases."""
        state, holding = record.state, record.holdings[-1]
        numbers = [
            {"case": each.case, "reference": _reference(references.get(each.case), each.ordinal)}
            for each in record.numbers
        ]
        return {
            "exhibit": state.stream,
            "case": state.case,
            "reference": numbers[-1]["reference"],
            "earlier_references": numbers[:-1],
            "kind": state.kind,
            "title": text_of(record.fields, "title"),
            "custodian": self._people.named(holding.person, holding.since.index),
            "fields": self.fields({n: v for n, v in record.fields.items() if not n.startswith("files/")}),
            "files": [_file(record.fields, each) for each in state.files],
            "offer": self._offer(record),
            "holdings": [
                {
                    **self._people.named(each.person, each.since.index),
                    "since": place_of(each.since),
                    "until": None if each.until is None else place_of(each.until),
                }
                for each in record.holdings
            ],
            "marks": [
                {"act": each.act, "duplicate_of": each.duplicate_of, "by": place_of(each.by)}
                for each in record.marks
            ],
            "in_error": state.in_error,
            "version": state.version,
            "previous": state.previous,
            "collected_at": None if state.collected_at is None else state.collected_at.isoformat(),
            "occurred_at": state.occurred.isoformat(),
            "received_at": record.holdings[0].since.entry.recorded_at,
        }

    def person(self, record: PersonRecord, fields: Fields) -> dict[str, object]:
        """Return what is told of a person; `fields` are those that the asker may see."""
        state = record.state
        return {
            "person": state.stream,
            "name": record.name,
            "active": state.active,
            "roles": sorted(role for role in state.roles if state.holds(role)),
            "keys": [
                {
                    "fingerprint": key.fingerprint,
                    "algorithm": key.algorithm,
                    "use": key.use,
                    "state": "ended" if key.ended is not None else "good" if key.good else "awaiting",
                    "granted": key.granted,
                    "confirmed": key.confirmed,
                    "ended": key.ended,
                }
                for key in state.keys.values()
            ],
            "fields": self.fields(fields),
            "version": state.version,
            "previous": state.previous,
        }

    def fields(self, fields: Fields) -> dict[str, object]:
        """Return the values that count, each with the entry that gave it; those withheld say so."""
        found = ((name, current(each)) for name, each in sorted(fields.items()))
        return {name: self._value(value) for name, value in found if value is not None}

    def _value(self, value: Value) -> dict[str, object]:
        told: dict[str, object] = {"withheld": True} if value.withheld else {"value": value.value}
        told["since"] = {"index": value.index, "recorded_at": self._recorded.get(value.index)}
        told["by"] = {"person": value.by, "name": self._people.name(value.by)}
        if value.in_error:
            told["in_error"] = True
        return told

    def _offer(self, record: ExhibitRecord) -> dict[str, object] | None:
        offer = record.state.offer
        if offer is None:
            return None
        return {
            "act": offer.act,
            "by": self._people.named(offer.by, offer.index),
            "to": self._people.named(offer.to, offer.index),
            "since": {"index": offer.index, "recorded_at": self._recorded.get(offer.index)},
        }

    def act(self, each: OpenEntry, shown: Mapping[str, Json]) -> dict[str, object]:
        """Return what is told of one act of a history; `shown` are the values that the asker may see."""
        entry, act = each.recorded.entry, each.recorded.entry.act
        withheld = sorted(act.body.keys() - shown.keys())
        return {
            "index": each.recorded.index,
            "type": act.type,
            "stream": act.stream,
            "version": act.version,
            "actor": {
                "person": act.person,
                "name_then": self._people.name_at(act.person, each.recorded.index),
                "name_now": self._people.name(act.person),
            },
            "occurred_at": act.occurred_at,
            "recorded_at": entry.recorded_at,
            "late": act.public.get(LATE) is True,
            "public": act.public,
            "values": shown,
            **({"withheld": withheld} if withheld else {}),
            "act_hash": act.hash,
            "entry_hash": entry.digest,
        }


def text_of(fields: Fields, name: str) -> str | None:
    """Return the text of a field that counts, or None."""
    value = current(fields.get(name, ()))
    return value.value if value is not None and isinstance(value.value, str) else None


def _file(fields: Fields, file: str) -> dict[str, object]:
    digests, found = (current(fields.get(f"files/{file}/{part}", ())) for part in ("digests", "found"))
    told: dict[str, object] = {"file": file, "name": None, "size": None, "sha256": None, "sha512": None}
    for value, names in ((digests, ("size", "sha256", "sha512")), (found, ("name",))):
        if value is not None and isinstance(value.value, dict):
            told |= {name: value.value.get(name) for name in names}
    return told


def place_of(recorded: Recorded) -> dict[str, object]:
    """Return where and when an entry was recorded."""
    entry = recorded.entry
    return {
        "index": recorded.index,
        "recorded_at": entry.recorded_at,
        "occurred_at": entry.act.occurred_at,
    }


def _reference(case_reference: str | None, ordinal: int | None) -> str | None:
    if case_reference is None or ordinal is None:
        return None
    return write_reference(case_reference, ordinal)

"""History: what was recorded of a person, a case or an exhibit, up to any moment on either clock.

Pure folds in ledger order (continuity-v1, section 3). Nothing is overwritten: each field keeps all its values,
each with the entry that gave it and by whom; what was marked as recorded in error stays, marked.
Entries whose public members are not of their type's form raise Malformed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, cast

from custody.canonical import Json
from custody.catalogue import LATE_REASON
from custody.ports import Recorded
from custody.states import CaseState, ExhibitState, PersonState, State, evolve, joined
from custody.values import ActHash, CaseId, ExhibitId, PersonId


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """An entry with those values of its body that are opened, by member name; others are withheld."""

    recorded: Recorded
    opened: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Until:
    """How far to look, on either clock, both inclusive; None: no bound."""

    recorded: datetime | None = None
    occurred: datetime | None = None

    def includes(self, recorded: Recorded) -> bool:
        """Return whether an entry lies within both bounds."""
        entry = recorded.entry
        return (self.recorded is None or entry.recorded <= self.recorded) and (
            self.occurred is None or entry.act.occurred <= self.occurred
        )


EVERYTHING: Final = Until()


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value of a field, since the entry at `index`. `withheld`: it was given but is not opened here."""

    value: Json
    withheld: bool
    index: int
    act: ActHash
    by: PersonId
    in_error: bool = False


Fields = Mapping[str, tuple[Value, ...]]


def current(found: Sequence[Value]) -> Value | None:
    """Return the value that counts: the newest that is not in error, else the newest of all, else None."""
    good = [each for each in found if not each.in_error]
    return (good or found)[-1] if found else None


@dataclass(frozen=True, slots=True)
class Holding:
    """Who was answerable, from one entry until another; `until` None: still."""

    person: PersonId
    since: Recorded
    until: Recorded | None


@dataclass(frozen=True, slots=True)
class OfferRecord:
    """A transfer as it went: `answer` is the entry that accepted, declined or withdrew it, None: open."""

    offer: Recorded
    to: PersonId
    answer: Recorded | None

    @property
    def outcome(self) -> str:
        """`open`, `accepted`, `declined` or `withdrawn`."""
        return "open" if self.answer is None else self.answer.entry.act.type.split(".")[1]


@dataclass(frozen=True, slots=True)
class Number:
    """The number that an exhibit got in a case; an earlier one stays, marked by being earlier."""

    case: CaseId
    ordinal: int | None
    index: int


@dataclass(frozen=True, slots=True)
class Mark:
    """An act marked as recorded in error, and the exhibit of which it is a duplicate, if any."""

    act: ActHash
    duplicate_of: ExhibitId | None
    by: Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    """A person: keys, roles and activity in `state`, names over time in `fields["name"]`."""

    state: PersonState
    fields: Fields

    def name_at(self, index: int) -> str | None:
        """Return the name as it was when the entry at an index was recorded, or None when not known."""
        return _text([each for each in self.fields.get("name", ()) if each.index <= index])

    @property
    def name(self) -> str | None:
        """Today's name."""
        return _text(self.fields.get("name", ()))


def _text(found: Sequence[Value]) -> str | None:
    value = current(found)
    return value.value if value is not None and isinstance(value.value, str) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """A case: members and closing in `state`; reference, title and the rest in `fields`."""

    state: CaseState
    fields: Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitRecord:
    """An exhibit: present custodian, case and offer in `state`; how they came about in the other members."""

    state: ExhibitState
    fields: Fields
    holdings: tuple[Holding, ...]
    offers: tuple[OfferRecord, ...]
    numbers: tuple[Number, ...]
    marks: tuple[Mark, ...]


# --- folding ------------------------------------------------------------------------------------------

_REASONS: Final = frozenset({"reason", LATE_REASON})
_DESCRIBING: Final = frozenset(
    {
        "person.enrolled.v1",
        "person.amended.v1",
        "case.opened.v1",
        "case.amended.v1",
        "exhibit.received.v1",
        "exhibit.amended.v1",
        "exhibit.moved.v1",
    }
)
_BY_RECEIVER: Final = frozenset({"condition", "place"})  # what an acceptance says of the exhibit itself


@dataclass(slots=True)
class _Fold:
    """A record in the making."""

    state: State | None = None
    fields: dict[str, tuple[Value, ...]] = field(default_factory=dict)
    holdings: list[Holding] = field(default_factory=list)
    offers: list[OfferRecord] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    def take(self, entry: OpenEntry) -> None:
        act = entry.recorded.entry.act
        self.state = evolve(self.state, entry.recorded)
        if act.type in _DESCRIBING:
            self._describe(entry, frozenset(act.body) - _REASONS)
        elif act.type == "transfer.accepted.v1":
            self._describe(entry, frozenset(act.body) & _BY_RECEIVER)
        if act.kind == "exhibit":
            self._follow(entry.recorded)

    def _describe(self, entry: OpenEntry, names: Iterable[str]) -> None:
        act = entry.recorded.entry.act
        for name in sorted(names):
            value = Value(
                value=entry.opened.get(name),
                withheld=name not in entry.opened,
                index=entry.recorded.index,
                act=act.hash,
                by=act.person,
            )
            self.fields[name] = (*self.fields.get(name, ()), value)

    def _follow(self, recorded: Recorded) -> None:
        kind = recorded.entry.act.type
        if kind in {"exhibit.received.v1", "transfer.accepted.v1"}:
            self._hold(recorded)
        if kind in {"exhibit.received.v1", "exhibit.case-corrected.v1"}:
            self._number(recorded)
        if kind == "exhibit.recorded-in-error.v1":
            self._mark(recorded)
        if kind == "transfer.offered.v1":
            self.offers.append(OfferRecord(recorded, cast(PersonId, recorded.entry.act.public["to"]), None))
        elif kind.startswith("transfer.") and self.offers:
            self.offers[-1] = replace(self.offers[-1], answer=recorded)

    def _hold(self, recorded: Recorded) -> None:
        if self.holdings:
            self.holdings[-1] = replace(self.holdings[-1], until=recorded)
        self.holdings.append(Holding(recorded.entry.act.person, recorded, None))

    def _number(self, recorded: Recorded) -> None:
        case = cast(CaseId, recorded.entry.act.public["case"])
        self.numbers.append(Number(case, recorded.entry.ordinal, recorded.index))

    def _mark(self, recorded: Recorded) -> None:
        public = recorded.entry.act.public
        act = cast(ActHash, public["act"])
        self.marks.append(Mark(act, cast("ExhibitId | None", public.get("duplicate_of")), recorded))
        for name, values in self.fields.items():
            self.fields[name] = tuple(
                replace(each, in_error=True) if each.act == act else each for each in values
            )


def _folded(entries: Iterable[OpenEntry], until: Until) -> _Fold:
    fold = _Fold()
    for entry in entries:
        if until.includes(entry.recorded):
            fold.take(entry)
    return fold


def person_record(
    entries: Iterable[OpenEntry], base: PersonState | None = None, until: Until = EVERYTHING
) -> PersonRecord | None:
    """Return the record of a person's stream, or None when nothing of them lies within `until`.

    `base` is what entry 0 says of the founder and the service (`LedgerState.person`); None for others.
    """
    fold = _folded(entries, until)
    own = fold.state if isinstance(fold.state, PersonState) else None
    state = own if base is None else joined(base, own)
    return None if state is None else PersonRecord(state=state, fields=fold.fields)


def case_record(entries: Iterable[OpenEntry], until: Until = EVERYTHING) -> CaseRecord | None:
    """Return the record of a case's stream, or None when it was not open yet."""
    fold = _folded(entries, until)
    return CaseRecord(state=fold.state, fields=fold.fields) if isinstance(fold.state, CaseState) else None


def exhibit_record(entries: Iterable[OpenEntry], until: Until = EVERYTHING) -> ExhibitRecord | None:
    """Return the record of an exhibit's stream, or None when it was not received yet."""
    fold = _folded(entries, until)
    if not isinstance(fold.state, ExhibitState):
        return None
    return ExhibitRecord(
        state=fold.state,
        fields=fold.fields,
        holdings=tuple(fold.holdings),
        offers=tuple(fold.offers),
        numbers=tuple(fold.numbers),
        marks=tuple(fold.marks),
    )

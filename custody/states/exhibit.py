"""The state of an exhibit's stream: who is answerable for it, in which case, and what is on offer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, cast

from custody import values
from custody.drafts import draft_of
from custody.ports import Recorded
from custody.values import ActHash, CaseId, FileId, PersonId, StreamName


@dataclass(frozen=True, slots=True)
class Offer:
    """A transfer that waits for an answer: the act's hash, from whom, to whom, and its index."""

    act: ActHash
    by: PersonId
    to: PersonId
    index: int


@dataclass(frozen=True, slots=True, eq=False)
class Correctable:
    """One act that may later be marked as recorded in error, and those before it (a list that shares its tail)."""

    act: ActHash
    type: str
    earlier: Correctable | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitState:
    """What the entries of `exhibit/<uuid>` say.

    `occurred` is the claimed instant of the last act, before which no act may be claimed to have happened.
    `marked` are acts recorded in error; `in_error` is True when the intake itself is among them.
    """

    stream: StreamName
    version: int
    previous: ActHash
    last_index: int
    case: CaseId
    cases_before: tuple[CaseId, ...] = ()
    kind: str
    files: tuple[FileId, ...]
    custodian: PersonId
    offer: Offer | None = None
    collected_at: datetime | None
    occurred: datetime
    marked: frozenset[ActHash] = frozenset()
    in_error: bool = False
    correctable: Correctable = field(compare=False, repr=False)

    def acts(self) -> Iterator[tuple[ActHash, str]]:
        """Yield hash and type of each act that may be marked as recorded in error, newest first."""
        place: Correctable | None = self.correctable
        while place is not None:
            yield place.act, place.type
            place = place.earlier

    def type_of(self, act: ActHash) -> str | None:
        """Return the type of an intake, amendment or move of this stream, or None."""
        return next((kind for found, kind in self.acts() if found == act), None)


def received(recorded: Recorded) -> ExhibitState:
    """`exhibit.received.v1`: who takes it in is answerable for it."""
    act = recorded.entry.act
    public = act.public
    collected = public["collected_at"]
    return ExhibitState(
        stream=act.stream,
        version=act.version,
        previous=act.hash,
        last_index=recorded.index,
        case=cast(CaseId, public["case"]),
        kind=cast(str, public["kind"]),
        files=tuple(cast(list[FileId], public["files"])),
        custodian=act.person,
        collected_at=None
        if collected is None
        else values.claimed_instant(collected, "act.public.collected_at"),
        occurred=act.occurred,
        correctable=Correctable(act.hash, act.type, None),
    )


def _next(state: ExhibitState, recorded: Recorded, **changes: object) -> ExhibitState:
    """Return the state with chain and clock moved on, and with changes: as `replace` would, in a tenth of the time."""
    act, new = recorded.entry.act, _Draft()
    new.stream, new.version, new.previous = state.stream, act.version, act.hash
    new.last_index, new.occurred = recorded.index, act.occurred
    new.case, new.cases_before = state.case, state.cases_before
    new.kind, new.files = state.kind, state.files
    new.custodian, new.offer = state.custodian, state.offer
    new.collected_at, new.marked, new.in_error = state.collected_at, state.marked, state.in_error
    new.correctable = state.correctable
    for name, value in changes.items():
        setattr(new, name, value)
    new.__class__ = ExhibitState
    return cast(ExhibitState, new)


_Draft: Final = draft_of(ExhibitState)


def advanced(state: ExhibitState, recorded: Recorded) -> ExhibitState:
    """Return the state with chain and clock moved on and nothing else."""
    return _next(state, recorded)


def described(state: ExhibitState, recorded: Recorded) -> ExhibitState:
    """`exhibit.amended.v1` and `exhibit.moved.v1`: values change, which only history shows."""
    act = recorded.entry.act
    return _next(state, recorded, correctable=Correctable(act.hash, act.type, state.correctable))


def in_error(state: ExhibitState, recorded: Recorded) -> ExhibitState:
    """`exhibit.recorded-in-error.v1`: the act stays and is marked; marking the intake marks the exhibit."""
    act = cast(ActHash, recorded.entry.act.public["act"])
    intake = state.type_of(act) == "exhibit.received.v1"
    return _next(state, recorded, marked=state.marked | {act}, in_error=state.in_error or intake)


def case_corrected(state: ExhibitState, recorded: Recorded) -> ExhibitState:
    """`exhibit.case-corrected.v1`: it belongs to another case from here on."""
    case = cast(CaseId, recorded.entry.act.public["case"])
    return _next(state, recorded, case=case, cases_before=(*state.cases_before, state.case))


def offered(state: ExhibitState, recorded: Recorded) -> ExhibitState:
    """`transfer.offered.v1`: the offerer stays answerable."""
    act = recorded.entry.act
    to = cast(PersonId, act.public["to"])
    return _next(state, recorded, offer=Offer(act.hash, act.person, to, recorded.index))


def accepted(state: ExhibitState, recorded: Recorded) -> ExhibitState:
    """`transfer.accepted.v1`: from here on the receiver is answerable."""
    return _next(state, recorded, custodian=recorded.entry.act.person, offer=None)


def answered(state: ExhibitState, recorded: Recorded) -> ExhibitState:
    """`transfer.declined.v1` and `transfer.withdrawn.v1`: nothing is on offer any more."""
    return _next(state, recorded, offer=None)

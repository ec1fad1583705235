"""The state of a case's stream: who has which role in it, and whether it is closed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from custody.ports import Recorded
from custody.values import ActHash, PersonId, StreamName


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseState:
    """Members are pairs of person and role: officer, custodian, prosecutor, auditor."""

    stream: StreamName
    version: int
    previous: ActHash
    last_index: int
    closed: bool
    members: frozenset[tuple[PersonId, str]]

    def holds(self, person: PersonId, role: str) -> bool:
        """Return whether the person has the role in this case."""
        return (person, role) in self.members

    def roles(self, person: PersonId) -> frozenset[str]:
        """Return all roles of a person in this case."""
        return frozenset(role for member, role in self.members if member == person)


def opened(recorded: Recorded) -> CaseState:
    """`case.opened.v1`: the opener is the first officer."""
    act = recorded.entry.act
    return CaseState(
        stream=act.stream,
        version=act.version,
        previous=act.hash,
        last_index=recorded.index,
        closed=False,
        members=frozenset({(act.person, "officer")}),
    )


def advanced(state: CaseState, recorded: Recorded) -> CaseState:
    """Return the state with the chain moved on and nothing else."""
    act = recorded.entry.act
    return replace(state, version=act.version, previous=act.hash, last_index=recorded.index)


def closed(state: CaseState, _recorded: Recorded) -> CaseState:
    """`case.closed.v1`."""
    return replace(state, closed=True)


def reopened(state: CaseState, _recorded: Recorded) -> CaseState:
    """`case.reopened.v1`."""
    return replace(state, closed=False)


def member_added(state: CaseState, recorded: Recorded) -> CaseState:
    """`case.member-added.v1`."""
    return replace(state, members=state.members | {_member(recorded)})


def member_removed(state: CaseState, recorded: Recorded) -> CaseState:
    """`case.member-removed.v1`."""
    return replace(state, members=state.members - {_member(recorded)})


def _member(recorded: Recorded) -> tuple[PersonId, str]:
    public = recorded.entry.act.public
    return cast(PersonId, public["person"]), cast(str, public["role"])

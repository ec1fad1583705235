"""States of streams, folded from public data only: all that rules need to judge authority, order, continuity.

`evolve` is the fold. A state is cheap to evolve and immutable, so it may be cached and shared.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from custody.errors import Malformed
from custody.ports import Recorded
from custody.states import bundle, case, exhibit, ledger, person
from custody.states.bare import ServiceState, bare
from custody.states.bundle import BundleState
from custody.states.case import CaseState
from custody.states.exhibit import ExhibitState, Offer
from custody.states.keys import KeyState, Proposal, RoleState
from custody.states.ledger import LedgerState
from custody.states.person import PersonState, joined
from custody.values import LedgerId, PersonId, StreamName

State: TypeAlias = LedgerState | PersonState | CaseState | ExhibitState | BundleState | ServiceState

__all__ = [
    "BundleState",
    "CaseState",
    "ExhibitState",
    "KeyState",
    "LedgerState",
    "Offer",
    "PersonState",
    "Proposal",
    "RoleState",
    "ServiceState",
    "State",
    "View",
    "evolve",
    "joined",
    "person_of",
]


class View(Protocol):
    """The ledger as the rules see it, at one moment. Whoever implements it may note which streams were read."""

    @property
    def ledger_id(self) -> LedgerId | None:
        """Hex SHA-256 of entry 0; None before the ledger is founded."""

    @property
    def ledger_stream(self) -> StreamName | None:
        """The stream of entry 0; None before the ledger is founded."""

    @property
    def size(self) -> int:
        """How many entries are recorded: no act that is judged here gets a smaller index."""

    def state(self, stream: StreamName) -> State | None:
        """Return the folded state of a stream, or None when it has no entry."""


def person_of(view: View, name: PersonId) -> PersonState | None:
    """Return a person as all entries together say, entry 0 included; None when nobody enrolled them."""
    own = view.state(StreamName(name))
    found = own if isinstance(own, PersonState) else None
    if found is not None and found.enrolled is not None:
        return found
    founding = None if view.ledger_stream is None else view.state(view.ledger_stream)
    base = founding.person(name) if isinstance(founding, LedgerState) else None
    return None if base is None else joined(base, found)


_BEGINNINGS: dict[str, Callable[[Recorded], State]] = {
    "ledger.founded.v1": ledger.founded,
    "case.opened.v1": case.opened,
    "exhibit.received.v1": exhibit.received,
    "bundle.requested.v1": bundle.requested,
}
_PERSON: dict[str, Callable[[PersonState, Recorded], PersonState]] = {
    "person.enrolled.v1": person.enrolled,
    "person.confirmed.v1": person.confirmed,
    "person.key-added.v1": person.key_added,
    "person.key-revoked.v1": person.key_revoked,
    "person.recovery-proposed.v1": person.recovery_proposed,
    "person.recovery-approved.v1": person.recovery_approved,
    "person.role-granted.v1": person.role_granted,
    "person.role-withdrawn.v1": person.role_withdrawn,
    "person.deactivated.v1": person.deactivated,
    "person.reactivated.v1": person.reactivated,
}
_CASE: dict[str, Callable[[CaseState, Recorded], CaseState]] = {
    "case.closed.v1": case.closed,
    "case.reopened.v1": case.reopened,
    "case.member-added.v1": case.member_added,
    "case.member-removed.v1": case.member_removed,
}
_EXHIBIT: dict[str, Callable[[ExhibitState, Recorded], ExhibitState]] = {
    "exhibit.amended.v1": exhibit.described,
    "exhibit.moved.v1": exhibit.described,
    "exhibit.recorded-in-error.v1": exhibit.in_error,
    "exhibit.case-corrected.v1": exhibit.case_corrected,
    "transfer.offered.v1": exhibit.offered,
    "transfer.accepted.v1": exhibit.accepted,
    "transfer.declined.v1": exhibit.answered,
    "transfer.withdrawn.v1": exhibit.answered,
}
_BUNDLE: dict[str, Callable[[BundleState, Recorded], BundleState]] = {
    "bundle.sealed.v1": bundle.sealed,
    "bundle.issued.v1": bundle.issued,
}


def evolve(state: State | None, recorded: Recorded) -> State:
    """Return the state of a stream after one more entry of it.

    Judges nothing. A type that is not known here moves the chain on and changes nothing else. Raises
    Malformed when the public members are not of their type's form (`catalogue.read_public` says which).
    """
    try:
        return _begun(recorded) if state is None else _continued(state, recorded)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise Malformed("act.public", f"is not of the form of {recorded.entry.act.type}") from fault


def _begun(recorded: Recorded) -> State:
    act = recorded.entry.act
    if act.kind == "person":
        return _continued(person.blank(act.stream), recorded)
    begin = _BEGINNINGS.get(act.type)
    return bare(recorded) if begin is None else begin(recorded)


def _continued(state: State, recorded: Recorded) -> State:
    kind = recorded.entry.act.type
    if isinstance(state, ExhibitState):
        changed = _EXHIBIT.get(kind)
        return (changed or exhibit.advanced)(state, recorded)
    if isinstance(state, PersonState):
        changed_person = _PERSON.get(kind)
        return person.advanced(changed_person(state, recorded) if changed_person else state, recorded)
    if isinstance(state, CaseState):
        changed_case = _CASE.get(kind)
        return case.advanced(changed_case(state, recorded) if changed_case else state, recorded)
    if isinstance(state, BundleState):
        changed_bundle = _BUNDLE.get(kind)
        return bundle.advanced(changed_bundle(state, recorded) if changed_bundle else state, recorded)
    if isinstance(state, LedgerState):
        return ledger.advanced(state, recorded)
    return bare(recorded)

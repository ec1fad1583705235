"""Rules of transfers: offered by the custodian, answered by the receiver; until then nothing changes hands."""

from __future__ import annotations

from typing import cast

from custody.canonical import Json
from custody.outcomes import worst
from custody.rules.authority import require_case_role
from custody.rules.exhibit import exhibit_at, require_custodian
from custody.rules.matter import NOTHING, Entails, Matter, case_of
from custody.rules.names import broken
from custody.states import ExhibitState, Offer
from custody.values import PersonId

HOLDERS = ("officer", "custodian", "prosecutor")


def judge_offered(matter: Matter) -> Entails:
    """`transfer.offered.v1`. A custodian may hand over whatever their roles are now: somebody must."""
    state = exhibit_at(matter)
    require_custodian(matter, state)
    if state.offer is not None:
        raise broken("transfer.already-offered", offer=state.offer.act)
    to = cast(PersonId, matter.public["to"])
    if to == matter.act.person:
        raise broken("continuity.same-person")
    _require_holder(matter, state, to)
    return NOTHING


def _require_holder(matter: Matter, state: ExhibitState, to: PersonId) -> None:
    """The receiver can act, handles evidence, and has a role in the case by which they may hold it."""
    person = matter.named_person(to)
    case = case_of(matter.view, state.case)
    has_role = any(case.holds(to, role) for role in HOLDERS)
    if not person.can_act or person.holds("administrator") or not has_role:
        raise broken("transfer.receiver", person=to)


def _open_offer(matter: Matter, state: ExhibitState) -> Offer:
    if state.offer is None or state.offer.act != matter.public["offer"]:
        raise broken("transfer.not-open")
    return state.offer


def judge_accepted(matter: Matter) -> Entails:
    """`transfer.accepted.v1`: a mismatch may be accepted; it is recorded, and is a finding for ever."""
    state = exhibit_at(matter)
    if _open_offer(matter, state).to != matter.act.person:
        raise broken("transfer.addressee")
    require_case_role(matter.actor, matter.act.person, case_of(matter.view, state.case), *HOLDERS)
    if matter.opened is not None:
        _require_rehash(matter.opened["rehash"], state)
    return NOTHING


def _require_rehash(rehash: Json, state: ExhibitState) -> None:
    files = cast(dict[str, dict[str, str]], rehash)["files"] if rehash is not None else {}
    if files.keys() != set(state.files):
        raise broken("transfer.rehash")
    if rehash is not None and cast(dict[str, str], rehash)["outcome"] != worst(files.values()):
        raise broken("outcome.worst")


def judge_declined(matter: Matter) -> Entails:
    """`transfer.declined.v1`."""
    if _open_offer(matter, exhibit_at(matter)).to != matter.act.person:
        raise broken("transfer.addressee")
    return NOTHING


def judge_withdrawn(matter: Matter) -> Entails:
    """`transfer.withdrawn.v1`."""
    if _open_offer(matter, exhibit_at(matter)).by != matter.act.person:
        raise broken("transfer.offerer")
    return NOTHING

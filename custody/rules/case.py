"""Rules of case streams: opening, closing, members and their roles."""

from __future__ import annotations

from typing import cast

from custody.rules.authority import require_case_role, require_handler
from custody.rules.matter import NOTHING, Entails, Matter, case_of
from custody.rules.names import broken
from custody.states import CaseState
from custody.values import CaseId, PersonId


def _case(matter: Matter) -> CaseState:
    return case_of(matter.view, CaseId(matter.act.stream))


def judge_opened(matter: Matter) -> Entails:
    """`case.opened.v1`: the opener becomes the first officer."""
    if not matter.actor.holds("officer"):
        raise broken("role.officer")
    require_handler(matter.actor)
    if matter.view.state(matter.act.stream) is not None:
        raise broken("stream.begun")
    if matter.opened is None:
        return NOTHING
    return Entails(unique=(("case-reference", cast(str, matter.opened["reference"])),))


def judge_amended(matter: Matter) -> Entails:
    """`case.amended.v1`."""
    case = _case(matter)
    require_case_role(matter.actor, matter.act.person, case, "officer")
    require_open(case)
    return NOTHING


def require_open(case: CaseState) -> None:
    """Raise RuleBroken when the case is closed."""
    if case.closed:
        raise broken("case.closed", case=case.stream)


def judge_closed(matter: Matter) -> Entails:
    """`case.closed.v1`."""
    case = _case(matter)
    require_case_role(matter.actor, matter.act.person, case, "officer", "prosecutor")
    require_open(case)
    return NOTHING


def judge_reopened(matter: Matter) -> Entails:
    """`case.reopened.v1`."""
    case = _case(matter)
    require_case_role(matter.actor, matter.act.person, case, "officer", "prosecutor")
    if not case.closed:
        raise broken("case.not-closed")
    return NOTHING


def judge_member_added(matter: Matter) -> Entails:
    """`case.member-added.v1`."""
    case, person, role = _membership(matter)
    require_open(case)
    subject = matter.named_person(person)
    if not subject.active:
        raise broken("person.inactive", person=person)
    if subject.holds("service"):
        raise broken("role.service")
    if case.holds(person, role):
        raise broken("case.member-known")
    return NOTHING


def judge_member_removed(matter: Matter) -> Entails:
    """`case.member-removed.v1`."""
    case, person, role = _membership(matter)
    if not case.holds(person, role):
        raise broken("case.member-unknown")
    if role == "officer" and not case.closed and sum(held == "officer" for _, held in case.members) == 1:
        raise broken("case.last-officer")
    return NOTHING


def _membership(matter: Matter) -> tuple[CaseState, PersonId, str]:
    """An officer of the case or an administrator acts, for somebody else."""
    case = _case(matter)
    if not matter.actor.holds("administrator"):
        require_case_role(matter.actor, matter.act.person, case, "officer")
    person = cast(PersonId, matter.public["person"])
    if person == matter.act.person:
        raise broken("person.not-oneself")
    return case, person, cast(str, matter.public["role"])

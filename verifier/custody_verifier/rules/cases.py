"""Rules of case streams: opening, closing, members (acts-v1 section 5)."""

from __future__ import annotations

from custody_verifier.rules.matter import Matter
from custody_verifier.rules.names import Broken
from custody_verifier.states import Case


def require_open(case: Case) -> None:
    """Raise Broken when the case is closed."""
    if case.closed:
        raise Broken("case.closed")


def _opened(matter: Matter) -> None:
    if not matter.holds("officer"):
        raise Broken("role.officer")
    matter.require_handler()
    if matter.act.stream in matter.states.heads:
        raise Broken("stream.begun")
    if "reference" in matter.opened:
        matter.taken.append(("case-reference", str(matter.opened["reference"])))


def _amended(matter: Matter) -> None:
    case = matter.case(matter.act.stream)
    matter.require_role(case, "officer")
    require_open(case)


def _closed(matter: Matter) -> None:
    case = matter.case(matter.act.stream)
    matter.require_role(case, "officer", "prosecutor")
    require_open(case)


def _reopened(matter: Matter) -> None:
    case = matter.case(matter.act.stream)
    matter.require_role(case, "officer", "prosecutor")
    if not case.closed:
        raise Broken("case.not-closed")


def _membership(matter: Matter) -> Case:
    case = matter.case(matter.act.stream)
    if not matter.holds("administrator"):
        matter.require_role(case, "officer")
    if matter.public("person") == matter.act.person:
        raise Broken("person.not-oneself")
    return case


def _member_added(matter: Matter) -> None:
    case = _membership(matter)
    require_open(case)
    person = matter.person(matter.public("person"))
    if not person.active:
        raise Broken("person.inactive")
    if "service" in person.roles:
        raise Broken("role.service")
    if (person.name, matter.public("role")) in case.members:
        raise Broken("case.member-known")


def _member_removed(matter: Matter) -> None:
    case, role = _membership(matter), matter.public("role")
    if (matter.public("person"), role) not in case.members:
        raise Broken("case.member-unknown")
    if role == "officer" and not case.closed and sum(held == role for _, held in case.members) == 1:
        raise Broken("case.last-officer")


JUDGES = {
    "case.opened.v1": _opened,
    "case.amended.v1": _amended,
    "case.closed.v1": _closed,
    "case.reopened.v1": _reopened,
    "case.member-added.v1": _member_added,
    "case.member-removed.v1": _member_removed,
}

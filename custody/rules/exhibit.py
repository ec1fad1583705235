"""Rules of exhibit streams: intake, amendment, moves, mistakes."""

from __future__ import annotations

from typing import cast

from custody.canonical import Json
from custody.catalogue import file_of
from custody.catalogue.exhibit import MAX_FILES, ONLY_DIGITAL, ONLY_PHYSICAL
from custody.rules.authority import require_case_role, require_handler
from custody.rules.case import require_open
from custody.rules.matter import NOTHING, Entails, Matter, Unique, case_of, exhibit_of
from custody.rules.names import broken
from custody.states import ExhibitState
from custody.values import ActHash, CaseId, ExhibitId, claimed_instant


def exhibit_at(matter: Matter) -> ExhibitState:
    """Return the exhibit of the act's stream, once the act is known to come after all that is recorded."""
    state = exhibit_of(matter.view, matter.act.stream)
    if matter.act.occurred < state.occurred:
        raise broken("continuity.order", earliest=state.occurred.isoformat())
    return state


def _unmarked(matter: Matter) -> ExhibitState:
    state = exhibit_at(matter)
    if state.in_error:
        raise broken("exhibit.in-error")
    return state


def require_custodian(matter: Matter, state: ExhibitState) -> None:
    """Raise RuleBroken unless the actor is answerable for the exhibit now."""
    if state.custodian != matter.act.person:
        raise broken("continuity.custodian", custodian=state.custodian)


def judge_received(matter: Matter) -> Entails:
    """`exhibit.received.v1`: the exhibit gets the next number in its case, and its first custodian."""
    case = case_of(matter.view, cast(CaseId, matter.public["case"]))
    require_case_role(matter.actor, matter.act.person, case, "officer", "custodian")
    require_open(case)
    if matter.view.state(matter.act.stream) is not None:
        raise broken("stream.begun")
    _require_after_collection(matter)
    files = cast(list[str], matter.public["files"])
    if (matter.public["kind"] == "physical") != (not files) or len(files) > MAX_FILES:
        raise broken("exhibit.file-count", files=len(files))
    unique: Unique = tuple(("file", file) for file in files)
    return Entails(CaseId(case.stream), unique + _seal(matter))


def _require_after_collection(matter: Matter) -> None:
    collected = matter.public["collected_at"]
    if collected is not None and matter.act.occurred < claimed_instant(collected, "act.public.collected_at"):
        raise broken("continuity.before-collection", earliest=collected)


def _seal(matter: Matter) -> Unique:
    seal = None if matter.opened is None else matter.opened.get("seal")
    return (("seal", cast(str, cast(dict[str, Json], seal)["number"])),) if seal else ()


def judge_amended(matter: Matter) -> Entails:
    """`exhibit.amended.v1`: the old values stay in history."""
    state = _unmarked(matter)
    if state.custodian == matter.act.person:
        require_handler(matter.actor)
    else:
        case = case_of(matter.view, state.case)
        require_case_role(matter.actor, matter.act.person, case, "officer")
    foreign = ONLY_DIGITAL if state.kind == "physical" else ONLY_PHYSICAL
    for name in matter.act.body:
        file = file_of(name)
        if name in foreign:
            raise broken("exhibit.other-kind", member=name)
        if file is not None and file not in state.files:
            raise broken("exhibit.file-unknown", file=file)
    return NOTHING


def judge_moved(matter: Matter) -> Entails:
    """`exhibit.moved.v1`; also of an exhibit recorded in error, since it still lies somewhere."""
    require_custodian(matter, exhibit_at(matter))
    require_handler(matter.actor)
    return NOTHING


def judge_recorded_in_error(matter: Matter) -> Entails:
    """`exhibit.recorded-in-error.v1`: nothing is removed; the act is marked."""
    state = _unmarked(matter)
    case = case_of(matter.view, state.case)
    require_case_role(matter.actor, matter.act.person, case, "officer")
    act = cast(ActHash, matter.public["act"])
    kind = state.type_of(act)
    if kind is None:
        raise broken("exhibit.act-unknown")
    if act in state.marked:
        raise broken("exhibit.already-in-error")
    _require_duplicate(matter, kind)
    return NOTHING


def _require_duplicate(matter: Matter, kind: str) -> None:
    other = matter.public["duplicate_of"]
    if other is None:
        return
    if other == matter.act.stream or kind != "exhibit.received.v1":
        raise broken("exhibit.duplicate")
    exhibit_of(matter.view, cast(ExhibitId, other))


def judge_case_corrected(matter: Matter) -> Entails:
    """`exhibit.case-corrected.v1`: a number in the new case; the old reference stays, marked."""
    state = _unmarked(matter)
    if matter.public["from"] != state.case:
        raise broken("exhibit.from-case", case=state.case)
    if matter.public["case"] == state.case:
        raise broken("exhibit.same-case")
    new = case_of(matter.view, cast(CaseId, matter.public["case"]))
    for case in (case_of(matter.view, state.case), new):
        require_case_role(matter.actor, matter.act.person, case, "officer")
    require_open(new)
    return Entails(CaseId(new.stream))

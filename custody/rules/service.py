"""Rules of the service's own streams: who read an exhibit, and whether its files are what they were."""

from __future__ import annotations

from typing import cast

from custody.canonical import Json
from custody.outcomes import worst
from custody.rules.matter import NOTHING, Entails, Matter, exhibit_of
from custody.rules.names import broken
from custody.states import ExhibitState
from custody.values import ExhibitId, PersonId


def _exhibit(matter: Matter) -> ExhibitState:
    """The stream carries the UUID of the exhibit that the act is about."""
    name = cast(ExhibitId, matter.public["exhibit"])
    if name.partition("/")[2] != matter.act.stream.partition("/")[2]:
        raise broken("service.stream", exhibit=name)
    return exhibit_of(matter.view, name)


def judge_access(matter: Matter) -> Entails:
    """`access.recorded.v1`."""
    state = _exhibit(matter)
    matter.named_person(cast(PersonId, matter.public["person"]))
    file = None if matter.opened is None else matter.opened["file"]
    if file is not None and file not in state.files:
        raise broken("exhibit.file-unknown", file=file)
    return NOTHING


def judge_fixity(matter: Matter) -> Entails:
    """`fixity.checked.v1`."""
    state = _exhibit(matter)
    requested_by = matter.public["requested_by"]
    if requested_by is not None:
        matter.named_person(cast(PersonId, requested_by))
    if matter.opened is not None:
        _require_outcomes(cast(dict[str, dict[str, Json]], matter.opened["files"]), matter, state)
    return NOTHING


def _require_outcomes(files: dict[str, dict[str, Json]], matter: Matter, state: ExhibitState) -> None:
    for file in files:
        if file not in state.files:
            raise broken("exhibit.file-unknown", file=file)
    if worst(cast(str, each["outcome"]) for each in files.values()) != matter.public["outcome"]:
        raise broken("outcome.worst")

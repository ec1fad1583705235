"""The matter before the rules: one act, what is opened of it, and the actor with their key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from custody.act import Act
from custody.canonical import Json
from custody.rules.names import broken
from custody.states import CaseState, ExhibitState, KeyState, PersonState, View, person_of
from custody.values import CaseId, ExhibitId, PersonId, StreamName

Unique: TypeAlias = tuple[tuple[str, str], ...]


class Matter(NamedTuple):
    """`public` has been read; `opened` are the values of the body, or None when they are withheld."""

    act: Act
    public: Mapping[str, Json]
    opened: Mapping[str, Json] | None
    view: View
    actor: PersonState
    key: KeyState

    def named_person(self, name: PersonId) -> PersonState:
        """Return a person whom the act names. Raises RuleBroken `person.unknown`."""
        found = self.actor if name == self.act.person else person_of(self.view, name)
        if found is None:
            raise broken("person.unknown", person=name)
        return found


@dataclass(frozen=True, slots=True)
class Entails:
    """What recording the act entails beside the entry itself."""

    ordinal_for: CaseId | None = None
    unique: Unique = ()


NOTHING = Entails()


def case_of(view: View, name: CaseId) -> CaseState:
    """Return a case. Raises RuleBroken `case.unknown`."""
    found = view.state(StreamName(name))
    if not isinstance(found, CaseState):
        raise broken("case.unknown", case=name)
    return found


def exhibit_of(view: View, name: ExhibitId | StreamName) -> ExhibitState:
    """Return an exhibit. Raises RuleBroken `exhibit.unknown`."""
    found = view.state(StreamName(name))
    if not isinstance(found, ExhibitState):
        raise broken("exhibit.unknown", exhibit=name)
    return found

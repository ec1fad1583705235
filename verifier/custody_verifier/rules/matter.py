"""One act before the judge: what rules read, and what they leave behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from custody_verifier.canonical import Json
from custody_verifier.entry import Act
from custody_verifier.rules.names import Broken
from custody_verifier.states import Case, Exhibit, Person, States

FOUNDED = "ledger.founded.v1"


_NOBODY = Person("", -1)


@dataclass(slots=True)
class Matter:
    """An act at its index, the values opened, and all states before it.

    `actor` is set once known; `formed`: public members and names of the body are of the type's form;
    `numbered_in`: the case that gives it a number; `taken`: unique (kind, value).
    """

    act: Act
    index: int
    opened: Mapping[str, Json]
    states: States
    actor: Person = _NOBODY
    numbered_in: str | None = None
    formed: bool = False
    taken: list[tuple[str, str]] = field(default_factory=list)

    def public(self, name: str) -> str:
        """Return a public member that is text, after its form was checked."""
        return str(self.act.public[name])

    def holds(self, role: str) -> bool:
        """Return whether the actor has a ledger-wide role."""
        return role in self.actor.roles

    def person(self, name: str) -> Person:
        """Return a person whom the act names. Raises Broken when nobody enrolled them."""
        found = self.states.person(name)
        if found is None:
            raise Broken("person.unknown")
        return found

    def case(self, name: str) -> Case:
        """Return a case that the act concerns."""
        found = self.states.case(name)
        if found is None:
            raise Broken("case.unknown")
        return found

    def exhibit(self, name: str) -> Exhibit:
        """Return an exhibit that the act concerns."""
        found = self.states.exhibit(name)
        if found is None:
            raise Broken("exhibit.unknown")
        return found

    def require_role(self, case: Case, *roles: str) -> None:
        """Raise Broken unless the actor has one of these roles in the case, and it is not dormant."""
        if not any((self.act.person, role) in case.members for role in roles):
            raise Broken("role.in-case")
        self.require_handler()

    def require_handler(self) -> None:
        """Raise Broken when the actor is an administrator, who may not handle evidence."""
        if self.holds("administrator"):
            raise Broken("role.administrator-excluded")

"""Authority: did this person act, with a key and a role that were theirs when the act was recorded."""

from __future__ import annotations

from custody.act import Act
from custody.keys import Key, weakness
from custody.rules.names import broken
from custody.states import CaseState, KeyState, PersonState, View, person_of
from custody.values import PersonId

CONFIRMING = "person.confirmed.v1"
OF_THE_SERVICE = frozenset(
    {"access.recorded.v1", "fixity.checked.v1", "bundle.sealed.v1", "bundle.issued.v1"}
)


def actor_of(act: Act, view: View) -> tuple[PersonState, KeyState]:
    """Return the actor and their key, good for acts now (acts-v1, section 9). Raises RuleBroken."""
    person = person_of(view, act.person)
    if person is None:
        raise broken("actor.unknown", person=act.person)
    if not person.active:
        raise broken("actor.deactivated", person=act.person)
    key = _key_of(act, person)
    _require_service_apart(act, person)
    return person, key


def _key_of(act: Act, person: PersonState) -> KeyState:
    key = person.keys.get(act.key)
    if key is None:
        raise broken("key.unknown", key=act.key)
    if key.use != "act":
        raise broken("key.not-for-acts", key=act.key)
    if key.ended is not None:
        raise broken("key.ended", key=act.key, ended=key.ended)
    if key.confirmed is None and act.type != CONFIRMING:
        raise broken("key.unconfirmed", key=act.key)
    return key


def _require_service_apart(act: Act, person: PersonState) -> None:
    """The service signs its own closed table of types, and nobody else signs those."""
    if person.holds("service"):
        if act.type not in OF_THE_SERVICE and act.type != CONFIRMING:
            raise broken("service.own-types", type=act.type)
    elif act.type in OF_THE_SERVICE:
        raise broken("service.only", type=act.type)


def require_administrator(actor: PersonState) -> None:
    """Raise RuleBroken unless the actor is an administrator."""
    if not actor.holds("administrator"):
        raise broken("role.administrator")


def require_handler(person: PersonState) -> None:
    """Raise RuleBroken when the person is an administrator, who may not handle evidence."""
    if person.holds("administrator"):
        raise broken("role.administrator-excluded", person=person.stream)


def require_case_role(actor: PersonState, name: PersonId, case: CaseState, *roles: str) -> None:
    """Raise RuleBroken unless the actor has one of `roles` in the case, and the role is not dormant."""
    if not any(case.holds(name, role) for role in roles):
        raise broken("role.in-case", case=case.stream, roles=roles)
    require_handler(actor)


def require_sound(*keys: Key) -> None:
    """Raise RuleBroken when one of the keys is weak."""
    for key in keys:
        fault = weakness(key)
        if fault is not None:
            raise broken("key.weak", key=key.fingerprint, fault=fault)

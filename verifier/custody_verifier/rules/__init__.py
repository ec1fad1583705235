"""The rules of acts-v1, continuity-v1 and bundle-v1, judged on public data: the first one broken counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from custody_verifier import catalogue, forms
from custody_verifier.canonical import Json
from custody_verifier.entry import Act
from custody_verifier.errors import Malformed
from custody_verifier.forms import Form
from custody_verifier.rules import bundles, cases, exhibits, ledgers, persons, services
from custody_verifier.rules.matter import FOUNDED, Matter
from custody_verifier.rules.names import Broken
from custody_verifier.states import Key

_JUDGES: Mapping[str, Callable[[Matter], None]] = {
    **ledgers.JUDGES,
    **persons.JUDGES,
    **cases.JUDGES,
    **exhibits.JUDGES,
    **services.JUDGES,
    **bundles.JUDGES,
}


class Judged(NamedTuple):
    """An act that the rules allow: the key that must have signed it, the case that numbers it, what it takes."""

    key: Key
    numbered_in: str | None
    taken: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Formed:
    """What an act's form is found to be. `whole`: public members and names are the type's; `fault`: what is not."""

    whole: bool
    fault: Broken | Malformed | None


WHOLE = Formed(whole=True, fault=None)
"""What is found of an act that is of its form."""


def formed(act: Act, opened: Mapping[str, Json]) -> Formed:
    """Compare an act with its type: all that needs no other act."""
    whole = False
    try:
        values = _check_form(act)
        whole = True
        for name, value in opened.items():
            values[name](value, f"act.body.{name}")
    except (Broken, Malformed) as fault:
        return Formed(whole, fault)
    return WHOLE


def judge(matter: Matter, form: Formed | None = None) -> Judged:
    """Return what the act entails. Raises Broken with the rule that forbids it, Malformed for its members.

    `form` is what `formed` says of the act, where somebody asked before.
    """
    act = matter.act
    found = form or formed(act, matter.opened)
    matter.formed = found.whole
    if found.fault is not None:
        raise found.fault
    if act.type == FOUNDED:
        key = ledgers.found(matter)
    else:
        _require_here(matter)
        key = _actor(matter)
        _JUDGES[act.type](matter)
    return Judged(key, matter.numbered_in, tuple(matter.taken))


def _check_form(act: Act) -> dict[str, Form]:
    """Return the form of each value; raises Broken, Malformed unless members and names are the type's (acts-v1, 1)."""
    kind = catalogue.CATALOGUE.get(act.type)
    if kind is None:
        raise Broken("act.unknown-type")
    if act.stream.partition("/")[0] != kind.stream:
        raise Broken("act.wrong-stream")
    catalogue.check_public(kind, act.public)
    late = "late" in act.public
    if act.type != "exhibit.received.v1":
        return _forms(act.type, tuple(act.body), late)
    digital = act.public["kind"] == "digital"
    body = catalogue.DIGITAL if digital else catalogue.PHYSICAL
    files = {str(each) for each in forms.as_list(act.public["files"])} if digital else set()
    return catalogue.check_body(body, act.body, files, late=late)


@lru_cache(maxsize=256)
def _forms(kind: str, names: tuple[str, ...], late: bool) -> dict[str, Form]:  # noqa: FBT001 - a key of the cache
    """Return the form of each value of a type whose names rest on nothing else; raises Malformed."""
    return catalogue.check_body(catalogue.CATALOGUE[kind].body, names, set(), late=late)


def _require_here(matter: Matter) -> None:
    if matter.act.ledger is None or matter.act.ledger != matter.states.ledger:
        raise Broken("act.other-ledger")
    if matter.act.seen is None:
        raise Broken("act.nothing-seen")


def _actor(matter: Matter) -> Key:
    """Return the actor's key, good for acts at this index (acts-v1, section 9)."""
    act, person = matter.act, matter.states.person(matter.act.person)
    if person is None:
        raise Broken("actor.unknown")
    matter.actor = person
    if not person.active:
        raise Broken("actor.deactivated")
    key = person.keys.get(act.key)
    if key is None:
        raise Broken("key.unknown")
    if key.use != "act":
        raise Broken("key.not-for-acts")
    if key.ended:
        raise Broken("key.ended")
    confirms = act.type == "person.confirmed.v1"
    if not key.confirmed and not confirms:
        raise Broken("key.unconfirmed")
    if "service" in person.roles and act.type not in services.OWN and not confirms:
        raise Broken("service.own-types")
    if "service" not in person.roles and act.type in services.OWN:
        raise Broken("service.only")
    return key


__all__ = ["WHOLE", "Broken", "Formed", "Judged", "Matter", "formed", "judge"]

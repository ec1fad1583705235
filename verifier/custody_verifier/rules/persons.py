"""Rules of person streams: enrolment, keys, ledger-wide roles (acts-v1 section 4)."""

from __future__ import annotations

from custody_verifier import forms
from custody_verifier.canonical import Json
from custody_verifier.rules.ledgers import require_sound
from custody_verifier.rules.matter import Matter
from custody_verifier.rules.names import Broken
from custody_verifier.states import Key, Person


def _self(matter: Matter) -> bool:
    return matter.act.person == matter.act.stream


def _by_administrator(matter: Matter) -> Person:
    if not matter.holds("administrator"):
        raise Broken("role.administrator")
    if _self(matter):
        raise Broken("person.not-oneself")
    return matter.person(matter.act.stream)


def _by_either(matter: Matter) -> Person:
    if not _self(matter) and not matter.holds("administrator"):
        raise Broken("person.oneself-or-administrator")
    return matter.person(matter.act.stream)


def _only_oneself(matter: Matter) -> None:
    if not _self(matter):
        raise Broken("person.only-oneself")


def _carry(matter: Matter, *carried: Json) -> None:
    """Keys that nobody had before are taken."""
    keys = [each for each in carried if each is not None]
    prints = [forms.fingerprint_of(each) for each in keys]
    if len(set(prints)) < len(prints) or any(each in matter.actor.keys for each in prints):
        raise Broken("key.known")
    for each in keys:
        require_sound(each)
    matter.taken += [("key", each) for each in prints]


def _enrolled(matter: Matter) -> None:
    if not matter.holds("administrator"):
        raise Broken("role.administrator")
    if matter.states.person(matter.act.stream) is not None:
        raise Broken("person.already-enrolled")
    _carry(matter, matter.act.public["key"], matter.act.public["session_key"])


def _confirmed(matter: Matter) -> None:
    _only_oneself(matter)
    if matter.act.public["key"] != matter.act.key or matter.actor.keys[matter.act.key].confirmed:
        raise Broken("key.not-awaiting")


def _key_added(matter: Matter) -> None:
    _only_oneself(matter)
    use = forms.as_object(matter.act.public["key"])["use"]
    if (matter.act.public["proof"] is None) != (use == "act"):
        raise Broken("key.proof")
    _carry(matter, matter.act.public["key"])


def _key_revoked(matter: Matter) -> None:
    person = _by_either(matter)
    key = person.keys.get(matter.public("key"))
    if key is None:
        raise Broken("key.not-theirs")
    if key.ended:
        raise Broken("key.already-ended")
    if _self(matter) and matter.holds("administrator") and not _another(person, key):
        raise Broken("key.last")


def _another(person: Person, ending: Key) -> bool:
    return any(key.good and key.use == "act" and key is not ending for key in person.keys.values())


def _recovery_proposed(matter: Matter) -> None:
    _by_administrator(matter)
    _carry(matter, matter.act.public["key"], matter.act.public["session_key"])


def _recovery_approved(matter: Matter) -> None:
    proposal = _by_administrator(matter).proposals.get(matter.public("proposal"))
    if proposal is None:
        raise Broken("recovery.unknown")
    if proposal.approved:
        raise Broken("recovery.already-approved")
    if proposal.by == matter.act.person:
        raise Broken("recovery.second-administrator")


def _role_granted(matter: Matter) -> None:
    person = _by_administrator(matter)
    if "service" in person.roles:
        raise Broken("role.service")
    if matter.public("role") in person.roles:
        raise Broken("role.already-held")


def _role_withdrawn(matter: Matter) -> None:
    if matter.public("role") not in _by_administrator(matter).roles:
        raise Broken("role.not-held")


def _deactivated(matter: Matter) -> None:
    if not _by_administrator(matter).active:
        raise Broken("person.already-inactive")


def _reactivated(matter: Matter) -> None:
    if _by_administrator(matter).active:
        raise Broken("person.already-active")


def _amended(matter: Matter) -> None:
    _by_either(matter)


JUDGES = {
    "person.enrolled.v1": _enrolled,
    "person.confirmed.v1": _confirmed,
    "person.key-added.v1": _key_added,
    "person.key-revoked.v1": _key_revoked,
    "person.recovery-proposed.v1": _recovery_proposed,
    "person.recovery-approved.v1": _recovery_approved,
    "person.role-granted.v1": _role_granted,
    "person.role-withdrawn.v1": _role_withdrawn,
    "person.deactivated.v1": _deactivated,
    "person.reactivated.v1": _reactivated,
    "person.amended.v1": _amended,
}

"""Rules of person streams: enrolment, keys, ledger-wide roles, deactivation."""

from __future__ import annotations

from typing import cast

from custody.canonical import Json
from custody.keys import Key, read_key
from custody.rules.authority import require_administrator, require_sound
from custody.rules.matter import NOTHING, Entails, Matter
from custody.rules.names import broken
from custody.states import KeyState, PersonState, person_of
from custody.values import ActHash, Fingerprint, PersonId, StreamName


def _by_oneself(matter: Matter) -> bool:
    return StreamName(matter.act.person) == matter.act.stream


def _subject(matter: Matter) -> PersonState:
    """The person whose stream it is."""
    return matter.named_person(PersonId(matter.act.stream))


def _by_administrator(matter: Matter) -> PersonState:
    """An administrator acts, and not for themself; returns the person concerned."""
    require_administrator(matter.actor)
    if _by_oneself(matter):
        raise broken("person.not-oneself")
    return _subject(matter)


def _by_person_or_administrator(matter: Matter) -> PersonState:
    if not _by_oneself(matter) and not matter.actor.holds("administrator"):
        raise broken("person.oneself-or-administrator")
    return _subject(matter)


def _new_keys(matter: Matter, *members: Json) -> Entails:
    """Keys that nobody had before; their fingerprints are taken from now on."""
    keys: list[Key] = [read_key(each, "act.public.key") for each in members if each is not None]
    if len({key.fingerprint for key in keys}) < len(keys) or any(
        key.fingerprint in matter.actor.keys for key in keys
    ):
        raise broken("key.known")
    require_sound(*keys)
    return Entails(unique=tuple(("key", str(key.fingerprint)) for key in keys))


def judge_enrolled(matter: Matter) -> Entails:
    """`person.enrolled.v1`."""
    require_administrator(matter.actor)
    if person_of(matter.view, PersonId(matter.act.stream)) is not None:
        raise broken("person.already-enrolled")
    return _new_keys(matter, matter.public["key"], matter.public["session_key"])


def judge_confirmed(matter: Matter) -> Entails:
    """`person.confirmed.v1`: signed by the very key that it confirms."""
    if not _by_oneself(matter):
        raise broken("person.only-oneself")
    if matter.public["key"] != matter.key.fingerprint or matter.key.confirmed is not None:
        raise broken("key.not-awaiting")
    return NOTHING


def judge_key_added(matter: Matter) -> Entails:
    """`person.key-added.v1`; the signature in `proof` is verified with the signatures."""
    if not _by_oneself(matter):
        raise broken("person.only-oneself")
    key = read_key(matter.public["key"], "act.public.key")
    if (matter.public["proof"] is None) != (key.use == "act"):
        raise broken("key.proof")
    return _new_keys(matter, matter.public["key"])


def judge_key_revoked(matter: Matter) -> Entails:
    """`person.key-revoked.v1`."""
    subject = _by_person_or_administrator(matter)
    key = subject.keys.get(cast(Fingerprint, matter.public["key"]))
    if key is None:
        raise broken("key.not-theirs")
    if key.ended is not None:
        raise broken("key.already-ended")
    if _by_oneself(matter) and subject.holds("administrator"):
        _require_another_key(subject, key)
    return NOTHING


def _require_another_key(subject: PersonState, ending: KeyState) -> None:
    """Whoever removes an administrator stays one: so a ledger never runs out of them (acts-v1, section 9)."""
    if not any(key.good and key.use == "act" and key != ending for key in subject.keys.values()):
        raise broken("key.last")


def judge_recovery_proposed(matter: Matter) -> Entails:
    """`person.recovery-proposed.v1`."""
    _by_administrator(matter)
    return _new_keys(matter, matter.public["key"], matter.public["session_key"])


def judge_recovery_approved(matter: Matter) -> Entails:
    """`person.recovery-approved.v1`."""
    subject = _by_administrator(matter)
    proposal = subject.proposals.get(cast(ActHash, matter.public["proposal"]))
    if proposal is None:
        raise broken("recovery.unknown")
    if proposal.approved is not None:
        raise broken("recovery.already-approved")
    if proposal.by == matter.act.person:
        raise broken("recovery.second-administrator")
    return NOTHING


def judge_role_granted(matter: Matter) -> Entails:
    """`person.role-granted.v1`."""
    subject = _by_administrator(matter)
    if subject.holds("service"):
        raise broken("role.service")
    if subject.holds(cast(str, matter.public["role"])):
        raise broken("role.already-held")
    return NOTHING


def judge_role_withdrawn(matter: Matter) -> Entails:
    """`person.role-withdrawn.v1`."""
    if not _by_administrator(matter).holds(cast(str, matter.public["role"])):
        raise broken("role.not-held")
    return NOTHING


def judge_deactivated(matter: Matter) -> Entails:
    """`person.deactivated.v1`."""
    if not _by_administrator(matter).active:
        raise broken("person.already-inactive")
    return NOTHING


def judge_reactivated(matter: Matter) -> Entails:
    """`person.reactivated.v1`."""
    if _by_administrator(matter).active:
        raise broken("person.already-active")
    return NOTHING


def judge_amended(matter: Matter) -> Entails:
    """`person.amended.v1`."""
    _by_person_or_administrator(matter)
    return NOTHING

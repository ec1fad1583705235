"""The state of a person's stream: keys, ledger-wide roles, whether they may act; and joining it with entry 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from custody import values
from custody.keys import Key, read_key
from custody.ports import Recorded
from custody.states.keys import KeyState, Proposal, Revocation, RoleState, granted
from custody.values import ActHash, Fingerprint, StreamName


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonState:
    """What the entries of `person/<uuid>` say.

    `revocations` are of keys that this stream did not grant: those of entry 0 (`joined` applies them).
    `enrolled` is the index of the enrolment; None for the founder and the service, whom entry 0 enrols.
    """

    stream: StreamName
    version: int = 0
    previous: ActHash | None = None
    last_index: int = -1
    enrolled: int | None = None
    active: bool = True
    keys: Mapping[Fingerprint, KeyState]
    revocations: Mapping[Fingerprint, Revocation]
    roles: Mapping[str, RoleState]
    proposals: Mapping[ActHash, Proposal]

    def holds(self, role: str) -> bool:
        """Return whether the ledger-wide role is held now."""
        found = self.roles.get(role)
        return found is not None and found.ended is None

    @property
    def can_act(self) -> bool:
        """True when the person is active and has a good key for acts."""
        return self.active and any(key.good and key.use == "act" for key in self.keys.values())


def blank(stream: StreamName) -> PersonState:
    """Return the state of a person's stream before its first entry."""
    return PersonState(stream=stream, keys={}, revocations={}, roles={}, proposals={})


def joined(base: PersonState, own: PersonState | None) -> PersonState:
    """Return what entry 0 (`base`) and a person's own stream say together."""
    if own is None:
        return base
    keys = {**base.keys, **own.keys}
    for name, revocation in own.revocations.items():
        if name in keys:
            keys[name] = _revoked(keys[name], revocation)
    return replace(own, enrolled=base.enrolled, keys=keys, roles={**base.roles, **own.roles})


def _revoked(key: KeyState, revocation: Revocation) -> KeyState:
    return replace(key, ended=revocation.ended, untrusted_since=revocation.untrusted_since)


def advanced(state: PersonState, recorded: Recorded) -> PersonState:
    """Return the state with the chain moved on and nothing else: all that an unknown type does."""
    act = recorded.entry.act
    return replace(state, version=act.version, previous=act.hash, last_index=recorded.index)


def enrolled(state: PersonState, recorded: Recorded) -> PersonState:
    """`person.enrolled.v1`: keys on an administrator's word, not good until confirmed."""
    word = recorded.entry.act.person
    found = {key.fingerprint: granted(key, recorded.index, word) for key in carried_keys(recorded)}
    return replace(state, enrolled=recorded.index, keys={**state.keys, **found})


def carried_keys(recorded: Recorded) -> tuple[Key, ...]:
    """Return the keys that an enrolment or a proposal carries: for acts, and perhaps for sessions."""
    public = recorded.entry.act.public
    key = read_key(public["key"], "act.public.key", "act")
    session = public["session_key"]
    if session is None:
        return (key,)
    return key, read_key(session, "act.public.session_key", "session")


def confirmed(state: PersonState, recorded: Recorded) -> PersonState:
    """`person.confirmed.v1`: the key, and the session key that was granted with it, are good from here on."""
    target = state.keys.get(_key_named(recorded))
    if target is None:
        return state
    keys = {
        name: replace(key, confirmed=recorded.index)
        if key.granted == target.granted and key.confirmed is None
        else key
        for name, key in state.keys.items()
    }
    return replace(state, keys=keys)


def _key_named(recorded: Recorded) -> Fingerprint:
    return cast(Fingerprint, recorded.entry.act.public["key"])


def key_added(state: PersonState, recorded: Recorded) -> PersonState:
    """`person.key-added.v1`: a session key is good at once, a key for acts once it is confirmed."""
    act = recorded.entry.act
    key = read_key(act.public["key"], "act.public.key")
    now = recorded.index if key.use == "session" else None
    added = granted(key, recorded.index, act.person, confirmed=now)
    return replace(state, keys={**state.keys, key.fingerprint: added})


def key_revoked(state: PersonState, recorded: Recorded) -> PersonState:
    """`person.key-revoked.v1`: the key ends here, for ever."""
    since = recorded.entry.act.public["untrusted_since"]
    instant = None if since is None else values.recorded_instant(since, "act.public.untrusted_since")
    name, revocation = _key_named(recorded), Revocation(recorded.index, instant)
    known = state.keys.get(name)
    if known is None:
        return replace(state, revocations={**state.revocations, name: revocation})
    return replace(state, keys={**state.keys, name: _revoked(known, revocation)})


def recovery_proposed(state: PersonState, recorded: Recorded) -> PersonState:
    """`person.recovery-proposed.v1`: keys wait for a second administrator."""
    act = recorded.entry.act
    proposal = Proposal(act.person, carried_keys(recorded), None)
    return replace(state, proposals={**state.proposals, act.hash: proposal})


def recovery_approved(state: PersonState, recorded: Recorded) -> PersonState:
    """`person.recovery-approved.v1`: the proposed keys wait for the person to confirm them."""
    act = recorded.entry.act
    name = cast(ActHash, act.public["proposal"])
    proposal = state.proposals.get(name)
    if proposal is None:
        return state
    found = {key.fingerprint: granted(key, recorded.index, proposal.by) for key in proposal.keys}
    proposals = {**state.proposals, name: replace(proposal, approved=recorded.index)}
    return replace(state, keys={**state.keys, **found}, proposals=proposals)


def role_granted(state: PersonState, recorded: Recorded) -> PersonState:
    """`person.role-granted.v1`."""
    act = recorded.entry.act
    role = RoleState(recorded.index, None, act.person)
    return replace(state, roles={**state.roles, cast(str, act.public["role"]): role})


def role_withdrawn(state: PersonState, recorded: Recorded) -> PersonState:
    """`person.role-withdrawn.v1`; a role that this stream did not grant is of entry 0."""
    act = recorded.entry.act
    name = cast(str, act.public["role"])
    known = state.roles.get(name, RoleState(0, None, act.person))
    return replace(state, roles={**state.roles, name: replace(known, ended=recorded.index)})


def deactivated(state: PersonState, _recorded: Recorded) -> PersonState:
    """`person.deactivated.v1`."""
    return replace(state, active=False)


def reactivated(state: PersonState, _recorded: Recorded) -> PersonState:
    """`person.reactivated.v1`."""
    return replace(state, active=True)

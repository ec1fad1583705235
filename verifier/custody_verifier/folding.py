"""What an act changes in the states of its stream, whether the rules allow it or not (continuity-v1 4.5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from custody_verifier import forms, text
from custody_verifier.canonical import Json
from custody_verifier.rules.matter import Matter
from custody_verifier.states import Bundle, Case, Exhibit, Key, Offer, Person, Proposal


def _key(carried: Json, *, confirmed: bool, came_with: str | None = None) -> Key:
    algorithm, spki = forms.key_of(carried)
    use = str(forms.as_object(carried)["use"])
    found = forms.fingerprint_of(carried)
    return Key(
        fingerprint=found, algorithm=algorithm, spki=spki, use=use, confirmed=confirmed, came_with=came_with
    )


def _pair(members: Mapping[str, Json], *, confirmed: bool) -> list[Key]:
    """The key for acts and the session key that came with it, if any."""
    first = _key(members["key"], confirmed=confirmed)
    second = members.get("session_key")
    if second is None:
        return [first]
    return [first, _key(second, confirmed=confirmed, came_with=first.fingerprint)]


def _enrol(matter: Matter, name: str, keys: list[Key], roles: set[str]) -> None:
    found = {each.fingerprint: each for each in keys}
    matter.states.persons.setdefault(name, Person(name, matter.index, found, roles))


def _founded(matter: Matter) -> None:
    for who, role in (("founder", "administrator"), ("service", "service")):
        members = forms.as_object(matter.act.public[who])
        _enrol(matter, str(members["person"]), _pair(members, confirmed=True), {role})


def _enrolled(matter: Matter) -> None:
    _enrol(matter, matter.act.stream, _pair(matter.act.public, confirmed=False), set())


# --- persons --------------------------------------------------------------------------------------------


def _confirmed(matter: Matter, person: Person) -> None:
    for key in person.keys.values():
        if matter.public("key") in (key.fingerprint, key.came_with):
            key.confirmed = True


def _key_added(matter: Matter, person: Person) -> None:
    use = forms.as_object(matter.act.public["key"])["use"]
    key = _key(matter.act.public["key"], confirmed=use == "session")
    person.keys.setdefault(key.fingerprint, key)


def _key_revoked(matter: Matter, person: Person) -> None:
    key, since = person.keys.get(matter.public("key")), matter.act.public["untrusted_since"]
    if key is None:
        return
    key.ended = True
    if since is not None:
        instant = text.instant(since, "untrusted_since", "a recorded time")
        key.untrusted_since = min(instant, key.untrusted_since or instant)


def _proposed(matter: Matter, person: Person) -> None:
    keys = _pair(matter.act.public, confirmed=False)
    person.proposals[matter.act.hash] = Proposal(matter.act.person, keys)


def _approved(matter: Matter, person: Person) -> None:
    proposal = person.proposals.get(matter.public("proposal"))
    if proposal is not None:
        proposal.approved = True
        for key in proposal.keys:
            person.keys.setdefault(key.fingerprint, key)


def _activate(person: Person, *, active: bool) -> None:
    person.active = active


_OF_PERSONS: Mapping[str, Callable[[Matter, Person], None]] = {
    "person.confirmed.v1": _confirmed,
    "person.key-added.v1": _key_added,
    "person.key-revoked.v1": _key_revoked,
    "person.recovery-proposed.v1": _proposed,
    "person.recovery-approved.v1": _approved,
    "person.role-granted.v1": lambda matter, person: person.roles.add(matter.public("role")),
    "person.role-withdrawn.v1": lambda matter, person: person.roles.discard(matter.public("role")),
    "person.deactivated.v1": lambda _, person: _activate(person, active=False),
    "person.reactivated.v1": lambda _, person: _activate(person, active=True),
}

# --- cases, exhibits, bundles ---------------------------------------------------------------------------


def _of_case(matter: Matter) -> None:
    act, case = matter.act, matter.states.cases.get(matter.act.stream)
    if case is None:
        if act.type == "case.opened.v1":
            matter.states.cases[act.stream] = Case({(act.person, "officer")})
    elif act.type in ("case.closed.v1", "case.reopened.v1"):
        case.closed = act.type == "case.closed.v1"
    elif act.type == "case.member-added.v1":
        case.members.add((matter.public("person"), matter.public("role")))
    elif act.type == "case.member-removed.v1":
        case.members.discard((matter.public("person"), matter.public("role")))


def _received(matter: Matter) -> None:
    act = matter.act
    exhibit = Exhibit(
        case=matter.public("case"),
        kind=matter.public("kind"),
        files=frozenset(str(each) for each in forms.as_list(act.public["files"])),
        custodian=act.person,
        occurred=act.occurred_at,
        intake=act.hash,
    )
    matter.states.exhibits.setdefault(act.stream, exhibit)


def _of_exhibit(matter: Matter, exhibit: Exhibit) -> None:
    act = matter.act
    exhibit.occurred = max(exhibit.occurred, act.occurred_at)
    if act.type in ("exhibit.received.v1", "exhibit.amended.v1", "exhibit.moved.v1"):
        exhibit.acts[act.hash] = act.type
    elif act.type == "exhibit.recorded-in-error.v1":
        exhibit.marked.add(matter.public("act"))
    elif act.type == "exhibit.case-corrected.v1":
        exhibit.case = matter.public("case")
    elif act.type == "transfer.offered.v1":
        exhibit.offer = Offer(act.hash, act.person, matter.public("to"), matter.index)
    elif exhibit.offer is not None and exhibit.offer.hash == act.public["offer"]:
        exhibit.offer = None
    if act.type == "transfer.accepted.v1":
        exhibit.custodian = act.person


def _requested(matter: Matter) -> None:
    act, case = matter.act, matter.act.public["case"]
    bundle = Bundle(
        request=act.hash,
        requested_at=matter.index,
        case=None if case is None else str(case),
        exhibits=tuple(str(each) for each in forms.as_list(act.public["exhibits"])),
    )
    matter.states.bundles.setdefault(act.stream, bundle)


def _of_bundle(matter: Matter, bundle: Bundle) -> None:
    if matter.act.type == "bundle.sealed.v1":
        bundle.sealed = bundle.sealed or matter.act.hash
    elif matter.act.type == "bundle.issued.v1":
        bundle.issues.add(matter.act.hash)


def _of_person(matter: Matter) -> None:
    act, person = matter.act, matter.states.persons.get(matter.act.stream)
    if act.type == "person.enrolled.v1":
        _enrolled(matter)
    elif person is not None and act.type in _OF_PERSONS:
        _OF_PERSONS[act.type](matter, person)


def _in_exhibits(matter: Matter) -> None:
    if matter.act.type == "exhibit.received.v1":
        _received(matter)
    if matter.act.stream in matter.states.exhibits:
        _of_exhibit(matter, matter.states.exhibits[matter.act.stream])


def _in_bundles(matter: Matter) -> None:
    if matter.act.type == "bundle.requested.v1":
        _requested(matter)
    if matter.act.stream in matter.states.bundles:
        _of_bundle(matter, matter.states.bundles[matter.act.stream])


def _of_ledger(matter: Matter) -> None:
    if matter.act.type == "ledger.founded.v1":
        _founded(matter)


_KINDS: Mapping[str, Callable[[Matter], None]] = {
    "ledger": _of_ledger,
    "person": _of_person,
    "case": _of_case,
    "exhibit": _in_exhibits,
    "bundle": _in_bundles,
}


def fold(matter: Matter) -> None:
    """Change the states by an act whose members are of its type's form; some kinds have no state."""
    kind = _KINDS.get(matter.act.stream.partition("/")[0])
    if kind is not None:
        kind(matter)

"""The facts of the persons whom a bundle names: names over time, keys, roles, and on whose word the keys rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from api.court.entries import moment, shown
from api.court.items import NOTHING, WITHHELD, KeyFacts, PersonFacts, RoleFacts, Shown
from custody.history import OpenEntry, person_record
from custody.states import KeyState, LedgerState, PersonState, evolve
from custody.values import PersonId

Streams = Mapping[str, Sequence[OpenEntry]]


def person_facts(streams: Streams) -> Mapping[str, PersonFacts]:
    """Return the facts of each person with a stream here, and of those whom entry 0 enrols."""
    founding = next((found[0] for name, found in streams.items() if name.startswith("ledger/")), None)
    ledger = None if founding is None else evolve(None, founding.recorded)
    first = ledger if isinstance(ledger, LedgerState) else None
    names = {name for name in streams if name.startswith("person/")}
    if first is not None:
        names |= {str(first.founder.stream), str(first.service.stream)}
    roles = list(_case_roles(streams))
    found = {}
    for name in sorted(names):
        base = None if first is None else first.person(PersonId(name))
        entries = streams.get(name, ())
        beginning = founding if base is not None else entries[0]
        if beginning is not None:
            own = tuple(role for person, role in roles if person == name)
            found[name] = _person(name, entries, base, beginning, own)
    return found


def _person(
    name: str,
    entries: Sequence[OpenEntry],
    base: PersonState | None,
    beginning: OpenEntry,
    roles: tuple[RoleFacts, ...],
) -> PersonFacts:
    record = person_record(entries, base)
    fields = {} if record is None else record.fields
    state = None if record is None else record.state
    return PersonFacts(
        person=name,
        place=_place(base),
        names=tuple(
            (each.index, WITHHELD if each.withheld else Shown(each.value)) for each in fields.get("name", ())
        ),
        identity=NOTHING if base is not None else shown(beginning, "identity_check"),
        enrolled=moment(beginning),
        keys=() if state is None else tuple(_key(each) for each in state.keys.values()),
        roles=(*_ledger_roles(state), *roles),
        active=state is None or state.active,
    )


def _place(base: PersonState | None) -> str:
    if base is None:
        return "enrolled"
    return "service" if "service" in base.roles else "founder"


def _key(state: KeyState) -> KeyFacts:
    return KeyFacts(
        fingerprint=state.fingerprint,
        algorithm=state.algorithm,
        use=state.use,
        granted=state.granted,
        confirmed=state.confirmed,
        ended=state.ended,
        word=str(state.word),
    )


def _ledger_roles(state: PersonState | None) -> Iterator[RoleFacts]:
    for name, role in ({} if state is None else state.roles).items():
        yield RoleFacts(name, None, role.granted, role.ended)


def _case_roles(streams: Streams) -> Iterator[tuple[str, RoleFacts]]:
    for case, entries in streams.items():
        if not case.startswith("case/"):
            continue
        open_: dict[tuple[str, str], int] = {}
        for entry in entries:
            act, index = entry.recorded.entry.act, entry.recorded.index
            member = str(act.public.get("person")), str(act.public.get("role"))
            if act.type == "case.opened.v1":
                open_[(act.person, "officer")] = index
            elif act.type == "case.member-added.v1":
                open_[member] = index
            elif act.type == "case.member-removed.v1" and member in open_:
                yield member[0], RoleFacts(member[1], case, open_.pop(member), index)
        for (person, role), since in open_.items():
            yield person, RoleFacts(role, case, since, None)

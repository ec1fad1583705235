"""What entry 0 and entries of person streams change in the rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, cast

from custody.canonical import Json
from custody.keys import read_key
from custody.ports import Recorded
from custody.states.person import carried_keys
from events.database import Value
from events.projections.people import ENDED, GOOD, PROPOSED, WAITING

_Change = tuple[str, tuple[Value, ...]]

_ENROLLED: Final = "INSERT INTO listed_person VALUES (?, ?, ?, ?, 1, ?)"
_NAME: Final = "UPDATE listed_person SET name = ?, sort_name = ? WHERE person = ?"
_ACTIVE: Final = "UPDATE listed_person SET active = ? WHERE person = ?"
_ROLE: Final = "INSERT INTO listed_role VALUES (?, ?) ON CONFLICT DO NOTHING"
_NO_ROLE: Final = "DELETE FROM listed_role WHERE person = ? AND role = ?"
_KEY: Final = "INSERT INTO listed_key VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
# ruff: noqa: S608 - statements are put together from constants of our own
_CONFIRMED: Final = (
    f"UPDATE listed_key SET state = '{GOOD}' WHERE person = ? AND state = '{WAITING}' AND granted = "
    "(SELECT granted FROM listed_key WHERE person = ? AND fingerprint = ?)"
)
_REVOKED: Final = f"UPDATE listed_key SET state = '{ENDED}' WHERE person = ? AND fingerprint = ?"
_PROPOSAL: Final = "INSERT INTO listed_proposal VALUES (?, ?, ?, ?)"
_APPROVED: Final = "DELETE FROM listed_proposal WHERE act = ?"
_GRANTED: Final = f"UPDATE listed_key SET state = '{WAITING}', granted = ? WHERE proposal = ?"


def _founded(recorded: Recorded, _opened: Mapping[str, Json]) -> Iterator[_Change]:
    for part, role in (("founder", "administrator"), ("service", "service")):
        who = cast(dict[str, Json], recorded.entry.act.public[part])
        person = cast(str, who["person"])
        yield _ENROLLED, (person, recorded.index, "", "", recorded.entry.recorded_at)
        yield _ROLE, (person, role)
        for member in ("key", "session_key"):
            if who.get(member) is not None:
                key = read_key(who[member], member)
                yield _KEY, (person, key.fingerprint, key.use, GOOD, recorded.index, None)


def _enrolled(recorded: Recorded, opened: Mapping[str, Json]) -> Iterator[_Change]:
    person, name = recorded.entry.act.stream, cast(str, opened.get("name", ""))
    yield _ENROLLED, (person, recorded.index, name, name.casefold(), recorded.entry.recorded_at)
    yield from _keys(recorded, WAITING, None)


def _keys(recorded: Recorded, state: str, proposal: str | None) -> Iterator[_Change]:
    person = recorded.entry.act.stream
    for key in carried_keys(recorded):
        yield _KEY, (person, key.fingerprint, key.use, state, recorded.index, proposal)


def _confirmed(recorded: Recorded, _opened: Mapping[str, Json]) -> Iterator[_Change]:
    person = recorded.entry.act.stream
    yield _CONFIRMED, (person, person, cast(str, recorded.entry.act.public["key"]))


def _key_added(recorded: Recorded, _opened: Mapping[str, Json]) -> Iterator[_Change]:
    key = read_key(recorded.entry.act.public["key"], "key")
    state = GOOD if key.use == "session" else WAITING
    yield _KEY, (recorded.entry.act.stream, key.fingerprint, key.use, state, recorded.index, None)


def _key_revoked(recorded: Recorded, _opened: Mapping[str, Json]) -> Iterator[_Change]:
    yield _REVOKED, (recorded.entry.act.stream, cast(str, recorded.entry.act.public["key"]))


def _proposed(recorded: Recorded, _opened: Mapping[str, Json]) -> Iterator[_Change]:
    act = recorded.entry.act
    yield _PROPOSAL, (act.hash, act.stream, act.person, recorded.entry.recorded_at)
    yield from _keys(recorded, PROPOSED, act.hash)


def _approved(recorded: Recorded, _opened: Mapping[str, Json]) -> Iterator[_Change]:
    proposal = cast(str, recorded.entry.act.public["proposal"])
    yield _GRANTED, (recorded.index, proposal)
    yield _APPROVED, (proposal,)


def _role_granted(recorded: Recorded, _opened: Mapping[str, Json]) -> Iterator[_Change]:
    yield _ROLE, (recorded.entry.act.stream, cast(str, recorded.entry.act.public["role"]))


def _role_withdrawn(recorded: Recorded, _opened: Mapping[str, Json]) -> Iterator[_Change]:
    yield _NO_ROLE, (recorded.entry.act.stream, cast(str, recorded.entry.act.public["role"]))


def _activity(recorded: Recorded, _opened: Mapping[str, Json]) -> Iterator[_Change]:
    act = recorded.entry.act
    yield _ACTIVE, (int(act.type == "person.reactivated.v1"), act.stream)


def _amended(recorded: Recorded, opened: Mapping[str, Json]) -> Iterator[_Change]:
    name = cast(str, opened.get("name", ""))
    yield _NAME, (name, name.casefold(), recorded.entry.act.stream)


CHANGES: Final = {
    "ledger.founded.v1": _founded,
    "person.enrolled.v1": _enrolled,
    "person.confirmed.v1": _confirmed,
    "person.key-added.v1": _key_added,
    "person.key-revoked.v1": _key_revoked,
    "person.recovery-proposed.v1": _proposed,
    "person.recovery-approved.v1": _approved,
    "person.role-granted.v1": _role_granted,
    "person.role-withdrawn.v1": _role_withdrawn,
    "person.deactivated.v1": _activity,
    "person.reactivated.v1": _activity,
    "person.amended.v1": _amended,
}

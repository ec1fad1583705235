"""Lists of persons, and what waits for one of them."""

from __future__ import annotations

from typing import Final, cast

from custody.values import ActHash, Fingerprint, PersonId
from events.database import Database, Row
from events.projections import exhibits
from events.projections.paging import Asked, Page, page_of
from events.projections.rows import Inbox, PersonRow, WaitingKey, WaitingRecovery

# States of `listed_key`: on a proposal that nobody approved, waiting for its person, good, revoked.
PROPOSED: Final = "proposed"
WAITING: Final = "waiting"
GOOD: Final = "good"
ENDED: Final = "ended"

# ruff: noqa: S608 - statements are put together from constants of our own
_COLUMNS: Final = "person, name, active, enrolled_at"
_PAGE: Final = (
    f"SELECT sort_name, person, {_COLUMNS} FROM listed_person WHERE (sort_name, person) > (?, ?) "
    "ORDER BY sort_name, person LIMIT ?"
)
_ONE: Final = f"SELECT {_COLUMNS} FROM listed_person WHERE person = ?"
_ROLES: Final = "SELECT person, role FROM listed_role WHERE person IN ({marks}) ORDER BY role"
_KEYS: Final = (
    "SELECT person, fingerprint, granted FROM listed_key "
    f"WHERE person = ? AND state = '{WAITING}' AND key_use = 'act' ORDER BY granted"
)
_RECOVERIES: Final = (
    "SELECT act, person, proposed_by, proposed_at FROM listed_proposal "
    "WHERE proposed_by <> ? AND person <> ? ORDER BY proposed_at, act"
)
_ADMINISTRATOR: Final = "SELECT 1 FROM listed_role WHERE person = ? AND role = 'administrator'"


def persons(database: Database, asked: Asked) -> Page[PersonRow]:
    """Return persons by name."""
    rows = database.read(_PAGE, (*asked.after(""), asked.limit + 1))
    roles = _roles(database, [cast(str, row[1]) for row in rows])
    return page_of(rows, asked, lambda row: _row(row, roles))


def person(database: Database, name: PersonId) -> PersonRow | None:
    """Return a person, or None."""
    rows = database.read(_ONE, (name,))
    return _row(rows[0], _roles(database, [name])) if rows else None


def inbox(database: Database, name: PersonId) -> Inbox:
    """Return what waits for a person."""
    keys = tuple(
        WaitingKey(person=PersonId(who), fingerprint=Fingerprint(key), granted=granted)
        for who, key, granted in cast(list[tuple[str, str, int]], database.read(_KEYS, (name,)))
    )
    return Inbox(offers=exhibits.offered(database, name), keys=keys, recoveries=_recoveries(database, name))


def _recoveries(database: Database, name: PersonId) -> tuple[WaitingRecovery, ...]:
    if not database.read(_ADMINISTRATOR, (name,)):
        return ()
    rows = cast(list[tuple[str, str, str, str]], database.read(_RECOVERIES, (name, name)))
    return tuple(
        WaitingRecovery(act=ActHash(act), person=PersonId(who), proposed_by=PersonId(by), proposed_at=at)
        for act, who, by, at in rows
    )


def _roles(database: Database, names: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in names}
    if names:
        marks = ", ".join("?" for _ in names)
        for name, role in cast(list[tuple[str, str]], database.read(_ROLES.format(marks=marks), names)):
            found[name].append(role)
    return found


def _row(found: Row, roles: dict[str, list[str]]) -> PersonRow:
    name, shown, active, enrolled_at = cast(tuple[str, str, int, str], found)
    return PersonRow(
        person=PersonId(name),
        name=shown,
        active=bool(active),
        enrolled_at=enrolled_at,
        roles=tuple(roles[name]),
    )

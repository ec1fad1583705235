"""Lists of cases and their members."""

from __future__ import annotations

from typing import Final, cast

from custody.values import CaseId, PersonId
from events.database import Database, Row
from events.projections.paging import Asked, Page, page_of
from events.projections.rows import CaseRow

_COLUMNS: Final = "case_id, reference, title, closed, opened_at, opened_by, changed"
_PAGE: Final = (
    f"SELECT reference, case_id, {_COLUMNS} FROM listed_case "  # noqa: S608 - constants of our own
    "WHERE (reference, case_id) > (?, ?) {sight} ORDER BY reference, case_id LIMIT ?"
)
_IN_SIGHT: Final = "AND case_id IN (SELECT case_id FROM listed_member WHERE person = ?)"
_ONE: Final = f"SELECT {_COLUMNS} FROM listed_case WHERE case_id = ?"  # noqa: S608 - constants of our own
_OF_PERSON: Final = "SELECT DISTINCT case_id FROM listed_member WHERE person = ?"
_MEMBERS: Final = "SELECT person, role FROM listed_member WHERE case_id = ? ORDER BY person, role"


def cases(database: Database, sight: PersonId | None, asked: Asked) -> Page[CaseRow]:
    """Return cases by reference; those of which `sight` is a member, or all."""
    key, name = asked.after("")
    limit = asked.limit + 1
    if sight is None:
        rows = database.read(_PAGE.format(sight=""), (key, name, limit))
    else:
        rows = database.read(_PAGE.format(sight=_IN_SIGHT), (key, name, sight, limit))
    return page_of(rows, asked, _row)


def case(database: Database, name: CaseId) -> CaseRow | None:
    """Return a case, or None."""
    rows = database.read(_ONE, (name,))
    return _row(rows[0]) if rows else None


def cases_of(database: Database, person: PersonId) -> list[CaseId]:
    """Return the cases in which a person has a role."""
    return [CaseId(cast(str, row[0])) for row in database.read(_OF_PERSON, (person,))]


def members(database: Database, name: CaseId) -> list[tuple[PersonId, str]]:
    """Return the present members of a case with their roles."""
    return [cast(tuple[PersonId, str], row) for row in database.read(_MEMBERS, (name,))]


def _row(found: Row) -> CaseRow:
    name, reference, title, closed, opened_at, opened_by, changed = found
    return CaseRow(
        case=CaseId(cast(str, name)),
        reference=cast(str, reference),
        title=cast(str, title),
        closed=bool(closed),
        opened_at=cast(str, opened_at),
        opened_by=PersonId(cast(str, opened_by)),
        changed=cast(int, changed),
    )

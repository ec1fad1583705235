"""Lists of exhibits and of their files."""

from __future__ import annotations

from typing import Final, cast

from custody.references import write_reference
from custody.values import ActHash, CaseId, ExhibitId, FileId, PersonId
from events.database import Database, Row, Value
from events.projections.paging import Asked, Page, page_of
from events.projections.rows import ExhibitRow, HeldFile, OpenOffer

_COLUMNS: Final = (
    "e.exhibit, e.case_id, c.reference, e.ordinal, e.kind, e.title, e.site, e.custodian, e.in_error, "
    "e.received_at, e.changed, e.offer, e.offered_by, e.offered_to, e.offered_at, e.checked, e.checked_at"
)
_FROM: Final = "FROM listed_exhibit e LEFT JOIN listed_case c ON c.case_id = e.case_id"

_OF_CASE: Final = (
    f"SELECT e.ordinal, e.exhibit, {_COLUMNS} {_FROM} WHERE e.case_id = ? AND (e.ordinal, e.exhibit) > (?, ?) "
    "ORDER BY e.ordinal, e.exhibit LIMIT ?"
)
_HELD_BY: Final = (
    f"SELECT e.first, e.exhibit, {_COLUMNS} {_FROM} WHERE e.custodian = ? AND (e.first, e.exhibit) > (?, ?) "
    "ORDER BY e.first, e.exhibit LIMIT ?"
)
_NUMBERED: Final = (
    "SELECT ordinal, exhibit, ordinal, exhibit FROM listed_number WHERE case_id = ? AND (ordinal, exhibit) > (?, ?) "
    "ORDER BY ordinal, exhibit LIMIT ?"
)
_ONE: Final = f"SELECT {_COLUMNS} {_FROM} WHERE e.exhibit = ?"
_OFFERED: Final = f"SELECT {_COLUMNS} {_FROM} WHERE e.offered_to = ? ORDER BY e.first"
_FILES: Final = (
    "SELECT f.file, f.exhibit, e.case_id, c.reference, e.ordinal, f.name, f.size, f.sha256, f.sha512 "
    "FROM listed_file f JOIN listed_exhibit e ON e.exhibit = f.exhibit "
    "LEFT JOIN listed_case c ON c.case_id = e.case_id WHERE {column} = ? ORDER BY e.first, f.file"
)


def exhibits(database: Database, case: CaseId, asked: Asked) -> Page[ExhibitRow]:
    """Return the exhibits that are in a case now, by their number in it."""
    return page_of(database.read(_OF_CASE, (case, *asked.after(-1), asked.limit + 1)), asked, _row)


def numbered(database: Database, case: CaseId, asked: Asked) -> Page[tuple[int, ExhibitId]]:
    """Return every exhibit that was ever given a number in a case, by number."""
    rows = database.read(_NUMBERED, (case, *asked.after(-1), asked.limit + 1))
    return page_of(rows, asked, lambda row: cast(tuple[int, ExhibitId], row))


def held_by(database: Database, custodian: PersonId, asked: Asked) -> Page[ExhibitRow]:
    """Return the exhibits that a person is answerable for now."""
    return page_of(database.read(_HELD_BY, (custodian, *asked.after(-1), asked.limit + 1)), asked, _row)


def exhibit(database: Database, name: ExhibitId) -> ExhibitRow | None:
    """Return an exhibit, or None."""
    rows = database.read(_ONE, (name,))
    return _row(rows[0]) if rows else None


def offered(database: Database, to: PersonId) -> tuple[ExhibitRow, ...]:
    """Return the exhibits that are on offer to a person."""
    return tuple(_row(row) for row in database.read(_OFFERED, (to,)))


def files(database: Database, name: ExhibitId) -> list[HeldFile]:
    """Return the files of an exhibit whose digests are disclosed."""
    return _held(database, "f.exhibit", name)


def held(database: Database, sha256: str) -> list[HeldFile]:
    """Return the files that have this SHA-256 (hex)."""
    return _held(database, "f.sha256", sha256)


def _held(database: Database, column: str, value: Value) -> list[HeldFile]:
    return [_file(row) for row in database.read(_FILES.format(column=column), (value,))]


def shown_reference(reference: Value, ordinal: Value) -> str | None:
    """Return the reference of an exhibit, or None while its case's reference is withheld."""
    return write_reference(cast(str, reference), cast(int, ordinal)) if reference and ordinal else None


def _file(found: Row) -> HeldFile:
    file, name, case, reference, ordinal, original, size, sha256, sha512 = found
    return HeldFile(
        file=FileId(cast(str, file)),
        exhibit=ExhibitId(cast(str, name)),
        case=CaseId(cast(str, case)),
        reference=shown_reference(reference, ordinal),
        name=cast(str, original),
        size=cast(int, size),
        sha256=cast(str, sha256),
        sha512=cast(str, sha512),
    )


def _row(found: Row) -> ExhibitRow:
    name, case, reference, ordinal, kind, title, site, custodian, in_error, received_at, changed = found[:11]
    return ExhibitRow(
        exhibit=ExhibitId(cast(str, name)),
        case=CaseId(cast(str, case)),
        reference=shown_reference(reference, ordinal),
        ordinal=cast(int, ordinal),
        kind=cast(str, kind),
        title=cast(str, title),
        site=cast(str, site),
        custodian=PersonId(cast(str, custodian)),
        in_error=bool(in_error),
        received_at=cast(str, received_at),
        changed=cast(int, changed),
        offer=_offer(found[11:15]),
        checked=cast(str | None, found[15]),
        checked_at=cast(str | None, found[16]),
    )


def _offer(found: Row) -> OpenOffer | None:
    if found[0] is None:
        return None
    act, by, to, offered_at = cast(tuple[str, str, str, str], found)
    return OpenOffer(act=ActHash(act), by=PersonId(by), to=PersonId(to), offered_at=offered_at)

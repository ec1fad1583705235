"""Search over every disclosed text: all words of a query, each as the beginning of a word, newest stream first."""

from __future__ import annotations

from typing import Final, cast

from custody.values import CaseId, PersonId, StreamName
from events.database import Database, Row, Value
from events.projections.exhibits import shown_reference
from events.projections.paging import Asked, Page, page_of
from events.projections.rows import Hit
from events.projections.words import query_ranges

_FOUND: Final = (
    "SELECT -s.first, s.stream, s.stream, c.case_id, c.reference, c.title, e.case_id, ec.reference, e.ordinal, "
    "e.title, p.name FROM listed_subject s "
    "LEFT JOIN listed_case c ON c.case_id = s.stream "
    "LEFT JOIN listed_exhibit e ON e.exhibit = s.stream "
    "LEFT JOIN listed_case ec ON ec.case_id = e.case_id "
    "LEFT JOIN listed_person p ON p.person = s.stream "
    "WHERE s.first < ? {sight} {words} ORDER BY s.first DESC LIMIT ?"
)
_WORD: Final = "AND s.first IN (SELECT first FROM listed_word WHERE word >= ? AND word < ?)"
_IN_SIGHT: Final = (
    "AND (p.person IS NOT NULL OR coalesce(c.case_id, e.case_id) IN "
    "(SELECT case_id FROM listed_member WHERE person = ?))"
)
_BEYOND: Final = -(2**53)


def search(database: Database, query: str, sight: PersonId | None, asked: Asked) -> Page[Hit]:
    """Return the streams in which each word of the query begins some word of a text; none for no word."""
    ranges = query_ranges(query)
    before = -cast(int, asked.after(_BEYOND)[0])
    if not ranges:
        return Page((), None)
    statement = _FOUND.format(sight=_IN_SIGHT if sight else "", words=" ".join(_WORD for _ in ranges))
    values: list[Value] = [before, *([sight] if sight else [])]
    values += [bound for pair in ranges for bound in pair]
    return page_of(database.read(statement, [*values, asked.limit + 1]), asked, _hit)


def _hit(found: Row) -> Hit:
    stream, case, reference, title, own_case, case_reference, ordinal, own_title, name = found
    kind = cast(str, stream).partition("/")[0]
    if kind == "exhibit":
        case, reference, title = own_case, shown_reference(case_reference, ordinal), own_title
    elif kind == "person":
        title = name
    return Hit(
        stream=StreamName(cast(str, stream)),
        kind=kind,
        case=None if case is None else CaseId(cast(str, case)),
        reference=cast(str | None, reference) or None,
        title=cast(str, title) or "",
    )

"""The projections, held row by row against those that a fold of the entries gives."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final, cast

from custody.errors import ChainBroken, ContentAltered, Malformed, TooLarge
from events.database import Database, Row, Session
from events.entry_reader import EntryReader
from events.fsck.derived import Fault
from events.fsck.refolding import Refolded, Table
from events.projections.tables import TABLES
from events.rows import UniqueTaken
from events.schema import Engine
from events.stream_keys import StreamKeys

TOLD: Final = 100  # rows of each table
MENDED: Final = "a rebuild of the projections mends it"

_PAGE: Final = 2_000
_POSITION: Final = "SELECT size FROM listed_position WHERE one = 1"
_TABLES: Final[dict[Engine, str]] = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'listed_%'",
    "postgresql": "SELECT relname::text FROM pg_class WHERE oid IN "
    "(SELECT to_regclass(name) FROM unnest(string_to_array(?, ' ')) AS name)",
}


def listed(database: Database, keys: StreamKeys, size: int) -> Iterator[Fault]:
    """Yield a fault for each row that the entries do not entail, or entail otherwise, and for each that is missing.

    What is compared is one moment, however far the rows had caught up by then; tables that were never made are
    none at fault. The fold takes memory of a fixed size: its rows are in a file without a name. Raises Unavailable.
    """
    missing = TABLES.keys() - _present(database)
    if missing == TABLES.keys():
        return
    for table in sorted(missing):
        yield -1, table, f"the table is missing; {MENDED}"
    if missing:
        return
    with Refolded() as refolded:
        try:
            refolded.fold(EntryReader(database, keys), min(_position(database.read(_POSITION)), size))
            yield from _compared(database, keys, refolded, size)
        except (ChainBroken, ContentAltered, Malformed, TooLarge) as fault:
            yield -1, "listed_position", f"the rows cannot be derived anew: {fault.message}"
        except UniqueTaken:
            yield -1, "listed_position", "the rows cannot be derived anew: two entries make the same one"


def _present(database: Database) -> set[str]:
    names = () if database.engine == "sqlite" else (" ".join(TABLES),)
    return {cast(str, row[0]) for row in database.read(_TABLES[database.engine], names)}


def _position(rows: list[Row]) -> int:
    """Return the number of entries in the rows, 0 where nothing says so."""
    return max(0, cast(int, rows[0][0])) if rows else 0


def _compared(database: Database, keys: StreamKeys, refolded: Refolded, size: int) -> Iterator[Fault]:
    """Compare at one moment; the few entries that were taken in since the fold began are taken in first."""
    with database.snapshot() as session:
        at = _position(session.execute(_POSITION))
        newest = max(size, cast(int, session.execute("SELECT coalesce(max(size), 0) FROM tree")[0][0]))
        if at > newest:
            yield -1, "listed_position", f"{at} entries are said to be in the rows, of {newest}; {MENDED}"
            return
        refolded.fold(EntryReader(database, keys), at)
        for table in refolded.tables:
            differing = _differing(session, refolded, table)
            for what, reason in islice(differing, TOLD):
                yield -1, what, f"{reason}; {MENDED}"
            more = sum(1 for _ in differing)
            if more:
                yield -1, table.name, f"{more} rows more; {MENDED}"


def _differing(session: Session, refolded: Refolded, table: Table) -> Iterator[tuple[str, str]]:
    """Yield table or column, and why, for each row that differs."""
    for row in _rows(session, table):
        key, expected = row[: table.keys], refolded.taken(table, row[: table.keys])
        if expected is None:
            yield table.name, f"no entry entails the row {_said(key)}"
        elif expected != row:
            named = zip(table.columns, row, expected, strict=True)
            odd = [name for name, found, right in named if found != right]
            yield (
                f"{table.name}.{odd[0]}",
                f"the row {_said(key)} differs from its entries in {', '.join(odd)}",
            )
    for key in refolded.left(table):
        yield table.name, f"the row {_said(key)} is missing"


def _rows(session: Session, table: Table) -> Iterator[Row]:
    rows = session.execute(table.first_page, (_PAGE,))
    while rows:
        yield from rows
        rows = session.execute(table.next_page, (*rows[-1][: table.keys], _PAGE))


def _said(key: Row) -> str:
    """Return a key for a terminal, whatever somebody wrote into it."""
    return " ".join(ascii(each) for each in key)[:200]

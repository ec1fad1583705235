"""Taking entries into the rows: a piece of the ledger and the position that it leads to, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Protocol, cast

from custody.act import Disclosure, opened
from custody.catalogue.exhibit import IN_ERROR
from custody.errors import ChainBroken
from custody.history import OpenEntry
from custody.ports import LedgerReader, Recorded
from custody.values import StreamName
from events.database import Database, Session
from events.projections.changes import changes
from events.projections.exhibit_changes import restored
from events.projections.tables import FIRST, TABLES

PIECE: Final = 1_000  # entries per transaction: writers of the ledger wait no longer than one piece takes

_POSITION: Final = "SELECT size FROM listed_position"
_LOCKED: Final = {
    "sqlite": _POSITION,  # its transactions hold the write lock from their beginning
    "postgresql": f"{_POSITION} FOR UPDATE",
}


class Entries(Protocol):
    """What rows are made of: that part of `LedgerReader`."""

    def entries(self, start: int, stop: int) -> Iterator[Recorded]:
        """Yield the entries of [start, stop) in ledger order."""

    def stream(self, name: StreamName) -> Sequence[Recorded]:
        """Return all entries of a stream in order."""

    def disclosures(self, index: int) -> tuple[Disclosure, ...]:
        """Return the disclosures of an entry that can still be opened."""


def catch_up(database: Database, reader: LedgerReader) -> int:
    """Take in all entries recorded so far, and return how many entries are in the rows now."""
    size = reader.head().size
    at = _size(database.read(_POSITION))
    while at < size:
        with database.transaction() as session:
            at = _size(session.execute(_LOCKED[database.engine]))  # others may have caught up meanwhile
            if at < size:
                at = take_in(session, reader, at, min(at + PIECE, size))
    return at


def rebuild(database: Database, reader: LedgerReader) -> int:
    """Empty all rows and take in the whole ledger, so that readers see the rows before or after, never between."""
    size = reader.head().size
    with database.transaction() as session:
        session.execute(_LOCKED[database.engine])
        for table in TABLES:
            session.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of our own
        session.execute(FIRST)
        for at in range(0, size, PIECE):
            take_in(session, reader, at, min(at + PIECE, size))
    return size


def _size(rows: list[tuple[str | int | bytes | None, ...]]) -> int:
    return cast(int, rows[0][0])


def take_in(session: Session, reader: Entries, start: int, stop: int) -> int:
    """Take the entries of [start, stop) into the rows; return `stop`. Raises ChainBroken, ContentAltered, Malformed."""
    for recorded in reader.entries(start, stop):
        _apply(session, reader, recorded)
    session.execute("UPDATE listed_position SET size = ?", (stop,))
    return stop


def _apply(session: Session, reader: Entries, recorded: Recorded) -> None:
    body = recorded.entry.act.body
    values = opened(reader.disclosures(recorded.index)) if body else {}
    try:
        for statement, row in changes(recorded, values):
            session.execute(statement, row)
        if recorded.entry.act.type == IN_ERROR:
            for statement, row in restored(_history(reader, recorded)):
                session.execute(statement, row)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise ChainBroken(recorded.index, f"is not of the form of {recorded.entry.act.type}") from fault


def _history(reader: Entries, recorded: Recorded) -> list[OpenEntry]:
    """Return an exhibit's entries up to one that marks another as recorded in error: rare, so read anew."""
    stream = reader.stream(recorded.entry.act.stream)
    return [
        OpenEntry(each, opened(reader.disclosures(each.index)))
        for each in stream
        if each.index <= recorded.index
    ]

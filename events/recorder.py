"""What both recorders offer to the ledger beyond the library's own methods: one group in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Final, Protocol, cast

from eventsourcing.persistence import StoredEvent

from events.database import Row, Session
from events.rows import EMPTY_TREE, GroupRows, TreeRow

NEWEST_TREE: Final = "SELECT size, root, frontier, recorded_at FROM tree ORDER BY size DESC LIMIT 1"


class Locked(Protocol):
    """The write lock of the ledger, held until the transaction ends."""

    @property
    def session(self) -> Session:
        """For reading what is at the head now."""

    def write(self, rows: GroupRows) -> None:
        """Insert all rows of a group that was planned on the head. Raises HeadMoved, UniqueTaken."""


class LedgerRecorder(Protocol):
    """A recorder of the library that writes whole groups of the ledger."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: object) -> Sequence[int] | None:
        """Write `rows` (a GroupRows whose events these are) if the head is still `rows.after`, and commit.

        Raises HeadMoved, UniqueTaken, Unavailable: nothing was written; CommitUncertain: it is not known.
        """

    def locked(self) -> AbstractContextManager[Locked]:
        """Take the write lock first and commit at the end; raises as `insert_events`."""


def tree_row(found: Sequence[Row]) -> TreeRow:
    """Return the row that NEWEST_TREE found, or the empty tree."""
    if not found:
        return EMPTY_TREE
    return TreeRow(*cast(tuple[int, bytes, bytes, str], found[0]))


def group_of(stored_events: Sequence[StoredEvent], given: Mapping[str, object]) -> GroupRows:
    """Return the `rows` given with these events: an event without its entry is never written."""
    rows = given.get("rows")
    if not isinstance(rows, GroupRows) or stored_events is not rows.events:
        raise ValueError("events are written with the rows of their group only")
    return rows

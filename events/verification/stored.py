"""What is verified: the ledger's rows as they are stored, a piece at a time, never through the readers for users."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple, cast

from custody.values import FileId, StreamName
from events.boxes import Box, boxes_between, boxes_of
from events.database import Database
from events.recorder import NEWEST_TREE, tree_row
from events.rows import TreeRow

PIECE: Final = 250  # entries

_ENTRIES: Final = (
    "SELECT s.notification_id - 1, s.originator_id, s.originator_version, s.topic, s.state, "
    "e.stream, e.version, e.leaf, e.act, e.recorded_at "
    "FROM stored_events s LEFT JOIN entry e ON e.idx = s.notification_id - 1 "
    "WHERE s.notification_id > ? AND s.notification_id <= ? ORDER BY s.notification_id"
)
_TREES: Final = "SELECT size, root FROM tree WHERE size > ? ORDER BY size LIMIT ?"
_COUNTS: Final = (
    "SELECT (SELECT count(*) FROM stored_events), (SELECT coalesce(max(notification_id), 0) FROM stored_events), "
    "(SELECT count(*) FROM entry), (SELECT coalesce(max(idx) + 1, 0) FROM entry)"
)
_STREAM: Final = (
    "SELECT notification_id - 1, state FROM stored_events WHERE originator_id = ? ORDER BY originator_version"
)

_STREAM_OF: Final = "SELECT originator_id FROM stored_events WHERE notification_id = ?"
_FILE: Final = "SELECT idx, sha256, sha512, size FROM stored_file WHERE file = ?"


class StoredEntry(NamedTuple):
    """One row of `stored_events` with the row of `entry` beside it, whose columns are None when it is missing."""

    idx: int
    originator_id: str
    originator_version: int
    topic: str
    data: bytes
    stream: str | None
    version: int | None
    leaf: bytes | None
    act: bytes | None
    recorded_at: str | None


class Piece(NamedTuple):
    """Consecutive rows below index `stop`, and the boxes of each entry, newest generation first."""

    stop: int
    entries: list[StoredEntry]
    boxes: dict[int, list[Box]]


class Stored:
    """The rows of one ledger. Raises Unavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def database(self) -> Database:
        """Where the rows are."""
        return self._database

    def head(self) -> TreeRow:
        """Return the newest tree row, or the empty tree."""
        return tree_row(self._database.read(NEWEST_TREE))

    def counts(self) -> tuple[int, int, int, int]:
        """Return number and end of the stored events, and number and end of the entry rows."""
        return cast(tuple[int, int, int, int], self._database.read(_COUNTS)[0])

    def pieces(self, size: int) -> Iterator[Piece]:
        """Yield all rows below `size` in ledger order."""
        for start in range(0, size, PIECE):
            stop = min(start + PIECE, size)
            rows = self._database.read(_ENTRIES, (start, stop))
            boxes = boxes_between(self._database, start, stop)
            yield Piece(stop, [StoredEntry._make(row) for row in rows], boxes)

    def trees(self) -> Iterator[tuple[int, bytes]]:
        """Yield size and root of every tree row."""
        size = -1
        while rows := self._database.read(_TREES, (size, PIECE)):
            yield from cast(list[tuple[int, bytes]], rows)
            size = cast(int, rows[-1][0])

    def stream(self, name: StreamName) -> list[tuple[int, bytes]]:
        """Return index and bytes of the entries of a stream."""
        return cast(list[tuple[int, bytes]], self._database.read(_STREAM, (name,)))

    def boxes(self, index: int) -> list[Box]:
        """Return the boxes of an entry, newest generation first."""
        return boxes_of(self._database, index)

    def file(self, file: FileId) -> tuple[int, str, str, int] | None:
        """Return index, SHA-256 and SHA-512 (hex) and size of a file as its row has them, or None."""
        for index, sha256, sha512, size in self._database.read(_FILE, (file,)):
            return cast(int, index), cast(bytes, sha256).hex(), cast(bytes, sha512).hex(), cast(int, size)
        return None

    def stream_of(self, index: int) -> StreamName | None:
        """Return the stream under which an entry is stored, or None where there is no entry."""
        rows = self._database.read(_STREAM_OF, (index + 1,))
        return StreamName(cast(str, rows[0][0])) if rows else None

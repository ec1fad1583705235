"""What one group writes, as plain columns for either engine, and how a group is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from eventsourcing.persistence import StoredEvent

from events.merkle import EMPTY_ROOT, Node

StreamKeyRow: TypeAlias = tuple[str, int, str, bytes]  # stream, generation, key id, wrapped
FileKeyRow: TypeAlias = tuple[str, str, bytes]  # file, key id, wrapped
StoredFileRow: TypeAlias = tuple[
    str, int, str, bytes, bytes, int, str, str | None, bytes, int, int
]  # the columns of `stored_file`


class TreeRow(NamedTuple):
    """A row of `tree`: the head of the ledger when it had `size` entries; the text is a recorded instant."""

    size: int
    root: bytes
    frontier: bytes
    recorded_at: str


EMPTY_TREE = TreeRow(0, EMPTY_ROOT, b"", "")


@dataclass(slots=True, kw_only=True)
class GroupRows:
    """All rows of one group. They fit on the tree `after` only; `tree` is the head that they make."""

    after: TreeRow
    tree: TreeRow = EMPTY_TREE
    events: list[StoredEvent] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)
    acts: list[bytes] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)  # of level 1 and above; level 0 is in `leaves`
    boxes: list[tuple[int, int, bytes]] = field(default_factory=list)  # index, generation, box
    idempotency: list[tuple[str, str, bytes, int, int]] = field(default_factory=list)
    taken: list[tuple[str, bytes, int]] = field(default_factory=list)
    ordinals: list[tuple[str, int, int]] = field(default_factory=list)
    stream_keys: list[StreamKeyRow] = field(default_factory=list)
    files: list[StoredFileRow] = field(default_factory=list)
    file_keys: list[FileKeyRow] = field(default_factory=list)


class HeadMoved(Exception):
    """Another process wrote first: nothing was written, and the rows must be planned anew. Never leaves `events`."""


class UniqueTaken(Exception):
    """A unique row exists already: nothing was written. Never leaves `events`, but for tables of other rooms."""


class CommitUncertain(Exception):
    """The commit's outcome is not known: read back under the lock. Never leaves `events`."""

"""How streams stand at the head that this process saw last: folded states, kept in memory, few enough to fit.

What is here is right for `head` only. A group planned on it is written if the head, read under the lock, is still
that one; else `refresh` brings it up to date first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import cast

from custody.act import read_entry
from custody.errors import ChainBroken
from custody.ports import Recorded
from custody.states import State, evolve
from custody.values import CaseId, LedgerId, StreamName
from events.database import Database, Session
from events.merkle import Frontier, leaf_hash
from events.recorder import NEWEST_TREE, tree_row
from events.rows import EMPTY_TREE, TreeRow

_OF_STREAM = (
    "SELECT notification_id - 1, state FROM stored_events "
    "WHERE originator_id = ? AND notification_id <= ? ORDER BY originator_version"
)
_AFTER = "SELECT state FROM stored_events WHERE notification_id > ? AND notification_id <= ? ORDER BY notification_id"
_FIRST = "SELECT originator_id, state FROM stored_events WHERE notification_id = 1"
_ORDINAL = "SELECT max(ordinal) FROM ordinal WHERE case_id = ?"


class Standing:
    """A View (custody.states) of the ledger at `head`."""

    def __init__(self, database: Database, capacity: int = 20_000) -> None:
        self._database, self._capacity = database, capacity
        self._lock = Lock()
        self._states: OrderedDict[StreamName, State | None] = OrderedDict()
        self._ordinals: dict[CaseId, int] = {}
        self.at: tuple[TreeRow, Frontier] = EMPTY_TREE, Frontier.empty()
        self.ledger_id: LedgerId | None = None
        self.ledger_stream: StreamName | None = None

    @property
    def head(self) -> TreeRow:
        """The head for which all states here are right."""
        return self.at[0]

    @property
    def size(self) -> int:
        """How many entries are recorded at the head."""
        return self.head.size

    def state(self, stream: StreamName) -> State | None:
        """Return how a stream stands at the head, or None when it has no entry."""
        with self._lock:
            if stream in self._states:
                self._states.move_to_end(stream)
                return self._states[stream]
            head = self.head
        found = folded(self._database, stream, head.size)
        with self._lock:
            if self.head is head:
                self._keep(stream, found)
        return found

    def assume_new(self, stream: StreamName) -> None:
        """Take a stream that is not in memory for one without entries: the unique rows refuse it if it is not."""
        with self._lock:
            if stream not in self._states:
                self._keep(stream, None)

    def forget(self, streams: Iterable[StreamName]) -> None:
        """Drop what is in memory of some streams."""
        with self._lock:
            for stream in streams:
                self._states.pop(stream, None)

    def next_ordinal(self, case: CaseId) -> int:
        """Return the number of the next exhibit of a case, from 1."""
        if case not in self._ordinals:
            newest = self._database.read(_ORDINAL, (case,))[0][0]
            self._ordinals[case] = cast(int, newest or 0) + 1
        return self._ordinals[case]

    def advance(
        self,
        after: TreeRow,
        head: TreeRow,
        frontier: Frontier,
        changed: Mapping[StreamName, State],
        ordinals: Mapping[CaseId, int],
    ) -> None:
        """Take over what a group of this process made on the head `after`, once it is committed.

        Nothing is left to do where a reader has come upon it first and read it back.
        """
        with self._lock:
            if self.at[0] is not after:
                return
            self.at = head, frontier
            for stream, state in changed.items():
                self._keep(stream, state)
            if len(self._ordinals) > self._capacity:
                self._ordinals.clear()
            self._ordinals.update(ordinals)

    def refresh(self, session: Session | None = None) -> list[Recorded]:
        """Read on to the newest head and return the entries in between, which another process wrote.

        `session`: the transaction to read in. Raises ChainBroken when they do not make the root that is stored.
        """
        read = self._database.read if session is None else session.execute
        old, before = self.at
        new = tree_row(read(NEWEST_TREE))
        if new == old or new.size < old.size:  # smaller: the group after it was committed since this was read
            return []
        found = [
            Recorded(old.size + place, read_entry(bytes(cast(bytes, row[0]))))
            for place, row in enumerate(read(_AFTER, (old.size, new.size)))
        ]
        frontier, _ = before.grown(leaf_hash(each.entry.data) for each in found)
        if (frontier.size, frontier.root) != (new.size, new.root):
            raise ChainBroken(old.size, f"the entries up to {new.size} do not make the root that is stored")
        self._follow(old, new, frontier, found)
        return found

    def open(self) -> None:
        """Take the newest head as it is stored, without reading the entries below it.

        Raises ChainBroken for a frontier that is not its root's: the next tree would be another's, and signed.
        """
        with self._lock:
            head = tree_row(self._database.read(NEWEST_TREE))
            frontier = Frontier.from_bytes(head.size, head.frontier)
            if frontier.root != head.root:
                raise ChainBroken(head.size - 1, "the frontier beside the newest root is not that root's")
            self.at = head, frontier
            self._states.clear()
            self._ordinals.clear()
        self._found()

    def _follow(self, old: TreeRow, head: TreeRow, frontier: Frontier, found: Iterable[Recorded]) -> None:
        with self._lock:
            if self.at[0] is not old:  # somebody else brought it up to date meanwhile
                return
            self.at = head, frontier
            self._ordinals.clear()
            for each in found:
                stream = each.entry.act.stream
                known = self._states.get(stream)
                if known is None:
                    self._states.pop(stream, None)
                else:
                    self._states[stream] = evolve(known, each)
        if self.ledger_id is None:
            self._found()

    def _found(self) -> None:
        for stream, state in self._database.read(_FIRST):
            self.set_founded(StreamName(cast(str, stream)), bytes(cast(bytes, state)))

    def set_founded(self, stream: StreamName, data: bytes) -> None:
        """Take over entry 0."""
        self.ledger_stream, self.ledger_id = stream, LedgerId(read_entry(data).digest)

    def _keep(self, stream: StreamName, state: State | None) -> None:
        self._states[stream] = state
        self._states.move_to_end(stream)
        while len(self._states) > self._capacity:
            self._states.popitem(last=False)


def folded(database: Database, stream: StreamName, size: int) -> State | None:
    """Return the state of a stream from its entries below `size`. Raises ChainBroken when one is missing."""
    state: State | None = None
    for version, (index, data) in enumerate(database.read(_OF_STREAM, (stream, size)), 1):
        recorded = Recorded(cast(int, index), read_entry(bytes(cast(bytes, data))))
        if recorded.entry.act.version != version:
            raise ChainBroken(recorded.index, f"version {version} of {stream} is missing")
        state = evolve(state, recorded)
    return state

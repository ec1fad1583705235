"""The ledger for reading: entries, streams, disclosures, checkpoints, receipts and proofs, from stored bytes."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Final, cast

from custody import values
from custody.errors import NotFound
from custody.ports import Receipt, TreeHead
from custody.states import State
from custody.values import LedgerId, StreamName
from events.checkpoint import LogKey
from events.committed import proven
from events.database import Database
from events.entry_reader import EntryReader
from events.proving import StoredNodes
from events.recorder import NEWEST_TREE, tree_row
from events.standing import Standing
from events.stream_keys import StreamKeys

_NOTES: Final = 256  # signed checkpoints kept
_TREE: Final = "SELECT root FROM tree WHERE size = ?"


class Reader(EntryReader):
    """`custody.ports.LedgerReader`."""

    def __init__(self, database: Database, standing: Standing, keys: StreamKeys, log_key: LogKey) -> None:
        super().__init__(database, keys)
        self._standing, self._log_key = standing, log_key
        self._nodes = StoredNodes(database)
        self._notes: OrderedDict[int, bytes] = OrderedDict()
        self._notes_lock = Lock()

    @property
    def ledger_id(self) -> LedgerId:
        """Hex SHA-256 of entry 0. Raises NotFound before the ledger is founded."""
        if self._standing.ledger_id is None:
            self._standing.refresh()
        if self._standing.ledger_id is None:
            raise NotFound("ledger", "here: it is not founded")
        return self._standing.ledger_id

    def head(self) -> TreeHead:
        """Return the newest head; NotFound before the ledger is founded."""
        row = tree_row(self._database.read(NEWEST_TREE))
        if not row.size:
            raise NotFound("ledger", "here: it is not founded")
        return TreeHead(row.size, row.root, values.recorded_instant(row.recorded_at, "recorded_at"))

    def state(self, stream: StreamName) -> State | None:
        """Return the folded state of a stream, or None when it has no entry."""
        self._standing.refresh()
        return self._standing.state(stream)

    def checkpoint(self, size: int | None = None) -> bytes:
        """Return the signed note of the newest head, or of the tree row of `size`. Raises NotFound."""
        size = self.head().size if size is None else size
        with self._notes_lock:
            known = self._notes.get(size)
        if known is None:
            rows = self._database.read(_TREE, (size,))
            if not rows:
                raise NotFound("checkpoint", f"of size {size}")
            known = self._log_key.sign(size, cast(bytes, rows[0][0]))
            with self._notes_lock:
                self._notes[size] = known
                if len(self._notes) > _NOTES:
                    self._notes.popitem(last=False)
        return known

    def receipt(self, index: int) -> Receipt:
        """Return a receipt of an entry under the newest head. Raises NotFound."""
        entry, size = self._entry(index), self.head().size
        return proven(index, entry.data, self._nodes.inclusion(index, size), self.checkpoint(size))

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the inclusion path of `index` in the tree of `size` (RFC 6962 2.1.1). Raises NotFound."""
        if not 0 <= index < size <= self._size(size):
            raise NotFound("proof", f"of entry {index} in a tree of {size}")
        return self._nodes.inclusion(index, size)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the consistency proof between two sizes, 0 < old <= new (RFC 6962 2.1.2). Raises NotFound."""
        if not 0 < old <= new <= self._size(new):
            raise NotFound("proof", f"between the sizes {old} and {new}")
        return self._nodes.consistency(old, new)

    def _size(self, asked: int) -> int:
        """Return a size that the ledger has, the newest one if `asked` is over what is in memory."""
        known = self._standing.head.size
        return known if asked <= known else self.head().size

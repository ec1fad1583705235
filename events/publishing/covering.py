"""A published checkpoint over an entry, now: what waits for no interval (log-v1 section 3)."""

from __future__ import annotations

from custody.errors import NotFound, Unavailable
from events.ledger import StoredLedger
from events.publishing.publisher import Publisher
from events.publishing.record import PublishedRecord
from events.publishing.rows import LedgerRows


class Covering:
    """Has the newest head published on demand. Without a publisher the log's own signature is recorded alone."""

    def __init__(self, ledger: StoredLedger, record: PublishedRecord, publisher: Publisher | None) -> None:
        self._rows, self._record, self._publisher = LedgerRows(ledger.database), record, publisher

    def over(self, index: int) -> int:
        """Return the size of the newest published checkpoint, which covers the entry.

        Raises Unavailable (nothing is lost: ask again), and as `Publisher.run_once`.
        """
        if self._publisher is not None:
            self._publisher.run_once()
        else:
            self._record.record(self._rows.head())
        if not self._covered(index):
            raise Unavailable("published log", f"does not hold entry {index} yet")
        return self._record.covering(index)

    def _covered(self, index: int) -> bool:
        try:
            return self._record.covering(index) > index
        except NotFound:
            return False

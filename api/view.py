"""The ledger as the rules see it (`custody.states.View`), for sessions, permissions and checks."""

from __future__ import annotations

from custody.errors import NotFound
from custody.ports import LedgerReader
from custody.states import State
from custody.values import LedgerId, StreamName


class LedgerView:
    """The ledger at its newest head."""

    def __init__(self, ledger: LedgerReader) -> None:
        self._ledger = ledger
        self._founded: tuple[LedgerId, StreamName] | None = None

    @property
    def ledger_id(self) -> LedgerId | None:
        """Hex SHA-256 of entry 0; None before the ledger is founded."""
        found = self._founding()
        return None if found is None else found[0]

    @property
    def ledger_stream(self) -> StreamName | None:
        """The stream of entry 0; None before the ledger is founded."""
        found = self._founding()
        return None if found is None else found[1]

    @property
    def size(self) -> int:
        """How many entries are recorded."""
        return self._ledger.head().size

    def state(self, stream: StreamName) -> State | None:
        """Return the folded state of a stream, or None when it has no entry."""
        return self._ledger.state(stream)

    def _founding(self) -> tuple[LedgerId, StreamName] | None:
        if self._founded is None:
            try:
                ledger_id = self._ledger.ledger_id
            except NotFound:
                return None
            first = next(iter(self._ledger.entries(0, 1)))
            self._founded = ledger_id, first.entry.act.stream
        return self._founded

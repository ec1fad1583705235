"""Views of the ledger for the rules: what a group has changed so far over what is recorded, and what was read."""

from __future__ import annotations

from custody.states import State, View
from custody.values import LedgerId, StreamName


class Overlay:
    """A View with changes of its own on top of another."""

    __slots__ = ("base", "changed")

    def __init__(self, base: View) -> None:
        self.base = base
        self.changed: dict[StreamName, State] = {}

    @property
    def ledger_id(self) -> LedgerId | None:
        """The ledger's id below; a founding changes it only once it is recorded."""
        return self.base.ledger_id

    @property
    def ledger_stream(self) -> StreamName | None:
        """The stream of entry 0."""
        return self.base.ledger_stream

    @property
    def size(self) -> int:
        """How many entries are recorded below: those of a group in the making have no index that counts yet."""
        return self.base.size

    def state(self, stream: StreamName) -> State | None:
        """Return the changed state, else the one below."""
        found = self.changed.get(stream)
        return self.base.state(stream) if found is None else found


class Noting(Overlay):
    """An overlay that notes which streams were read below, and at which version (0: no entry)."""

    __slots__ = ("reads",)

    def __init__(self, base: View) -> None:
        super().__init__(base)
        self.reads: dict[StreamName, int] = {}

    def state(self, stream: StreamName) -> State | None:
        """Return the changed state, else the one below, noted."""
        found = self.changed.get(stream)
        if found is None:
            found = self.base.state(stream)
            self.reads[stream] = version_of(found)
        return found


def version_of(state: State | None) -> int:
    """Return the version of a stream's newest entry, 0 when it has none."""
    return 0 if state is None else state.version

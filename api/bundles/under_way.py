"""Which bundles are being made now: one operation each, joined by whoever asked for it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from api.operations import Operation
from custody.errors import Conflict, Unavailable
from custody.values import PersonId, StreamName


class UnderWay:
    """The bundles of this process that are under way."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[StreamName, tuple[PersonId, str]] = {}
        self._stopping = threading.Event()

    def join_or(
        self,
        bundle: StreamName,
        person: PersonId,
        begin: Callable[[], Operation],
        joined: Callable[[str], Operation],
    ) -> Operation:
        """Return the operation under way by its id, or one begun now. Raises Conflict while it is somebody else's.

        Whoever began it calls `ended`.
        """
        with self._lock:
            known = self._running.get(bundle)
            if known is None:
                started = begin()
                self._running[bundle] = (person, started.id)
                return started
        if known[0] != person:
            raise Conflict("somebody else is having this bundle made")
        return joined(known[1])

    def stop(self) -> None:
        """Have what is under way end early: nothing of it is recorded, and it is asked for again."""
        self._stopping.set()

    def require_open(self) -> None:
        """Raise Unavailable once the server is being stopped."""
        if self._stopping.is_set():
            raise Unavailable("server", "is being stopped")

    def ended(self, bundle: StreamName) -> None:
        """Let the bundle be made anew."""
        with self._lock:
            self._running.pop(bundle, None)

"""Which bundles are being made now: one operation each, joined by whoever asked for it, and one for each person."""

from __future__ import annotations

import threading
from collections.abc import Callable

from api.operations import Operation
from custody.errors import Busy, Unavailable
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
        """Return the operation under way by its id, or one begun now. Raises Busy as `require_room`.

        Whoever began it calls `ended`.
        """
        with self._lock:
            known = self._known(bundle, person)
            if known is None:
                started = begin()
                self._running[bundle] = (person, started.id)
                return started
        return joined(known)

    def require_room(self, bundle: StreamName, person: PersonId) -> None:
        """Raise Busy while somebody else has this bundle made, or this person another one.

        So one person cannot take all threads; who waits is served in the order of asking.
        """
        with self._lock:
            self._known(bundle, person)

    def _known(self, bundle: StreamName, person: PersonId) -> str | None:
        """Return the operation of this person that makes the bundle, None where there is none. Raises Busy."""
        known = self._running.get(bundle)
        if known is not None and known[0] != person:
            raise Busy("bundle.under-way", "somebody else is having this bundle made")
        if known is None and any(each == person for each, _ in self._running.values()):
            raise Busy("bundle.one-at-a-time", "this person is having another bundle made")
        return None if known is None else known[1]

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

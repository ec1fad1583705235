"""Runs stamping beside the service: a thread that looks now and then whether an authority is due."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from custody.errors import CustodyError
from events.faults import told_fault
from events.timestamping.keeping import TokenObjects
from events.timestamping.stamping import Stamped, Stamping

EVERY: Final = 5.0  # seconds between two looks

Report = Callable[[Stamped | Exception], None]
"""Told of each run: what it left, or why it failed; an exception of no kind of ours is a fault of ours."""


class StampingThread:
    """Started and stopped by composition. Nothing that happens here stops the ledger."""

    def __init__(
        self, stamping: Stamping, objects: TokenObjects | None, report: Report, every: float = EVERY
    ) -> None:
        self._stamping, self._objects, self._report, self._every = stamping, objects, report, every
        self._wake = threading.Event()
        self._ending = False
        self.fault: str | None = None  # why the last look came to nothing
        self._thread = threading.Thread(target=self._run, name="stamping", daemon=True)

    def start(self) -> None:
        """Begin; the first look is at once."""
        self._thread.start()

    def wake(self) -> None:
        """Look now, not at the next interval."""
        self._wake.set()

    def stop(self) -> None:
        """End after the run that is under way."""
        self._ending = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._ending:
            try:
                self._report(stamp_and_keep(self._stamping, self._objects))
                self.fault = None
            except CustodyError as fault:
                self.fault = fault.message
                self._report(fault)
            except Exception as fault:  # noqa: BLE001 - a thread's last handler: it must not end unseen
                self.fault = told_fault(fault)
                self._report(fault)
            self._wake.wait(self._every)
            self._wake.clear()


def stamp_and_keep(
    stamping: Stamping, objects: TokenObjects | None, *, now: bool = False, renew: bool = False
) -> Stamped:
    """Read back tokens that only the place *rebuild* has, stamp what is due, and write the new ones there.

    Raises as `Stamping.run_once` and `TokenObjects.catch_up`.
    """
    if objects is not None:
        objects.catch_up()
    stamped = stamping.run_once(now=now, renew=renew)
    if objects is not None and stamped.tokens:
        objects.catch_up()
    return stamped

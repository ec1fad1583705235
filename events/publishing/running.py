"""Runs the publisher beside the service: a thread that publishes whenever the tree grew."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from custody.errors import CustodyError, IntegrityFailure, WritesRefused
from events.publishing.publisher import Publication, Publisher

EVERY: Final = 3.0  # seconds

Report = Callable[[Publication | Exception], None]
"""Told of each run: what it left, or why it failed. An IntegrityFailure or WritesRefused is an alarm; an exception
of no kind of ours is a fault of ours."""


class PublishingThread:
    """Started and stopped by composition. After an alarm it ends: a person must look first. Nothing else ends it."""

    def __init__(self, publisher: Publisher, report: Report, every: float = EVERY) -> None:
        self._publisher, self._report, self._every = publisher, report, every
        self._wake = threading.Event()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)

    def start(self) -> None:
        """Begin; the first run is at once."""
        self._thread.start()

    def wake(self) -> None:
        """Publish now, not at the next interval."""
        self._wake.set()

    def stop(self) -> None:
        """End after the run that is under way."""
        self._ending = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def is_running(self) -> bool:
        """Whether it still publishes."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._ending:
            try:
                self._report(self._publisher.run_once())
            except (IntegrityFailure, WritesRefused) as alarm:
                self._report(alarm)
                return
            except CustodyError as fault:
                self._report(fault)
            except Exception as fault:  # noqa: BLE001 - a thread's last handler: it must not end unseen
                self._report(fault)
            self._wake.wait(self._every)
            self._wake.clear()

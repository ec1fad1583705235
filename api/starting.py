"""The start of publishing: compare before acts are taken, as often as it takes, then publish whenever the tree grew."""

from __future__ import annotations

import threading
from typing import Final

import structlog

from api.on_store import OnStore
from api.publishing import Telling
from api.settings import Settings
from custody.errors import CustodyError, IntegrityFailure, Malformed, WritesRefused
from events.ledger import StoredLedger
from events.publishing.publisher import Publisher
from events.publishing.running import PublishingThread
from events.publishing.starting import Compared, StartCheck

NOT_COMPARED: Final = (
    "the published log could not be compared with this database, so no acts are taken: {reason}. "
    "It is tried again until the object store answers"
)
PAUSE: Final = (1.0, 60.0)  # seconds until the next attempt: the first, and at most

_log = structlog.get_logger("api.starting")


class Starting:
    """Compares the published log and the witnesses with the database, and begins to publish (log-v1 sections 3, 6).

    While the object store does not answer, the ledger is open for reading only, unless another process publishes,
    and a thread asks again, more and more rarely. An alarm (a fork, a restored backup) ends it for good.
    """

    def __init__(
        self, settings: Settings, ledger: StoredLedger, on_store: OnStore, publisher: Publisher, origin: str
    ) -> None:
        self._settings, self._ledger, self._on_store, self._publisher = settings, ledger, on_store, publisher
        self._check = StartCheck(publisher, on_store.places, origin)
        self._is_judged = False
        self._last: str | None = None
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="starting")
        self._publishing: PublishingThread | None = None

    def begin(self) -> None:
        """Try once, before anything is served; go on in the background if something is missing."""
        if not self.step():
            self._thread.start()

    def stop(self) -> None:
        """End the attempts and the publishing; what is under way is finished."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._publishing is not None:
            self._publishing.stop()

    def step(self) -> bool:
        """Try what is missing once; return whether nothing is left to try."""
        has_all = self._on_store.connect()
        if not self._is_judged:
            self._is_judged = self._judge()
        return has_all and self._is_judged

    def _judge(self) -> bool:
        """Compare; return False when somebody who has to be asked did not answer."""
        try:
            found = self._check.run()
        except (IntegrityFailure, Malformed, WritesRefused) as alarm:
            _log.critical("published_log_alarm", code=alarm.code, message=alarm.message)
            self._ledger.suspend_writes(alarm.message)  # for good, where the check has not done so
            return True
        except CustodyError as fault:
            self._not_compared(fault)
            return False
        for each in found:
            _tell(each)
        self._ledger.resume_writes()
        if self._settings.publish:
            self._publishing = PublishingThread(
                self._publisher, Telling().tell, self._settings.publish_seconds
            )
            self._publishing.start()
        return True

    def _not_compared(self, fault: CustodyError) -> None:
        if self._last != fault.message:
            _log.error("published_log_not_compared", code=fault.code, message=fault.message)
        self._last = fault.message
        if self._settings.publish:
            self._ledger.suspend_writes(NOT_COMPARED.format(reason=fault.message))

    def _run(self) -> None:
        pause = PAUSE[0]
        while not self._ending.wait(pause):
            try:
                if self.step():
                    return
            except Exception:  # noqa: BLE001 - a thread's last handler: acts would be refused for ever, unseen
                _log.critical("starting_fault", exc_info=True)
            pause = min(pause * 2, PAUSE[1])


def _tell(found: Compared) -> None:
    if found.size is None:
        _log.warning("witness_silent", who=found.who, reason=found.reason)
    else:
        _log.info("published_log_compared", who=found.who, size=found.size)

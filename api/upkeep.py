"""What is tidied up now and then: deposits that expired, and uploads to the store that nobody completed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import structlog

from custody.errors import CustodyError
from custody.ports import Clock
from storage.deposits import Deposits
from storage.vault import S3Vault

EVERY: Final = timedelta(hours=1)
UPLOAD_LIFETIME: Final = timedelta(
    days=1
)  # longer than any file takes; one given up early is only stored anew

_log = structlog.get_logger("api.upkeep")


class Upkeep:
    """Tidies up at start and then every hour, on a thread of its own, until it is stopped."""

    def __init__(self, deposits: Deposits, vault: Callable[[], S3Vault | None], clock: Clock) -> None:
        self._deposits = deposits
        self._vault = vault
        self._clock = clock
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upkeep")

    def start(self) -> None:
        """Begin, with a first step at once."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; a step under way is finished."""
        self._stopped.set()
        self._thread.join()

    def step(self) -> None:
        """Tidy up once. What cannot be tidied now is told in the log, and tried again the next time."""
        _attempt("deposits", self._deposits.sweep)
        _attempt("uploads", self._sweep_uploads)

    def _sweep_uploads(self) -> None:
        vault = self._vault()
        if vault is not None:
            vault.sweep_uploads(self._clock.now() - UPLOAD_LIFETIME)

    def _run(self) -> None:
        self.step()
        while not self._stopped.wait(EVERY.total_seconds()):
            self.step()


def _attempt(what: str, sweep: Callable[[], object]) -> None:
    try:
        sweep()
    except CustodyError as fault:
        _log.warning("not_tidied", what=what, code=fault.code, message=fault.message)
    except Exception:  # noqa: BLE001 - the thread's last handler: the other sweep and the next hour must come
        _log.critical("upkeep_fault", what=what, exc_info=True)

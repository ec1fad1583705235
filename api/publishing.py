"""Publishing beside the service: compare before acts are taken, then publish whenever the tree grew."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from api.settings import Settings
from custody.errors import CustodyError, IntegrityFailure, Malformed, Unavailable, WritesRefused
from custody.ports import ObjectStore
from events.ledger import StoredLedger
from events.log_keys import LogKeys
from events.policy import Policy, no_witnesses, parse_policy
from events.publishing.covering import Covering
from events.publishing.places import Places
from events.publishing.publisher import Publication, Publisher
from events.publishing.receipts import ReceiptUpgrade, Stamps
from events.publishing.record import PublishedRecord
from events.publishing.running import PublishingThread
from events.publishing.starting import Compared, StartCheck

NOT_COMPARED: Final = (
    "the published log could not be compared with this database, so no acts are taken: {reason}. "
    "Start again when the object store answers"
)

_log = structlog.get_logger("api.publishing")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedLog:
    """What the routes need of the published log. `places` is None, with the reason, when there is no store."""

    places: Places | None
    fault: str | None
    policy: Policy
    upgrade: ReceiptUpgrade
    covering: Covering

    def require_files(self) -> ObjectStore:
        """Return the place of the log's files. Raises Unavailable when the store was not usable at start."""
        if self.places is None:
            raise Unavailable("published log", str(self.fault))
        return self.places.log


def read_policy(file: Path | None, keys: LogKeys) -> Policy:
    """Return the witnesses that are asked: those of a file, or none.

    Raises Unavailable when the file cannot be read, Malformed, also when it does not name this log's key.
    """
    own = keys.ed25519
    if file is None:
        return no_witnesses(*keys.verifiers)
    try:
        policy = parse_policy(file.read_bytes(), str(file))
    except OSError as fault:
        raise Unavailable("witness policy", f"{file} cannot be read") from fault
    if own.vkey not in {each.key.vkey for each in policy.logs}:
        raise Malformed(str(file), f"does not name this ledger's log key: log {own.vkey}")
    return policy


def published_log(
    ledger: StoredLedger,
    keys: LogKeys,
    policy: Policy,
    found: Places | str,
    publisher: Publisher | None,
    stamps: Stamps | None,
) -> PublishedLog:
    """Return what the routes need; `found` are the places, or why there are none."""
    record = PublishedRecord(ledger.database, keys)
    places, fault = (None, found) if isinstance(found, str) else (found, None)
    return PublishedLog(
        places=places,
        fault=fault,
        policy=policy,
        upgrade=ReceiptUpgrade(ledger, record, policy, stamps),
        covering=Covering(ledger, record, publisher),
    )


def begin(settings: Settings, publisher: Publisher, places: Places, origin: str, stack: ExitStack) -> bool:
    """Compare the published log and the witnesses with the database, then publish until the stack ends.

    Returns whether publishing began. It does not after an alarm, nor when the store does not answer: then the
    ledger is open for reading only, and says why. Where another process publishes, a store that does not answer
    stops nothing.
    """
    check = StartCheck(publisher, places, origin)
    try:
        for each in check.run():
            _tell(each)
    except (IntegrityFailure, Malformed, WritesRefused) as alarm:
        _log.critical("published_log_alarm", code=alarm.code, message=alarm.message)
        return False
    except CustodyError as fault:
        _log.error("published_log_not_compared", code=fault.code, message=fault.message)
        if settings.publish:
            publisher.stop(NOT_COMPARED.format(reason=fault.message))
        return False
    if not settings.publish:
        return False
    thread = PublishingThread(publisher, Telling().tell, settings.publish_seconds)
    thread.start()
    stack.callback(thread.stop)
    return True


def _tell(found: Compared) -> None:
    if found.size is None:
        _log.warning("witness_silent", who=found.who, reason=found.reason)
    else:
        _log.info("published_log_compared", who=found.who, size=found.size)


class Telling:
    """Tells of runs in the log: what is new, each fault once until it changes, and alarms."""

    def __init__(self) -> None:
        self._last: object = None

    def tell(self, came: Publication | CustodyError) -> None:
        """Tell what came of a run."""
        if isinstance(came, IntegrityFailure | WritesRefused):
            _log.critical("publishing_alarm", code=came.code, message=came.message)
        elif isinstance(came, CustodyError):
            if self._is_news(came.message):
                _log.error("not_published", code=came.code, message=came.message)
        else:
            self._published(came)

    def _published(self, came: Publication) -> None:
        if came.is_new:
            _log.info("published", size=came.size, cosigned=came.cosigned)
        if self._is_news(came.silent or None) and came.silent:
            _log.warning("witnesses_silent", size=came.size, silent=came.silent)

    def _is_news(self, found: object) -> bool:
        is_news, self._last = found != self._last, found
        return is_news

"""The published log as the routes see it, who is asked to cosign it, and what is told of its runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import structlog

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

_log = structlog.get_logger("api.publishing")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedLog:
    """What the routes need of the published log."""

    places: Places
    policy: Policy
    upgrade: ReceiptUpgrade
    covering: Covering

    def files(self) -> ObjectStore:
        """Return the place of the log's files; it is unavailable while the object store does not answer."""
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
    places: Places,
    publisher: Publisher,
    stamps: Stamps | None,
) -> PublishedLog:
    """Return what the routes need."""
    record = PublishedRecord(ledger.database, keys)
    return PublishedLog(
        places=places,
        policy=policy,
        upgrade=ReceiptUpgrade(ledger, record, policy, stamps),
        covering=Covering(ledger, record, publisher),
    )


class Telling:
    """Tells of runs in the log: what is new, each fault once until it changes, and alarms."""

    def __init__(self) -> None:
        self._last: object = None

    def tell(self, came: Publication | Exception) -> None:
        """Tell what came of a run."""
        if isinstance(came, IntegrityFailure | WritesRefused):
            _log.critical("publishing_alarm", code=came.code, message=came.message)
        elif isinstance(came, CustodyError):
            if self._is_news(came.message):
                _log.error("not_published", code=came.code, message=came.message)
        elif isinstance(came, Exception):
            if self._is_news(repr(came)):
                _log.critical("publishing_fault", exc_info=came)
        else:
            self._published(came)

    def _published(self, came: Publication) -> None:
        if came.is_new:
            _log.info("published", size=came.size, cosigned=came.cosigned)
        if self._is_news(came.silent or None) and came.silent:
            _log.warning("witnesses_silent", size=came.size, silent=came.silent)
            for name, fault in came.faults.items():
                _log.critical("witness_fault", who=name, exc_info=fault)

    def _is_news(self, found: object) -> bool:
        is_news, self._last = found != self._last, found
        return is_news

"""Publishing by itself, without a service: compare first, then publish once (what an administrator's command calls)."""

from __future__ import annotations

from dataclasses import dataclass

from events.ledger import StoredLedger
from events.log_keys import LogKeys
from events.policy import Policy
from events.publishing.places import Places
from events.publishing.publisher import Publication, Publisher
from events.publishing.starting import Compared, StartCheck
from events.web import Web


@dataclass(frozen=True, slots=True)
class Published:
    """What the published log and the witnesses held before, and what the run left."""

    before: tuple[Compared, ...]
    publication: Publication


def publish_once(
    ledger: StoredLedger, keys: LogKeys, places: Places, policy: Policy, *, web: Web | None = None
) -> Published:
    """Check the places and the witnesses against the database, then publish its head.

    Beside a running service this does no harm. Raises as `StartCheck.run` and `Publisher.run_once`.
    """
    publisher = Publisher(ledger, keys, places, policy, web=web)
    before = StartCheck(publisher, places, keys.origin).run()
    return Published(tuple(before), publisher.run_once())

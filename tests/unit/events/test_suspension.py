"""A ledger that takes no acts for a while, and one that takes none any more."""

from __future__ import annotations

import pytest

from custody.errors import WritesRefused
from events.database import Database
from events.ledger import StoredLedger
from tests.support.verified import VIDEO, story


def test_a_suspension_ends_and_an_alarm_does_not(sqlite_database: Database) -> None:
    """Acts wait for the end of a suspension; an alarm that came meanwhile stays, and its reason is told first."""
    office = story(sqlite_database)
    ledger, size = office.ledger, office.size
    assert isinstance(ledger, StoredLedger)
    ledger.suspend_writes("not compared yet")
    with pytest.raises(WritesRefused, match="not compared yet"):
        office.append(office.move(VIDEO))
    ledger.resume_writes()
    office.append(office.move(VIDEO))
    ledger.suspend_writes("not compared yet")
    ledger.refuse_writes("a fork")
    assert "a fork" == ledger.refusal
    ledger.resume_writes()
    with pytest.raises(WritesRefused, match="a fork"):
        office.append(office.move(VIDEO))
    assert size + 1 == office.size

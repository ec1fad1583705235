"""Records of bundles out of stored rows: byte for byte what the tests' own builder makes from the same story."""

from __future__ import annotations

import pytest

from events.database import Database
from tests.support.bundles import Told, parts, smallest, usual
from tests.support.server_bundles import payload, records_of, told_anchors
from tests.support.told import stored_ledger

STORIES = {
    "whole case": usual,
    "one exhibit": lambda: usual(case=False),
    "smallest": smallest,
}


@pytest.mark.parametrize("name", STORIES)
def test_records_are_those_of_a_second_builder(database: Database, name: str) -> None:
    """Every record has the bytes that the tests' builder makes from the same story."""
    told: Told = STORIES[name]()
    ledger = stored_ledger(database, told.story)
    sizes = [told.at - 3, len(told.story.entries)]
    theirs = {key: data for key, data in parts(told, anchors=sizes).files.items() if _is_record(key)}
    checkpoint, anchors = theirs["data/checkpoint"], told_anchors(told, sizes)
    ours = payload(records_of(ledger, told, checkpoint, anchors), checkpoint, anchors)
    assert theirs == ours


def _is_record(name: str) -> bool:
    return name.startswith("data/") and not name.startswith("data/files/")

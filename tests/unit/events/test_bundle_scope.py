"""The scope of a bundle out of stored rows, against what the tests' own builder makes of the same story."""

from __future__ import annotations

import pytest

from events.bundling.scope import bundle_scope, heads_bytes
from events.database import Database
from tests.support.bundles import Told, exhibits_of, heads_of, jsonl, smallest, usual
from tests.support.told import stored_ledger

STORIES = {
    "whole case": usual,
    "one exhibit": lambda: usual(case=False),
    "smallest": smallest,
}


@pytest.mark.parametrize("name", STORIES)
def test_scope_is_what_the_specification_says(database: Database, name: str) -> None:
    """Exhibits, number and heads are those that a second program finds by reading every entry."""
    told: Told = STORIES[name]()
    ledger = stored_ledger(database, told.story)
    found = bundle_scope(ledger, told.story.entries[told.at - 1].entry.act, told.at)
    assert exhibits_of(told) == list(found.exhibits)
    assert jsonl(heads_of(told)) == heads_bytes(found.heads)
    count = len(found.exhibits) if told.scope["case"] else None
    assert (told.scope["case"], count) == (found.case, found.count)

"""Renewal: one token over all older ones, and the record of a token with its renewals (log-v1 9.5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, cast

from custody import values
from custody.errors import Malformed, NotFound
from events.database import Database
from events.timestamping.der import content_info
from events.timestamping.evidence import Link, write_record
from events.timestamping.hash_tree import HashTree
from events.timestamping.record import Kept, TokenRecord

AHEAD: Final = timedelta(days=30)
AT_MOST: Final = timedelta(days=1)

# Asked every few seconds: each is answered from an index. A renewal has the size 0.
_FIRST: Final = "SELECT came_at FROM tsa_token ORDER BY number LIMIT 1"
_LAST: Final = (
    "SELECT came_at, covered FROM tsa_token WHERE tsa = ? AND size = 0 ORDER BY covered DESC LIMIT 1"
)
_NEWEST: Final = "SELECT until FROM tsa_token WHERE tsa = ? ORDER BY size DESC LIMIT 1"
_ENDING: Final = "SELECT 1 FROM tsa_token WHERE until < ? AND number > ? LIMIT 1"


class Renewals:
    """Says when a TSA's renewal is due, over what it is, and writes the record of a token."""

    def __init__(self, database: Database, record: TokenRecord) -> None:
        self._database, self._record = database, record

    def is_due(self, tsa: str, now: datetime, after: timedelta) -> bool:
        """Whether a TSA's next renewal is due: `after` the last one, or before certificates end."""
        first = self._database.read(_FIRST)
        if not first:
            return False
        last = self._database.read(_LAST, (tsa,))
        since = values.recorded_instant((last or first)[0][0], "tsa_token.came_at")
        if now >= since + after:
            return True
        covered = cast(int, last[0][1]) if last else 0
        return (not last or now >= since + AT_MOST) and self._ends(tsa, covered, now)

    def _ends(self, tsa: str, covered: int, now: datetime) -> bool:
        newest = self._database.read(_NEWEST, (tsa,))
        if not newest:
            return False
        limit = min(values.write_recorded(now + AHEAD), str(newest[0][0]))
        return bool(self._database.read(_ENDING, (limit, covered)))

    def tree(self, covered: int) -> HashTree:
        """Return the tree over the tokens 1 to `covered`. Raises NotFound when there is none."""
        leaves = self._record.leaves(covered)
        if not leaves or len(leaves) != covered:
            raise NotFound("time-stamp", f"1 to {covered}")
        return HashTree(leaves)

    def evidence(self, number: int) -> bytes:
        """Return the evidence record of a token over a checkpoint.

        Raises NotFound, and Malformed for a renewal, which is part of the records of others.
        """
        kept = self._record.one(number)
        if not kept.size:
            raise Malformed("number", "is a renewal: ask for the record of a token over a checkpoint")
        links = [Link(content_info(kept.response))]
        while (newer := self._record.renewal(kept.number)) is not None:
            kept, before = self._record.one(newer), kept
            links.append(self._link(kept, before))
        return write_record(links)

    def _link(self, renewal: Kept, before: Kept) -> Link:
        lists = self.tree(renewal.covered).reduced(before.leaf)
        return Link(content_info(renewal.response), lists)

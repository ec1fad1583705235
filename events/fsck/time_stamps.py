"""Kept time-stamps, held against the checkpoints and the tokens that they are over; no root is judged (log-v1 9.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from custody.errors import Malformed, NotProven
from events.database import Database
from events.fsck.derived import Fault
from events.timestamping.keeping import require_token
from events.timestamping.record import Kept, TokenRecord

_PAGE: Final = 200


def time_stamps(database: Database) -> Iterator[Fault]:
    """Yield a fault for each row that is not a token over what it says, and for each number that is missing."""
    record, number = TokenRecord(database), 0
    while page := record.after(number, _PAGE):
        for kept in page:
            if kept.number != number + 1:
                yield kept.size - 1, "tsa_token.number", f"there is none between {number} and {kept.number}"
            number = kept.number
            yield from _faults(database, record, kept)


def _faults(database: Database, record: TokenRecord, kept: Kept) -> Iterator[Fault]:
    try:
        require_token(database, kept, record.leaves)
    except (Malformed, NotProven) as fault:
        yield kept.size - 1, "tsa_token.response", f"number {kept.number}: {fault.message}"

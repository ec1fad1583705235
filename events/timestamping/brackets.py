"""Brackets: between which moments an entry came into the ledger, by the word of others (log-v1 9.6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, cast

from custody import values
from custody.errors import Malformed
from events.database import Database
from events.note import parse_note

NEAREST: Final = 64  # lines or tokens looked at on either side; a bracket may be wider than it need be

_AFTER: Final = "SELECT line FROM cosignature WHERE size <= ? ORDER BY size DESC LIMIT ?"
_BEFORE: Final = "SELECT time FROM tsa_token WHERE size > ? ORDER BY size, time LIMIT ?"
_TIME: Final = 8  # bytes before a cosignature
_LATEST: Final = 253_370_764_800  # POSIX seconds at the end of the year 9998: no calendar time after it


@dataclass(frozen=True, slots=True)
class Bracket:
    """After and before which moment an entry was recorded; None where nobody says."""

    after: datetime | None
    before: datetime | None

    def told(self) -> dict[str, str | None]:
        """Return it as JSON: recorded instants."""
        return {
            "after": None if self.after is None else values.write_recorded(self.after),
            "before": None if self.before is None else values.write_recorded(self.before),
        }


class Brackets:
    """Reads the cosignatures and tokens next to an entry; both were verified before they were kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, index: int) -> Bracket:
        """Return the bracket of an entry. Raises Unavailable."""
        lines = self._database.read(_AFTER, (index, NEAREST))
        times = [cosigned_at(cast(str, row[0])) for row in lines]
        tokens = self._database.read(_BEFORE, (index, NEAREST))
        before = [values.recorded_instant(row[0], "tsa_token.time") for row in tokens]
        after = [time for time in times if time is not None]
        return Bracket(max(after, default=None), min(before, default=None))


def cosigned_at(line: str) -> datetime | None:
    """Return the time of a cosignature's line; None when it is no calendar time."""
    try:
        (found,) = parse_note(f"line\n\n{line}".encode()).signatures
    except (Malformed, ValueError):
        return None
    seconds = int.from_bytes(found.payload[:_TIME], "big")
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < _LATEST else None

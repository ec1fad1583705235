"""The tokens that count, numbered as they were kept: the table `tsa_token`, which only grows (log-v1 9.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self, cast

from custody import values
from custody.errors import NotFound, Unavailable
from events.database import Database, Row
from events.rows import UniqueTaken
from events.timestamping.tokens import Token

_COLUMNS: Final = "number, tsa, size, covered, leaf, time, came_at, until, response"
_ONE: Final = f"SELECT {_COLUMNS} FROM tsa_token WHERE number = ?"  # noqa: S608 - our own columns
_OVER: Final = f"SELECT {_COLUMNS} FROM tsa_token WHERE size = ? AND size > 0 ORDER BY tsa"  # noqa: S608
_AFTER: Final = f"SELECT {_COLUMNS} FROM tsa_token WHERE number > ? ORDER BY number LIMIT ?"  # noqa: S608
_SAME: Final = "SELECT number FROM tsa_token WHERE tsa = ? AND size = ? AND covered = ?"
_LAST: Final = "SELECT max(number) FROM tsa_token"
_NEWEST_OF: Final = "SELECT max(size) FROM tsa_token WHERE tsa = ?"
_LEAVES: Final = "SELECT leaf FROM tsa_token WHERE number <= ? ORDER BY number"
_RENEWALS: Final = "SELECT number FROM tsa_token WHERE size = 0 AND covered >= ? ORDER BY number LIMIT 1"
_SIZES: Final = "SELECT DISTINCT size FROM tsa_token WHERE size > 0 ORDER BY size"
_FIRST: Final = "SELECT min(size) FROM tsa_token WHERE size > ?"
_INSERT: Final = "INSERT INTO tsa_token VALUES (?,?,?,?,?,?,?,?,?)"
_ATTEMPTS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A token as it is kept (log-v1 9.4). `size` is 0 for a renewal, `covered` 0 for a checkpoint."""

    number: int
    tsa: str
    size: int
    covered: int
    leaf: bytes
    time: datetime
    came_at: datetime
    until: datetime
    response: bytes

    @classmethod
    def of_row(cls, row: Row) -> Self:
        """Return what a row of the table holds."""
        number, tsa, size, covered, leaf, time, came_at, until, response = row
        return cls(
            number=cast(int, number),
            tsa=str(tsa),
            size=cast(int, size),
            covered=cast(int, covered),
            leaf=bytes(cast(bytes, leaf)),
            time=values.recorded_instant(time, "tsa_token.time"),
            came_at=values.recorded_instant(came_at, "tsa_token.came_at"),
            until=values.recorded_instant(until, "tsa_token.until"),
            response=bytes(cast(bytes, response)),
        )

    def row(self) -> Row:
        """Return the row of the table."""
        instants = map(values.write_recorded, (self.time, self.came_at, self.until))
        return (self.number, self.tsa, self.size, self.covered, self.leaf, *instants, self.response)


class TokenRecord:
    """Reads the tokens of a ledger, and keeps new ones."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(
        self, token: Token, tsa: str, *, size: int = 0, covered: int = 0, came_at: datetime, until: datetime
    ) -> int:
        """Keep a token that counts and return its number; one that is there for the same question stays.

        Raises Unavailable.
        """
        for _ in range(_ATTEMPTS):
            kept = Kept(
                number=self.last() + 1,
                tsa=tsa,
                size=size,
                covered=covered,
                leaf=token.leaf,
                time=token.time,
                came_at=came_at,
                until=until,
                response=token.response,
            )
            if self.insert(kept):
                return kept.number
            if same := self._database.read(_SAME, (tsa, size, covered)):
                return cast(int, same[0][0])
        raise Unavailable("time-stamps", "other processes keep tokens without a pause")

    def insert(self, kept: Kept) -> bool:
        """Insert a row as it is; return False when its number, or a token for the same question, is there."""
        try:
            with self._database.transaction() as session:
                session.execute(_INSERT, kept.row())
        except UniqueTaken:
            return False
        return True

    def last(self) -> int:
        """Return the number of the last token, 0 when there is none."""
        return cast(int, self._database.read(_LAST)[0][0] or 0)

    def one(self, number: int) -> Kept:
        """Return a token by its number. Raises NotFound."""
        rows = self._database.read(_ONE, (number,))
        if not rows:
            raise NotFound("time-stamp", str(number))
        return Kept.of_row(rows[0])

    def after(self, number: int, count: int) -> list[Kept]:
        """Return up to `count` tokens after a number, in order."""
        return [Kept.of_row(row) for row in self._database.read(_AFTER, (number, count))]

    def over(self, size: int) -> list[Kept]:
        """Return the tokens over the checkpoint of a size, by TSA."""
        return [Kept.of_row(row) for row in self._database.read(_OVER, (size,))]

    def sizes(self) -> list[int]:
        """Return the sizes over which there is a token, ascending."""
        return [cast(int, row[0]) for row in self._database.read(_SIZES)]

    def covering(self, index: int) -> int:
        """Return the smallest stamped size that holds an entry. Raises NotFound while there is none."""
        found = self._database.read(_FIRST, (index,))[0][0]
        if found is None:
            raise NotFound("time-stamp", f"over entry {index}")
        return cast(int, found)

    def newest_of(self, tsa: str) -> int:
        """Return the largest size that a TSA has stamped, 0 when there is none."""
        return cast(int, self._database.read(_NEWEST_OF, (tsa,))[0][0] or 0)

    def leaves(self, covered: int) -> list[bytes]:
        """Return the leaves of the tokens 1 to `covered` (log-v1 9.5)."""
        return [bytes(cast(bytes, row[0])) for row in self._database.read(_LEAVES, (covered,))]

    def renewal(self, number: int) -> int | None:
        """Return the number of the renewal of a token, None while there is none (log-v1 9.5)."""
        rows = self._database.read(_RENEWALS, (number,))
        return cast(int, rows[0][0]) if rows else None

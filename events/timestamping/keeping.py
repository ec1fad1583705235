"""Tokens outside the database: written to the place *rebuild*, and read back from there (log-v1 9.4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias, cast

from custody.canonical import Json, canonical, parse
from custody.errors import Malformed, NotProven
from custody.ports import ObjectStore
from custody.values import from_base64, recorded_instant, to_base64, write_recorded
from events.database import Database
from events.note import parse_note
from events.publishing.places import write_once
from events.timestamping.hash_tree import HashTree
from events.timestamping.record import Kept, TokenRecord
from events.timestamping.requests import imprint_of
from events.timestamping.tokens import read_token

FOLDER: Final = "timestamps/"
_MEMBERS: Final = {"came_at", "covered", "number", "response", "size", "time", "tsa", "until"}
_PAGE: Final = 100

Leaves: TypeAlias = Callable[[int], list[bytes]]
"""Returns the leaves of the tokens 1 to a number."""

_NOTE: Final = "SELECT note FROM published WHERE size = ?"
_tsa = re.compile(r"[a-z0-9-]{1,40}").fullmatch


class TokenObjects:
    """Keeps objects and rows the same; every call can be repeated."""

    def __init__(self, database: Database, rebuild: ObjectStore) -> None:
        self._database, self._rebuild = database, rebuild
        self._record = TokenRecord(database)
        self._written: int | None = None

    def catch_up(self) -> None:
        """Write the objects of new tokens; the first time, read back those that the database has not.

        So a restored backup gets back the tokens that came since. Raises Unavailable; IntegrityFailure or Malformed
        when an object is not of the token of its number, or not a token of this ledger.
        """
        if self._written is None:
            self.read_back()
            present = self._numbers()
            self._written = min(set(range(1, self._record.last() + 2)) - present) - 1
        for kept in self._after(self._written):
            write_once(self._rebuild, f"{FOLDER}{kept.number}", write_kept(kept), lock=True)
            self._written = kept.number

    def read_back(self) -> int:
        """Insert the tokens that stand outside and not in the database, each checked; return how many.

        Raises NotProven at a number that is missing, or for what is no token of this ledger; Malformed, Unavailable.
        """
        last = self._record.last()
        missing = sorted(number for number in self._numbers() if number > last)
        for expected, number in enumerate(missing, last + 1):
            name = f"{FOLDER}{number}"
            if number != expected:
                raise NotProven(f"{FOLDER}{expected} is missing, before {name}")
            kept = read_kept(self._rebuild.read(name).data, name)
            if kept.number != number:
                raise Malformed(name, "is of another number")
            require_token(self._database, kept, self._record.leaves)
            self._record.insert(kept)
        return len(missing)

    def _numbers(self) -> set[int]:
        found = (name.removeprefix(FOLDER) for name in self._rebuild.names(FOLDER))
        return {int(each) for each in found if each.isdecimal() and len(each) < 16}

    def _after(self, number: int) -> Iterator[Kept]:
        while page := self._record.after(number, _PAGE):
            yield from page
            number = page[-1].number


def write_kept(kept: Kept) -> bytes:
    """Return the object of a token (log-v1 9.4)."""
    return canonical(
        {
            "came_at": write_recorded(kept.came_at),
            "covered": kept.covered,
            "number": kept.number,
            "response": to_base64(kept.response),
            "size": kept.size,
            "time": write_recorded(kept.time),
            "tsa": kept.tsa,
            "until": write_recorded(kept.until),
        }
    )


def read_kept(data: bytes, path: str) -> Kept:
    """Return the token of an object. Raises Malformed, NotProven."""
    found = parse(data, path)
    if not isinstance(found, dict) or found.keys() != _MEMBERS or not _tsa(str(found["tsa"])):
        raise Malformed(path, "is not a kept time-stamp")
    numbers = [_number(found[name], path) for name in ("number", "size", "covered")]
    response = from_base64(found["response"], path)
    return Kept(
        number=numbers[0],
        tsa=str(found["tsa"]),
        size=numbers[1],
        covered=numbers[2],
        leaf=read_token(response).leaf,
        time=recorded_instant(found["time"], path),
        came_at=recorded_instant(found["came_at"], path),
        until=recorded_instant(found["until"], path),
        response=response,
    )


def require_token(database: Database, kept: Kept, leaves: Leaves) -> None:
    """Raise NotProven unless a kept token is over what it says, as of its own time, and signed; Malformed.

    No root is judged: that was done when it came, and each reader does it by roots of their own.
    """
    token = read_token(kept.response)
    if (token.time, token.leaf) != (kept.time, kept.leaf):
        raise NotProven(f"time-stamp {kept.number} is not of its time, or its leaf is of another token")
    if token.imprint != _imprint(database, kept, leaves):
        raise NotProven(f"time-stamp {kept.number} is over something else")


def _imprint(database: Database, kept: Kept, leaves: Leaves) -> bytes:
    """Return what a token must be over."""
    if bool(kept.size) == bool(kept.covered) or kept.covered >= kept.number:
        raise NotProven(f"time-stamp {kept.number} is neither of a checkpoint nor a renewal of older ones")
    if kept.covered:
        return HashTree(leaves(kept.covered)).root
    rows = database.read(_NOTE, (kept.size,))
    if not rows:
        raise NotProven(
            f"time-stamp {kept.number} is over a checkpoint of size {kept.size}: none is published"
        )
    return imprint_of(parse_note(bytes(cast(bytes, rows[0][0]))).text)


def _number(value: Json, path: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Malformed(path, "is not a kept time-stamp")
    return value

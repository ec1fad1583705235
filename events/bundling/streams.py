"""Whole streams below a size of the ledger, read from the stored rows page by page, with what each entry names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol, cast

from custody.canonical import Json
from custody.errors import ChainBroken
from custody.values import CaseId, PersonId, StreamName
from events.database import Database

NAMING: Final = ("from", "case", "person", "to", "requested_by", "exhibit", "duplicate_of")
NUMBERING: Final = ("exhibit.received.v1", "exhibit.case-corrected.v1")
TOGETHER: Final = 20  # streams asked for in one statement
BEGINNING: Final = 50  # versions of each of them; a longer stream is then read on by itself
PAGE: Final = 1_000  # rows of one answer

_NAMED: Final = ("person/", "case/", "exhibit/")
_BEGINNINGS: Final = (
    "SELECT notification_id - 1, originator_id, originator_version, state FROM stored_events "
    "WHERE originator_id IN ({}) AND originator_version <= ? AND notification_id <= ? "
    "ORDER BY originator_id, originator_version"
)
_REST: Final = (
    "SELECT notification_id - 1, originator_id, originator_version, state FROM stored_events "
    "WHERE originator_id = ? AND originator_version > ? AND originator_version <= ? AND notification_id <= ? "
    "ORDER BY originator_version"
)
_NUMBERS: Final = (
    "SELECT ordinal, entry.idx, stream FROM ordinal JOIN entry ON entry.idx = ordinal.idx "
    "WHERE case_id = ? AND ordinal > ? AND ordinal.idx < ? ORDER BY ordinal LIMIT ?"
)


class Ledger(Protocol):
    """A ledger whose stored rows can be read."""

    @property
    def database(self) -> Database:
        """Where the rows are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEntry:
    """An entry as a stream holds it: where it stands, its bytes, and what closing a scope needs to know of it.

    `named`: its actor's stream, and the persons, cases and exhibits of its public members (bundle-v1, 8.3);
    `number`: the case in which it gave its exhibit a number, and that number.
    """

    index: int
    stream: StreamName
    version: int
    type: str
    actor: PersonId
    public: Mapping[str, Json]
    data: bytes
    named: tuple[StreamName, ...]
    number: tuple[CaseId, int] | None

    @property
    def digest(self) -> str:
        """Hex SHA-256 of its bytes."""
        return sha256(self.data).hexdigest()


class Streams:
    """The streams of a ledger as of the tree of size `at`. All reads go through the index over streams."""

    def __init__(self, database: Database, at: int) -> None:
        self._database, self._at = database, at

    def entries(self, streams: Sequence[StreamName]) -> Iterator[StreamEntry]:
        """Yield all entries below `at` of some streams, each stream in order and by itself.

        Raises ChainBroken when a version is missing, or a row holds no entry.
        """
        for start in range(0, len(streams), TOGETHER):
            yield from self._together(streams[start : start + TOGETHER])

    def _together(self, streams: Sequence[StreamName]) -> Iterator[StreamEntry]:
        statement = _BEGINNINGS.format(",".join("?" * len(streams)))
        rows = self._database.read(statement, (*streams, BEGINNING, self._at))
        long, last = [], dict.fromkeys(streams, 0)
        for row in rows:
            yield self._next(row, last)
            if row[2] == BEGINNING:
                long.append(StreamName(cast(str, row[1])))
        for stream in long:
            yield from self._rest(stream)

    def _rest(self, stream: StreamName) -> Iterator[StreamEntry]:
        last = {stream: BEGINNING}
        while True:
            after = last[stream]
            for row in self._database.read(_REST, (stream, after, after + PAGE, self._at)):
                yield self._next(row, last)
            if last[stream] < after + PAGE:
                return

    @staticmethod
    def _next(row: Sequence[object], last: dict[StreamName, int]) -> StreamEntry:
        index, stream, version, data = cast(tuple[int, StreamName, int, bytes], row)
        if version != last[stream] + 1:
            raise ChainBroken(index, f"version {last[stream] + 1} of {stream} is missing")
        last[stream] = version
        return read_stream_entry(index, stream, version, bytes(data))

    def numbered(self, case: CaseId) -> Iterator[tuple[int, StreamName]]:
        """Yield each number given in a case by an entry below `at`, with the exhibit that got it.

        Raises ChainBroken when a number is missing.
        """
        number = 0
        while rows := self._database.read(_NUMBERS, (case, number, self._at, PAGE)):
            for found, index, stream in cast(list[tuple[int, int, str]], rows):
                number += 1
                if found != number:
                    raise ChainBroken(index, f"number {number} of {case} is missing")
                yield number, StreamName(stream)


def read_stream_entry(index: int, stream: StreamName, version: int, data: bytes) -> StreamEntry:
    """Return what a stored row holds. Raises ChainBroken when it is no entry of that place in its stream."""
    try:
        entry = json.loads(data)
        act = entry["act"]
        public, place = dict(act["public"]), (act["stream"], act["version"])
        named = (act["actor"]["person"], *(public[name] for name in NAMING if name in public))
        ordinal = entry["assigned"].get("ordinal") if act["type"] in NUMBERING else None
        number = None if ordinal is None else (CaseId(public["case"]), int(ordinal))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise ChainBroken(index, "is not an entry") from fault
    if place != (stream, version):
        raise ChainBroken(index, f"is stored as version {version} of {stream}, which it is not")
    return StreamEntry(
        index=index,
        stream=stream,
        version=version,
        type=act["type"],
        actor=PersonId(act["actor"]["person"]),
        public=public,
        data=data,
        named=tuple(StreamName(each) for each in named if is_named(each)),
        number=number,
    )


def is_named(value: Json) -> bool:
    """Tell whether a public member names a person, a case or an exhibit."""
    return isinstance(value, str) and value.startswith(_NAMED)

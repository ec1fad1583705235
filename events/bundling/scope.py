"""The scope of a bundle: its exhibits, and the smallest closed set of streams with their heads (bundle-v1 8.2, 8.3).

A pure function of the entries below `at` and of the request. It reads the streams of the scope, and no others.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol, cast

from custody.canonical import Json, canonical
from custody.errors import ChainBroken, TooLarge
from custody.values import CaseId, PersonId, StreamName
from events.bundling.founding import founding
from events.bundling.reach import Reach
from events.bundling.streams import Ledger, StreamEntry, Streams, is_named

MOST_EXHIBITS: Final = 40_000  # so that bundle.json stays below its 2 MiB (bundle-v1, section 4)


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry below `at` of a stream: its version, and the hex SHA-256 of its bytes (bundle-v1, section 5)."""

    stream: StreamName
    version: int
    entry_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleScope:
    """What belongs in a bundle. `case`: of a whole case; `exhibits`: sorted; `heads`: sorted by stream.

    `count`: how many numbers were given in the case of the scope; None when the scope is a list of exhibits.
    """

    case: CaseId | None
    exhibits: tuple[StreamName, ...]
    count: int | None
    heads: tuple[Head, ...]


@dataclass(frozen=True, slots=True)
class Gathered:
    """A scope with the indexes, ascending, of all entries that belong to it, and what who asked may see of them."""

    scope: BundleScope
    indexes: array[int] = field(repr=False)
    reach: Reach = field(repr=False)


class Asking(Protocol):
    """Who asks for what: an act `bundle.requested.v1`, or one that is planned."""

    @property
    def person(self) -> PersonId:
        """Who asks."""

    @property
    def public(self) -> Mapping[str, Json]:
        """The public members."""


def bundle_scope(ledger: Ledger, request: Asking, at: int) -> BundleScope:
    """Return the scope of a `bundle.requested.v1` as of the tree of size `at`, which the ledger must have.

    Raises ChainBroken when rows below `at` do not fit each other, TooLarge for a scope that no bundle can list.
    """
    return gathered(ledger, request, at).scope


def gathered(ledger: Ledger, request: Asking, at: int) -> Gathered:
    """Return the scope of a request with where its entries stand. Raises as `bundle_scope`."""
    streams, beginning = Streams(ledger.database, at), founding(ledger.database)
    case, exhibits, count = _exhibits(streams, request)
    closing = _Closing(streams, case, Reach(request.person))
    closing.close({beginning.stream, beginning.service, *_asked(request, exhibits)})
    if count is not None and closing.numbers != count:
        raise ChainBroken(at, f"{closing.numbers} entries give a number in {case}, {count} are listed")
    heads = tuple(closing.heads[stream] for stream in sorted(closing.heads))
    scope = BundleScope(case=case, exhibits=exhibits, count=count, heads=heads)
    return Gathered(scope, array("q", sorted(closing.indexes)), closing.reach)


def heads_bytes(heads: Iterable[Head]) -> bytes:
    """Return `data/heads.jsonl` (bundle-v1, section 5)."""
    return b"".join(canonical([each.stream, each.version, each.entry_hash]) + b"\n" for each in heads)


def _exhibits(streams: Streams, request: Asking) -> tuple[CaseId | None, tuple[StreamName, ...], int | None]:
    """Return case, exhibits and count of the scope (bundle-v1, 8.2)."""
    case = cast(CaseId | None, request.public["case"])
    if case is None:
        found, count = set(cast(list[StreamName], request.public["exhibits"])), None
    else:
        numbers = [stream for _, stream in streams.numbered(case)]
        found, count = set(numbers), len(numbers)
    if len(found) > MOST_EXHIBITS:
        raise TooLarge("exhibits of the bundle", size=len(found), limit=MOST_EXHIBITS)
    return case, tuple(sorted(found)), count


def _asked(request: Asking, exhibits: tuple[StreamName, ...]) -> set[StreamName]:
    """Return what the request asks for and names (bundle-v1, 8.3, rules 1 to 3)."""
    also = cast(list[str], request.public["also"])
    kinds = {StreamName(f"{kind}/{each.partition('/')[2]}") for kind in also for each in exhibits}
    case = request.public["case"]
    named = {StreamName(cast(str, case))} if is_named(case) else set()
    return {*exhibits, *kinds, *named, StreamName(request.person)}


class _Closing:
    """Follows names from stream to stream until nothing new is named."""

    def __init__(self, streams: Streams, case: CaseId | None, reach: Reach) -> None:
        self._streams, self._case, self.reach = streams, case, reach
        self.heads: dict[StreamName, Head] = {}
        self.indexes = array("q")
        self.numbers = 0  # entries that gave a number in the case of the scope

    def close(self, begin: set[StreamName]) -> None:
        """Read `begin` and all that it leads to."""
        asked, fresh = set(begin), begin
        while fresh:
            named: set[StreamName] = set()
            for entry in self._streams.entries(sorted(fresh)):
                named.update(entry.named)
                self._take(entry)
            fresh = named - asked
            asked |= fresh

    def _take(self, entry: StreamEntry) -> None:
        self.heads[entry.stream] = Head(entry.stream, entry.version, entry.digest)
        self.indexes.append(entry.index)
        self.reach.take(entry)
        if entry.number is not None and entry.number[0] == self._case:
            self.numbers += 1

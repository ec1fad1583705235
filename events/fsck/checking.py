"""fsck: every table of the ledger held against what its entries entail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeVar, cast

from custody.verdict import Finding, Question
from events.database import Database, Row, Value
from events.fsck.data_keys import data_keys
from events.fsck.derived import Derived, Fault
from events.fsck.listed import listed
from events.fsck.publications import publications
from events.fsck.time_stamps import time_stamps
from events.merkle import HASH_BYTES, cover
from events.stream_keys import StreamKeys
from events.verification.openings import Openings
from events.verification.stored import Stored

_Name = TypeVar("_Name")
_PAGE: Final = 2_000
_COUNTS: Final = (
    "SELECT count(*), coalesce(min(notification_id), 1), coalesce(max(notification_id), 0) FROM stored_events"
)
_BEYOND: Final = "SELECT idx FROM {table} WHERE idx < 0 OR idx >= ? ORDER BY idx LIMIT 100"
_NODES: Final = "SELECT idx, hash FROM node WHERE level = ? AND idx > ? ORDER BY idx LIMIT ?"
_LEVELS: Final = "SELECT DISTINCT level FROM node ORDER BY level"
_TREES: Final = "SELECT size, root, frontier, recorded_at FROM tree WHERE size > ? ORDER BY size LIMIT ?"


def fsck(database: Database, keys: StreamKeys) -> Iterator[Finding]:
    """Yield a finding for each stored value that does not follow from the entries; none: all do.

    1. The own rows of every entry, in one pass over the ledger. 2. Inner nodes and tree rows. 3. Ordinals and
    unique rows. 4. Files and idempotency keys. 5. Published checkpoints,
    cosignatures and time-stamps. 6. Data keys of streams. 7. Rows beyond the head. 8. The projections, folded
    anew. Values whose disclosure is withheld are not judged. Raises Unavailable.
    """
    stored, derived = Stored(database), Derived()
    size = stored.head().size
    steps: tuple[Callable[[], Iterator[Fault]], ...] = (
        lambda: derived.take(stored, Openings(keys), size),
        lambda: _nodes(database, derived),
        lambda: _trees(database, derived),
        lambda: _ordinals(database, derived),
        lambda: _taken(database, derived),
        lambda: _files(database, derived),
        lambda: _idempotency(database, derived),
        lambda: publications(database, derived),
        lambda: time_stamps(database),
        lambda: data_keys(database, keys, derived),
        lambda: _beyond(database, size),
        lambda: listed(database, keys, size),
    )
    for step in steps:
        for index, what, reason in step():
            yield _finding(index, what, reason)


def _finding(index: int, what: str, reason: str) -> Finding:
    return Finding(
        question=Question.INTEGRITY,
        code=f"fsck.{what}",
        clause="ledger-v1 2",
        text=f"{what}: {reason}",
        entries=(index,) if index >= 0 else (),
    )


def _nodes(database: Database, derived: Derived) -> Iterator[Fault]:
    """Compare every inner node, level by level."""
    for level in range(1, derived.trees.levels):
        hashes, at = derived.trees.level(level), 0
        for index, found in _paged(database, _NODES, level):
            number = cast(int, index)
            yield from _missing_nodes(level, at, min(number, len(hashes) // HASH_BYTES))
            if found != bytes(hashes[number * HASH_BYTES : (number + 1) * HASH_BYTES]):
                yield number << level, "node.hash", f"the node {level}/{number} is not that of the entries"
            at = number + 1
        yield from _missing_nodes(level, at, len(hashes) // HASH_BYTES)
    for (level,) in cast(list[tuple[int]], database.read(_LEVELS)):
        if not 1 <= level < derived.trees.levels:
            yield -1, "node.level", f"level {level} does not belong to a tree of {derived.trees.size} entries"


def _missing_nodes(level: int, start: int, stop: int) -> Iterator[Fault]:
    for number in range(start, stop):
        yield number << level, "node", f"the node {level}/{number} is missing"


def _trees(database: Database, derived: Derived) -> Iterator[Fault]:
    trees = derived.trees
    for row in _paged(database, _TREES):
        size, root, frontier, recorded_at = cast(tuple[int, bytes, bytes, str], row)
        last = size - 1
        if not 0 < last + 1 <= trees.size:
            yield last, "tree.size", f"there are only {trees.size} entries"
            continue
        hashes = [bytes(trees.hash(place)) for place in cover(0, last + 1)]
        if frontier != b"".join(hashes):
            yield last, "tree.frontier", f"of size {size} is not that of the entries"
        if root != trees.root(last + 1):
            yield last, "tree.root", f"of size {size} is not that of the entries"
        if recorded_at != derived.recorded_at[last]:
            yield last, "tree.recorded_at", f"of size {size} is not that of its last entry"


def _ordinals(database: Database, derived: Derived) -> Iterator[Fault]:
    rows = cast(list[tuple[str, int, int]], database.read("SELECT case_id, ordinal, idx FROM ordinal"))
    yield from _compared(
        "ordinal", {(case, number): index for case, number, index in rows}, derived.ordinals, derived
    )


def _taken(database: Database, derived: Derived) -> Iterator[Fault]:
    rows = cast(list[tuple[str, bytes, int]], database.read("SELECT kind, value, idx FROM taken"))
    found = {(kind, bytes(value)): index for kind, value, index in rows}
    yield from _compared("taken", found, derived.taken, derived)


def _compared(
    table: str, found: dict[_Name, int], expected: dict[_Name, int], derived: Derived
) -> Iterator[Fault]:
    """Compare a table's rows, each with the index of its entry, with those that the entries entail."""
    for name, index in found.items():
        if expected.get(name) != index and index not in derived.unknown:
            yield index, table, "no entry entails this row"
    for name, index in expected.items():
        if name not in found:
            yield index, table, "the row that the entry entails is missing"


def _files(database: Database, derived: Derived) -> Iterator[Fault]:
    names = set(derived.files)
    statement = "SELECT file, idx, exhibit, sha256, sha512, size FROM stored_file"
    for row in database.read(statement):
        file, index, exhibit, sha256, sha512, size = cast(tuple[str, int, str, bytes, bytes, int], row)
        expected = derived.files.get(file)
        names.discard(file)
        if expected is None or expected[:2] != (index, exhibit):
            yield index, "stored_file", f"no intake names the file {file} here"
        elif expected[2] is not None and expected[2] != {
            "sha256": sha256.hex(),
            "sha512": sha512.hex(),
            "size": size,
        }:
            yield (
                index,
                "stored_file.sha256",
                f"file {file} has other digests than its intake discloses",
            )
    for name in sorted(names):
        yield derived.files[name][0], "stored_file", f"the row of file {name} is missing"


def _idempotency(database: Database, derived: Derived) -> Iterator[Fault]:
    for person, first, count in cast(
        list[tuple[str, int, int]], database.read("SELECT person, first, count FROM idempotency")
    ):
        actors = derived.actors[first : first + count] if first >= 0 and count > 0 else []
        if len(actors) != count or not {person, ""}.issuperset(actors):
            yield first, "idempotency.first", "a request of one person points at acts of others, or at none"


def _beyond(database: Database, size: int) -> Iterator[Fault]:
    count, least, most = cast(tuple[int, int, int], database.read(_COUNTS)[0])
    if (count, least, most) != (size, 1, size):
        yield -1, "stored_events.notification_id", f"{count} entries, {least} to {most}, and a head of {size}"
    for table in ("entry", "disclosure", "disclosure_again", "taken", "ordinal", "stored_file"):
        for (index,) in cast(list[tuple[int]], database.read(_BEYOND.format(table=table), (size,))):
            yield index, table, "a row of an entry that does not exist"


def _paged(database: Database, statement: str, *values: Value) -> Iterator[Row]:
    after = -1
    while rows := database.read(statement, (*values, after, _PAGE)):
        yield from rows
        after = cast(int, rows[-1][0])

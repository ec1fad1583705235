"""What the publisher reads of the ledger's rows: entries, hashes, and what stands beside the entries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, cast

from custody.canonical import Json, canonical
from custody.catalogue.exhibit import INTAKE
from custody.errors import ChainBroken
from custody.values import to_base64
from events.database import Database
from events.merkle import leaf_hash
from events.recorder import NEWEST_TREE, tree_row
from events.rows import TreeRow
from events.tiles import LEVELS

_ENTRIES: Final = (
    "SELECT s.state, e.leaf, s.topic, s.originator_id FROM stored_events s JOIN entry e "
    "ON e.idx = s.notification_id - 1 WHERE s.notification_id > ? AND s.notification_id <= ? "
    "ORDER BY s.notification_id"
)
_LEAVES: Final = "SELECT leaf FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx"
_NODES: Final = "SELECT hash FROM node WHERE level = ? AND idx >= ? AND idx < ? ORDER BY idx"
_BOXES: Final = "SELECT idx, generation, box FROM disclosure WHERE idx >= ? AND idx < ?"
_GROUPS: Final = "SELECT size - 1 FROM tree WHERE size > ? AND size <= ?"
_TAKEN: Final = "SELECT idx, kind, value FROM taken WHERE idx >= ? AND idx < ? ORDER BY kind, value"
_REQUESTS: Final = (
    "SELECT first, person, key, request, count FROM idempotency WHERE first >= ? AND first < ? "
    "ORDER BY person, key"
)
_FILES: Final = (
    "SELECT crc32, exhibit, file, object_key, sha256, sha512, size, stored_sha256, stored_size, version_id "
    "FROM stored_file WHERE exhibit = ? ORDER BY file"
)
FILE_MEMBERS: Final = (
    "crc32",
    "exhibit",
    "file",
    "object_key",
    "sha256",
    "sha512",
    "size",
    "stored_sha256",
    "stored_size",
    "version_id",
)


class PublishedEntry:
    """An entry on its way out: canonical bytes, leaf hash, type of act, stream."""

    __slots__ = ("data", "leaf", "stream", "type")

    def __init__(self, data: bytes, leaf: bytes, kind: str, stream: str) -> None:
        self.data, self.leaf, self.type, self.stream = data, leaf, kind, stream


class LedgerRows:
    """Reads rows that are never changed, so that no snapshot is needed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def head(self) -> TreeRow:
        """Return the newest tree row."""
        return tree_row(self._database.read(NEWEST_TREE))

    def entries(self, start: int, stop: int) -> list[PublishedEntry]:
        """Return the entries of [start, stop). Raises ChainBroken at one that is missing or is not its leaf."""
        found = [
            PublishedEntry(cast(bytes, data), cast(bytes, leaf), cast(str, kind), cast(str, stream))
            for data, leaf, kind, stream in self._database.read(_ENTRIES, (start, stop))
        ]
        if len(found) != stop - start:
            raise ChainBroken(start + len(found), "is missing")
        for index, each in enumerate(found, start):
            if leaf_hash(each.data) != each.leaf:
                raise ChainBroken(index, "is not what its leaf hash was made of")
        return found

    def hashes(self, level: int, start: int, stop: int) -> list[bytes]:
        """Return hashes [start, stop) of a level of tiles. Raises ChainBroken at one that is missing."""
        rows = (
            self._database.read(_LEAVES, (start, stop))
            if level == 0
            else self._database.read(_NODES, (LEVELS * level, start, stop))
        )
        if len(rows) != stop - start:
            raise ChainBroken(
                (start + len(rows)) << (LEVELS * level), f"a hash of tile level {level} is missing"
            )
        return [cast(bytes, row[0]) for row in rows]

    def beside(self, entries: list[PublishedEntry], start: int) -> bytes:
        """Return the row file of entries from index `start` on (log-v1 7.1)."""
        found: list[dict[str, Json]] = [{} for _ in entries]
        span = (start, start + len(entries))
        for (index,) in self._database.read(_GROUPS, span):
            found[cast(int, index) - start]["group"] = True
        for index, generation, box in self._database.read(_BOXES, span):
            found[cast(int, index) - start]["box"] = [cast(int, generation), to_base64(cast(bytes, box))]
        for index, kind, value in self._database.read(_TAKEN, span):
            _add(found[cast(int, index) - start], "taken", [cast(str, kind), cast(bytes, value).hex()])
        for index, person, key, request, count in self._database.read(_REQUESTS, span):
            claim: Json = [cast(str, person), cast(str, key), cast(bytes, request).hex(), cast(int, count)]
            _add(found[cast(int, index) - start], "requests", claim)
        for each, row in zip(entries, found, strict=True):
            if each.type == INTAKE and (files := self._files(each.stream)):
                row["files"] = files
        return b"".join(canonical(row) + b"\n" for row in found)

    def _files(self, exhibit: str) -> list[Json]:
        return [
            {
                name: value.hex() if isinstance(value, bytes) else value
                for name, value in zip(FILE_MEMBERS, row, strict=True)
            }
            for row in self._database.read(_FILES, (exhibit,))
        ]

    def keys_of(self, start: int, stop: int) -> Iterable[tuple[str, int]]:
        """Return stream and generation of each key under which boxes of [start, stop) were sealed."""
        statement = (
            "SELECT DISTINCT e.stream, d.generation FROM disclosure d JOIN entry e ON e.idx = d.idx "
            "WHERE d.idx >= ? AND d.idx < ?"
        )
        return [
            (cast(str, row[0]), cast(int, row[1])) for row in self._database.read(statement, (start, stop))
        ]


def _add(row: dict[str, Json], name: str, value: Json) -> None:
    known = row.setdefault(name, [])
    assert isinstance(known, list)  # noqa: S101 - only this function makes it
    known.append(value)

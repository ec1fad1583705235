"""Stored files: where the vault keeps the bytes that an intake refers to, and the wrapped key of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

from custody.act import Act, Disclosure
from custody.canonical import Json
from custody.catalogue.exhibit import INTAKE
from custody.errors import NotFound, RuleBroken
from custody.ports import FileDigests, StoredFile
from custody.values import ExhibitId, FileId, LedgerId
from events.database import Database, Row
from events.rows import FileKeyRow, StoredFileRow

_SELECT: Final = (
    "SELECT f.file, f.exhibit, f.sha256, f.sha512, f.size, f.object_key, f.version_id, f.stored_sha256, "
    "f.stored_size, f.crc32, k.key_id, k.wrapped FROM stored_file f LEFT JOIN file_key k ON k.file = f.file WHERE "
)


class StoredFiles:
    """Reads the rows that intakes wrote."""

    def __init__(self, database: Database, ledger_id: LedgerId) -> None:
        self._database, self._ledger_id = database, ledger_id

    def get(self, file: FileId) -> StoredFile:
        """Return one file. Raises NotFound; a file whose key was destroyed has an empty wrapped key."""
        rows = self._database.read(_SELECT + "f.file = ?", (file,))
        if not rows:
            raise NotFound("file", file)
        return self._read(rows[0])

    def of_exhibit(self, exhibit: ExhibitId) -> list[StoredFile]:
        """Return the files of an exhibit, in the order of their ids."""
        rows = self._database.read(_SELECT + "f.exhibit = ? ORDER BY f.file", (exhibit,))
        return [self._read(row) for row in rows]

    def by_sha256(self, sha256: str) -> list[StoredFile]:
        """Return the files with these bytes: "is this file held here?"."""
        rows = self._database.read(_SELECT + "f.sha256 = ? ORDER BY f.idx, f.file", (bytes.fromhex(sha256),))
        return [self._read(row) for row in rows]

    def all(self) -> list[StoredFile]:
        """Return every file in the order of the intakes."""
        return [self._read(row) for row in self._database.read(_SELECT + "1 = 1 ORDER BY f.idx, f.file")]

    def _read(self, row: Row) -> StoredFile:
        file, exhibit, sha256, sha512, size, key, version, stored, length, crc32, key_id, wrapped = row
        return StoredFile(
            file=FileId(cast(str, file)),
            exhibit=ExhibitId(cast(str, exhibit)),
            ledger=self._ledger_id,
            plain=FileDigests(
                sha256=cast(bytes, sha256).hex(), sha512=cast(bytes, sha512).hex(), size=cast(int, size)
            ),
            object_key=cast(str, key),
            version_id=cast("str | None", version),
            stored_sha256=cast(bytes, stored).hex(),
            stored_size=cast(int, length),
            crc32=cast(int, crc32),
            key_id=cast(str, key_id or ""),
            wrapped_key=cast(bytes, wrapped or b""),
        )


def require_durable_files(act: Act, disclosures: Sequence[Disclosure], files: Sequence[StoredFile]) -> None:
    """Raise RuleBroken unless an intake names exactly files that the vault has stored, with their digests.

    An entry may only refer to bytes that are already durable; other acts bring no files.
    """
    if act.type != INTAKE:
        return
    opened = {each.name: each.value for each in disclosures}
    stored = {each.file: each for each in files if each.exhibit == ExhibitId(act.stream)}
    named = act.public.get("files")
    if not isinstance(named, list) or set(map(str, named)) != stored.keys():
        raise RuleBroken("file.not-stored", "the files that it names are not those that the vault has stored")
    for file, found in stored.items():
        declared: Json = {
            "sha256": found.plain.sha256,
            "sha512": found.plain.sha512,
            "size": found.plain.size,
        }
        if opened.get(f"files/{file}/digests") != declared:
            raise RuleBroken(
                "file.not-stored", f"the digests of file {file} are not those of the stored bytes"
            )


def file_rows(stored: StoredFile, index: int) -> tuple[StoredFileRow, FileKeyRow]:
    """Return the rows of a file whose intake is the entry at `index`."""
    row = (
        stored.file,
        index,
        stored.exhibit,
        bytes.fromhex(stored.plain.sha256),
        bytes.fromhex(stored.plain.sha512),
        stored.plain.size,
        stored.object_key,
        stored.version_id,
        bytes.fromhex(stored.stored_sha256),
        stored.stored_size,
        stored.crc32,
    )
    return row, (stored.file, stored.key_id, stored.wrapped_key)

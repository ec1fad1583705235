"""A vault in memory: the same rules and the same format, for tests of what stands on a vault."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from custody.errors import NotFound, Unavailable
from custody.ports import FileCheck, FileDigests, LockGrade, MasterKey, StoredFile
from custody.values import ExhibitId, FileId, LedgerId
from storage import naming
from storage.digests import PlainDigests, compare
from storage.file_check import check_plain, check_stored
from storage.file_keys import data_key
from storage.measuring import measure_stored
from storage.streaming import KEY, decrypting_range, encrypting


class MemoryVault:
    """Implements `custody.ports.Vault`; `objects` and `broken` are there for tests to reach into."""

    def __init__(self, master: MasterKey) -> None:
        self._master = master
        self.objects: dict[str, bytes] = {}
        self.broken = False  # True: the store does not answer

    def grade(self) -> LockGrade:
        """Nothing locks this memory."""
        return LockGrade.PLAIN

    def store(
        self, staged: Path, *, file: FileId, exhibit: ExhibitId, ledger: LedgerId, declared: FileDigests
    ) -> StoredFile:
        """Encrypt and keep a staged file. Raises NotFound, DigestMismatch, Unavailable."""
        self._answer()
        try:
            plain = staged.read_bytes()
        except FileNotFoundError as fault:
            raise NotFound("staged file", file) from fault
        digests = PlainDigests()
        digests.feed([plain])
        measured = digests.measured()
        compare(declared, measured)
        key, names = os.urandom(KEY), naming.FileNames(file=file, exhibit=exhibit, ledger=ledger)
        object_key = naming.fresh_object_key(file)
        self.objects[object_key] = b"".join(encrypting(io.BytesIO(plain), key, names.associated_data()))
        stored_sha256, stored_size = measure_stored(io.BytesIO(self.objects[object_key]))
        return StoredFile(
            file=file,
            exhibit=exhibit,
            ledger=ledger,
            plain=declared,
            object_key=object_key,
            version_id=None,
            stored_sha256=stored_sha256,
            stored_size=stored_size,
            crc32=measured.crc32,
            key_id=self._master.key_id,
            wrapped_key=self._master.wrap(key, names.key_context()),
        )

    def open(self, stored: StoredFile, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield the plain bytes of [start, end). Raises NotFound, Unavailable, ContentAltered."""
        key, content = data_key(self._master, stored), self._content(stored)
        bound = naming.FileNames.of(stored).associated_data()

        def fetch(first: int, after: int) -> io.BytesIO:
            return io.BytesIO(content[first:after])

        until = stored.plain.size if end is None else end
        yield from decrypting_range(fetch, stored.stored_size, key, bound, start, until)

    def check(self, stored: StoredFile, *, thorough: bool = False) -> FileCheck:
        """Decrypt and compare a stored file; never raises for what it finds."""
        return check_plain(lambda: io.BytesIO(self._content(stored)), stored, self._master, thorough=thorough)

    def check_stored(self, stored: StoredFile) -> FileCheck:
        """Compare the stored bytes with their recorded digest."""
        return check_stored(lambda: io.BytesIO(self._content(stored)), stored)

    def destroy_key(self, stored: StoredFile) -> None:
        """Nothing is kept beside the ledger's copy of the key."""

    def orphans(self, known: Iterable[str]) -> Iterator[str]:
        """Yield the object keys that no entry refers to."""
        yield from self.objects.keys() - set(known)

    def _content(self, stored: StoredFile) -> bytes:
        self._answer()
        if stored.object_key not in self.objects:
            raise NotFound("stored object", stored.object_key)
        return self.objects[stored.object_key]

    def _answer(self) -> None:
        if self.broken:
            raise Unavailable("vault")

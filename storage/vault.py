"""The vault on an S3 store: files in, encrypted and read back; ranges out; checks (docs/spec/vault-v1.md)."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from custody.errors import ContentAltered, CustodyError, NotFound, Unavailable
from custody.ports import FileCheck, FileDigests, LockGrade, MasterKey, StoredFile
from custody.values import ExhibitId, FileId, LedgerId
from storage import naming
from storage.digests import Measured, compare
from storage.durability import sync_filesystem
from storage.file_check import Opening, check_plain, check_stored
from storage.file_keys import data_key
from storage.key_objects import KeyObjects
from storage.lock_probe import Probe, probe
from storage.locks import Retention, lock
from storage.measuring import MeasuredBack, measure_back
from storage.naming import FileNames
from storage.overwriting import look_beside
from storage.parts import Sealing
from storage.reading import Body, Reading
from storage.streaming import KEY, Source, decrypting_range
from storage.uploads import Uploads, Written

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

_log = structlog.get_logger("storage.vault")


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultSettings:
    """Which buckets, how locked, and the directory to sync where the store is embedded."""

    bucket: str
    keys_bucket: str
    retention: Retention = field(default_factory=Retention)
    sync_dir: Path | None = None


class S3Vault:
    """Implements `custody.ports.Vault`. May be shared by threads; memory does not grow with files."""

    def __init__(
        self,
        client: S3Client,
        settings: VaultSettings,
        master: MasterKey,
        *,
        reading: S3Client | None = None,
    ) -> None:
        """Probe the store at once; `reading` is a client that tries once (see Reading).

        Raises Unavailable when the store does not answer, or lies about its lock.
        """
        self._client = client
        self._settings = settings
        self._master = master
        self._uploads = Uploads(client, settings.bucket)
        self._reading = Reading(reading or client, settings.bucket)
        self.keys = KeyObjects(client, settings.keys_bucket)
        self.probe: Probe = probe(client, settings.bucket, settings.retention.mode)
        _log.info("vault_probed", grade=self.probe.grade, conditional_writes=self.probe.conditional_writes)

    def close(self) -> None:
        """End the upload threads."""
        self._uploads.close()

    def grade(self) -> LockGrade:
        """Return the protection that was probed at start."""
        return self.probe.grade

    def store(
        self, staged: Path, *, file: FileId, exhibit: ExhibitId, ledger: LedgerId, declared: FileDigests
    ) -> StoredFile:
        """Encrypt and store a staged file; returns once its bytes are durable, read back and compared.

        Raises DigestMismatch (the staged bytes are not the declared ones), Unavailable, ContentAltered.
        """
        try:
            with staged.open("rb", buffering=0) as source:
                names = FileNames(file=file, exhibit=exhibit, ledger=ledger)
                stored = self.store_from(source, names, declared)
        except FileNotFoundError as fault:
            raise NotFound("staged file", file) from fault
        self.retain(stored)
        return stored

    def store_from(
        self,
        source: Source,
        names: FileNames,
        declared: FileDigests,
        measured: Callable[[], Measured] | None = None,
    ) -> StoredFile:
        """Store what `source` gives, like `store`, but leave it under legal hold: `retain` ends that.

        `measured` tells the digests of what `source` gave, where somebody else computes them; it is
        asked once all bytes were sent, and what it raises stops the object from coming into being.

        1. a fresh data key, wrapped, its object written; 2. parts under legal hold; 3. complete only if
        the digests are the declared ones; 4. sync; 5. read back and compare. 6 and 7 are `retain`.
        """
        key = os.urandom(KEY)
        wrapped = self._master.wrap(key, names.key_context())
        object_key = naming.fresh_object_key(names.file)
        self.keys.put(object_key, wrapped, self._master.key_id, names)
        sealing = Sealing(
            source,
            declared.size,
            key,
            names.associated_data(),
            self._uploads.buffers,
            digesting=measured is None,
        )
        agreed: list[Measured] = []

        def agree() -> None:
            found = sealing.measured() if measured is None else measured()
            compare(declared, found)
            agreed.append(found)

        written = self._write(object_key, sealing, agree)
        self._sync()
        stored_size = self._read_back(written, sealing, agreed[0], key, names)
        return StoredFile(
            file=names.file,
            exhibit=names.exhibit,
            ledger=names.ledger,
            plain=declared,
            object_key=object_key,
            version_id=written.version_id,
            stored_sha256=sealing.stored_sha256(),
            stored_size=stored_size,
            crc32=agreed[0].crc32,
            key_id=self._master.key_id,
            wrapped_key=wrapped,
        )

    def retain(self, stored: StoredFile) -> None:
        """Retain a stored version, then lift the hold of its upload unless holds are to stay. Raises Unavailable."""
        if self.grade() is LockGrade.LOCKED and stored.version_id is not None:
            lock(
                self._client,
                self._settings.bucket,
                stored.object_key,
                stored.version_id,
                self._settings.retention,
            )

    def _write(self, object_key: str, sealing: Sealing, agree: Callable[[], None]) -> Written:
        try:
            return self._uploads.write(
                object_key,
                sealing.parts(),
                hold=self.grade() is LockGrade.LOCKED,
                before_completing=agree,
            )
        except CustodyError:
            self._forget(object_key)
            raise

    def _forget(self, object_key: str) -> None:
        try:
            self.keys.destroy(object_key)
        except Unavailable:
            _log.warning("wrapped_key_left_behind", object_key=object_key)

    def _sync(self) -> None:
        if self._settings.sync_dir is not None:
            sync_filesystem(self._settings.sync_dir)

    def _read_back(
        self, written: Written, sealing: Sealing, agreed: Measured, key: bytes, names: FileNames
    ) -> int:
        try:
            with closing(self._reading.whole(written.object_key, written.version_id)) as body:
                found = measure_back(body, key, names.associated_data())
        except NotFound as fault:
            raise Unavailable("vault", "a file that was just stored is not there") from fault
        expected = MeasuredBack(
            plain_sha256=agreed.sha256,
            plain_size=agreed.size,
            stored_sha256=sealing.stored_sha256(),
            stored_size=found.stored_size,
        )
        if found != expected:
            raise ContentAltered("read back", expected=agreed.sha256, measured=found.plain_sha256)
        return found.stored_size

    def open(self, stored: StoredFile, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield the plain bytes of [start, end).

        Each piece is authentic when it is yielded. Raises NotFound (file or key gone), Unavailable,
        ContentAltered.
        """
        key = data_key(self._master, stored)
        bound = FileNames.of(stored).associated_data()
        bodies: list[Body] = []

        def fetch(first: int, after: int) -> Source:
            found = self._reading.range(stored.object_key, stored.version_id, first, after)
            bodies.append(found)
            return found

        try:
            until = stored.plain.size if end is None else end
            yield from decrypting_range(fetch, stored.stored_size, key, bound, start, until)
        finally:
            for body in bodies:
                body.close()

    def check(self, stored: StoredFile, *, thorough: bool = False) -> FileCheck:
        """Fetch, decrypt and compare a stored file; never raises for what it finds.

        `thorough` compares SHA-512, CRC-32 and the stored digest as well.
        """

        def check(named: StoredFile) -> FileCheck:
            return check_plain(self._opening(named), named, self._master, thorough=thorough)

        return look_beside(self._reading, stored, check)

    def check_stored(self, stored: StoredFile) -> FileCheck:
        """Compare the stored bytes with their recorded digest: needs no key, measures no plain byte."""
        return check_stored(self._opening(stored), stored)

    def destroy_key(self, stored: StoredFile) -> None:
        """Delete the wrapped key's object; with the ledger's copy gone as well the file is unreadable."""
        self.keys.destroy(stored.object_key)

    def orphans(self, known: Iterable[str]) -> Iterator[str]:
        """Yield the object keys that no entry refers to: harmless, and swept by an administrator."""
        referred = set(known)
        yield from (name for name in self._reading.names(naming.FILES) if name not in referred)

    def sweep_uploads(self, before: dt.datetime) -> list[str]:
        """Give up uploads begun before an instant and never completed; return their object keys."""
        return self._uploads.sweep(before)

    def _opening(self, stored: StoredFile) -> Opening:
        return lambda: closing(self._reading.whole(stored.object_key, stored.version_id))

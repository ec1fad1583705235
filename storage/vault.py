"""The vault on an S3 store: files in, encrypted and read back; ranges out; checks (docs/spec/vault-v1.md)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from custody.errors import ContentAltered, CustodyError, DigestMismatch, NotFound, Unavailable
from custody.ports import FileCheck, FileDigests, LockGrade, MasterKey, Outcome, StoredFile
from custody.values import ExhibitId, FileId, LedgerId
from storage import naming
from storage.durability import sync_filesystem
from storage.file_check import check_plain, check_stored
from storage.key_objects import KeyObjects
from storage.lock_probe import Probe, probe
from storage.locks import Retention, lock
from storage.measuring import measure
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

    def __init__(self, client: S3Client, settings: VaultSettings, master: MasterKey) -> None:
        """Probe the store at once. Raises Unavailable when it does not answer, or lies about its lock."""
        self._client = client
        self._settings = settings
        self._master = master
        self._uploads = Uploads(client, settings.bucket)
        self._reading = Reading(client, settings.bucket)
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
                return self.store_from(source, file=file, exhibit=exhibit, ledger=ledger, declared=declared)
        except FileNotFoundError as fault:
            raise NotFound("staged file", file) from fault

    def store_from(
        self, source: Source, *, file: FileId, exhibit: ExhibitId, ledger: LedgerId, declared: FileDigests
    ) -> StoredFile:
        """Store what `source` gives, like `store`.

        1. a fresh data key, wrapped, its object written; 2. parts under legal hold; 3. complete only if
        the digests are the declared ones; 4. sync; 5. read back and compare; 6. retain; 7. lift the hold.
        """
        key = os.urandom(KEY)
        wrapped = self._master.wrap(key, naming.key_context(file, exhibit, ledger))
        bound = naming.associated_data(file, exhibit, ledger)
        object_key = naming.fresh_object_key(file)
        self.keys.put(object_key, wrapped, self._master.key_id, file=file, exhibit=exhibit, ledger=ledger)
        sealing = Sealing(source, declared.size, key, bound, self._uploads.buffers)
        written = self._write(object_key, sealing, declared)
        self._sync()
        stored = self._read_back(written, sealing, key, bound)
        self._lock(written)
        return StoredFile(
            file=file,
            exhibit=exhibit,
            ledger=ledger,
            plain=declared,
            object_key=object_key,
            version_id=written.version_id,
            stored_sha256=sealing.stored_sha256(),
            stored_size=stored,
            crc32=sealing.plain.measured().crc32,
            key_id=self._master.key_id,
            wrapped_key=wrapped,
        )

    def _write(self, object_key: str, sealing: Sealing, declared: FileDigests) -> Written:
        def agree() -> None:
            _compare(sealing, declared)

        try:
            return self._uploads.write(
                object_key, sealing.parts(), hold=self.grade() is LockGrade.LOCKED, before_completing=agree
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

    def _read_back(self, written: Written, sealing: Sealing, key: bytes, bound: bytes) -> int:
        try:
            with closing(self._reading.whole(written.object_key, written.version_id).body) as body:
                found = measure(body, key, bound)
        except NotFound as fault:
            raise Unavailable("vault", "a file that was just stored is not there") from fault
        if found.stored_sha256 != sealing.stored_sha256() or found.plain != sealing.plain.measured():
            raise ContentAltered(
                "read back", expected=sealing.plain.measured().sha256, measured=found.plain.sha256
            )
        return found.stored_size

    def _lock(self, written: Written) -> None:
        if self.grade() is LockGrade.LOCKED and written.version_id is not None:
            lock(
                self._client,
                self._settings.bucket,
                written.object_key,
                written.version_id,
                self._settings.retention,
            )

    def open(self, stored: StoredFile, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield the plain bytes of [start, end).

        Each piece is authentic when it is yielded. Raises NotFound (file or key gone), Unavailable,
        ContentAltered.
        """
        key = self._key(stored)
        bound = naming.associated_data(stored.file, stored.exhibit, stored.ledger)
        bodies: list[Body] = []

        def fetch(first: int, after: int) -> Source:
            found = self._reading.range(stored.object_key, stored.version_id, first, after)
            bodies.append(found.body)
            return found.body

        try:
            until = stored.plain.size if end is None else end
            yield from decrypting_range(fetch, stored.stored_size, key, bound, start, until)
        finally:
            for body in bodies:
                body.close()

    def check(self, stored: StoredFile) -> FileCheck:
        """Fetch, decrypt and compare a stored file; never raises for what it finds."""
        try:
            key = self._key(stored)
        except CustodyError as fault:
            return _not_checked(stored, f"key: {fault.message}")
        return check_plain(self._reading, stored, key)

    def check_stored(self, stored: StoredFile) -> FileCheck:
        """Compare the stored bytes with their recorded digest: needs no key, proves no plain byte."""
        return check_stored(self._reading, stored)

    def destroy_key(self, stored: StoredFile) -> None:
        """Delete the wrapped key's object; with the ledger's copy gone as well the file is unreadable."""
        self.keys.destroy(stored.object_key)

    def orphans(self, known: Iterable[str]) -> Iterator[str]:
        """Yield the object keys that no entry refers to: harmless, and swept by an administrator."""
        referred = set(known)
        yield from (name for name in self._reading.names(naming.FILES) if name not in referred)

    def _key(self, stored: StoredFile) -> bytes:
        if not stored.wrapped_key:
            raise NotFound("data key of file", stored.file)
        if stored.key_id != self._master.key_id:
            raise Unavailable("master key", f"the file needs {stored.key_id}")
        context = naming.key_context(stored.file, stored.exhibit, stored.ledger)
        return self._master.unwrap(stored.wrapped_key, context)


def _compare(sealing: Sealing, declared: FileDigests) -> None:
    found = sealing.plain.measured()
    for what, expected, measured in (
        ("size", str(declared.size), str(found.size)),
        ("SHA-256", declared.sha256, found.sha256),
        ("SHA-512", declared.sha512, found.sha512),
    ):
        if expected != measured:
            raise DigestMismatch(what, expected=expected, measured=measured)


def _not_checked(stored: StoredFile, cause: str) -> FileCheck:
    return FileCheck(file=stored.file, outcome=Outcome.NOT_CHECKED, cause=cause, measured_sha256=None)

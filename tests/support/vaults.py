"""Vaults for tests, real and in memory, each with the hands of somebody who can write to its store."""

import hashlib
import os
import random
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from custody.ports import FileCheck, FileDigests, MasterKey, StoredFile, Vault
from custody.values import ExhibitId, FileId, LedgerId
from storage.embedded import EmbeddedS3
from storage.locks import Retention
from storage.memory import MemoryVault
from storage.s3_client import connect, connect_to_read
from storage.vault import S3Vault, VaultSettings
from storage.wrapping import FileMasterKey
from tests.support.s3 import S3Server

LEDGER = LedgerId("ab" * 32)


class Checkable(Vault, Protocol):
    """A vault with the doors that a scrub uses."""

    def check(self, stored: StoredFile, *, thorough: bool = False) -> FileCheck:
        """Fetch, decrypt and compare."""

    def check_stored(self, stored: StoredFile) -> FileCheck:
        """Compare the stored bytes with their digest."""


class Hands(Protocol):
    """What somebody with write rights can do to one stored file."""

    def content(self, stored: StoredFile) -> bytes:
        """Return the stored bytes."""

    def replace(self, stored: StoredFile, content: bytes) -> None:
        """Put other bytes in their place."""

    def remove(self, stored: StoredFile) -> None:
        """Take them away."""


@dataclass
class Rig:
    """A vault, and the hands of its enemy."""

    vault: Checkable
    hands: Hands
    master: MasterKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sample:
    """A file to store: its bytes on disk, its names, its digests."""

    path: Path
    content: bytes
    file: FileId
    exhibit: ExhibitId
    declared: FileDigests

    def store(self, vault: Vault, declared: FileDigests | None = None) -> StoredFile:
        """Store this file."""
        return vault.store(
            self.path,
            file=self.file,
            exhibit=self.exhibit,
            ledger=LEDGER,
            declared=declared or self.declared,
        )


def digests_of(content: bytes) -> FileDigests:
    """Return what a client declares of these bytes."""
    return FileDigests(
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        sha512=hashlib.sha512(content).hexdigest(),
    )


def sample(folder: Path, size: int, seed: int = 1) -> Sample:
    """Make a file of `size` reproducible bytes."""
    content = random.Random(seed).randbytes(size)
    name = uuid.uuid4()
    path = folder / str(name)
    path.write_bytes(content)
    return Sample(
        path=path,
        content=content,
        file=FileId(str(name)),
        exhibit=ExhibitId(f"exhibit/{uuid.uuid4()}"),
        declared=digests_of(content),
    )


class MemoryHands:
    """Reaches into the memory vault."""

    def __init__(self, vault: MemoryVault) -> None:
        self._vault = vault

    def content(self, stored: StoredFile) -> bytes:
        """Return the stored bytes."""
        return self._vault.objects[stored.object_key]

    def replace(self, stored: StoredFile, content: bytes) -> None:
        """Put other bytes in their place."""
        self._vault.objects[stored.object_key] = content

    def remove(self, stored: StoredFile) -> None:
        """Take them away."""
        del self._vault.objects[stored.object_key]


class S3Hands:
    """The administrator of the bucket."""

    def __init__(self, server: S3Server, bucket: str) -> None:
        self._client = server.client()
        self._bucket = bucket

    def content(self, stored: StoredFile) -> bytes:
        """Return the stored bytes."""
        return self._client.get_object(Bucket=self._bucket, Key=stored.object_key)["Body"].read()

    def replace(self, stored: StoredFile, content: bytes) -> None:
        """Put other bytes in their place; in a bucket with versions this makes a new one."""
        self._client.put_object(Bucket=self._bucket, Key=stored.object_key, Body=content)

    def newest(self, stored: StoredFile) -> StoredFile:
        """Return the record of a file, altered so that it points at the newest version."""
        found = self._client.head_object(Bucket=self._bucket, Key=stored.object_key)
        return replace(stored, version_id=found["VersionId"])

    def remove(self, stored: StoredFile) -> None:
        """Take them away, for good, with every right an administrator has."""
        if stored.version_id is None:
            self._client.delete_object(Bucket=self._bucket, Key=stored.object_key)
            return
        self._client.delete_object(
            Bucket=self._bucket,
            Key=stored.object_key,
            VersionId=stored.version_id,
            BypassGovernanceRetention=True,
        )


def memory_rig() -> Rig:
    """Return a vault in memory."""
    master = FileMasterKey(os.urandom(32))
    vault = MemoryVault(master)
    return Rig(vault=vault, hands=MemoryHands(vault), master=master)


def plain_rig(server: S3Server, bucket: str) -> Rig:
    """Return a vault on a bucket without versions and lock, whose client asks again, as the product's does."""
    master = FileMasterKey(os.urandom(32))
    settings = VaultSettings(bucket=bucket, keys_bucket=bucket)
    endpoint = server.as_endpoint()
    vault = S3Vault(connect(endpoint), settings, master, reading=connect_to_read(endpoint))
    return Rig(vault=vault, hands=S3Hands(server, bucket), master=master)


def locked_rig(store: EmbeddedS3, server: S3Server) -> Rig:
    """Return a vault as `make run` composes it: append-only credentials, Object Lock, synced."""
    master = FileMasterKey(os.urandom(32))
    settings = VaultSettings(
        bucket="evidence",
        keys_bucket="evidence-keys",
        retention=Retention(days=1),
        sync_dir=store.objects_dir,
    )
    reading = connect_to_read(store.endpoint)
    vault = S3Vault(connect(store.endpoint), settings, master, reading=reading)
    return Rig(vault=vault, hands=S3Hands(server, "evidence"), master=master)


def close(rig: Rig) -> None:
    """End the threads of a real vault."""
    if isinstance(rig.vault, S3Vault):
        rig.vault.close()

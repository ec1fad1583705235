"""Benches of the vault: a deposit until it is durable and read back, and the re-check of stored files."""

from __future__ import annotations

import hashlib
import os
import shutil
import statistics
import subprocess
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import boto3

from custody.ports import FileDigests, Outcome, StoredFile
from custody.values import ExhibitId, FileId, LedgerId
from storage import embedded
from storage.locks import Retention
from storage.s3_client import Endpoint, connect, connect_to_read
from storage.scrub import check_all
from storage.vault import S3Vault, VaultSettings
from storage.wrapping import FileMasterKey
from tests.bench import servers
from tests.support import doors, large
from tests.support.doors import Person
from tests.support.large import Large
from tests.support.running_store import admin_of

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

MIB = 1 << 20
SIZE = int(os.environ.get("CUSTODY_BENCH_FILE_MIB", "1024")) * MIB
FILES = 4  # re-checked side by side
LEDGER = LedgerId("ab" * 32)


class Row(TypedDict):
    """One line of the table."""

    name: str
    ours: float
    peer: float
    unit: str
    ratio: float
    must: float | None


def rows(rounds: int) -> list[Row]:
    """Return the rows of I(4) and I(5)."""
    with servers.folder() as folder:
        return [*_deposits(rounds, folder), *_checks(rounds, folder)]


def _deposits(rounds: int, folder: Path) -> list[Row]:
    """(4) Over HTTP to a server in its own process, and the peer on that server's store, in turns."""
    source, declared = _file(folder / "source", SIZE)
    ours, peer = [], []
    with doors.running(folder / "data") as server:
        officer = doors.enrol(doors.found(server), "officer", "officer")
        doors.open_case(officer, "BENCH-1")
        client = bare_client(admin_of(server.data_dir))
        for _ in range(rounds):
            ours.append(_seconds(lambda: _deposit(officer, source, declared)))
            peer.append(_seconds(lambda: _peer_deposit(client, source, folder / "back")))
    source.unlink()
    shutil.rmtree(folder / "data")
    name = f"deposit of {SIZE // MIB} MiB over HTTP until durable, read back and compared"
    return [_rate(name, SIZE, ours, peer, 0.7)]


def _deposit(officer: Person, source: Path, declared: FileDigests) -> None:
    told = large.deposit(officer, Large.named(source, declared))
    if (told["outcome"], told["sha256"]) != ("match", declared.sha256):
        raise AssertionError(told)


def _peer_deposit(client: S3Client, source: Path, back: Path) -> None:
    client.upload_file(str(source), "evidence", "files/peer")
    client.download_file("evidence", "files/peer", str(back))
    with back.open("rb") as file:
        hashlib.file_digest(file, "sha256")
    back.unlink()


def _checks(rounds: int, folder: Path) -> list[Row]:
    """(5) Files of SIZE / FILES each, all cores, against one stream of the same bytes."""
    store = embedded.start(folder / "store")
    try:
        return _checked(rounds, folder, store)
    finally:
        store.stop()


def _checked(rounds: int, folder: Path, store: embedded.EmbeddedS3) -> list[Row]:
    vault = _vault(store)
    client = bare_client(store.admin)
    source, declared = _file(folder / "part", SIZE // FILES)
    stored = [_store(vault, source, declared) for _ in range(FILES)]
    whole, _ = _file(folder / "whole", SIZE)
    client.upload_file(str(whole), "evidence", "files/stream")
    ours, peer, openssl = [], [], []
    for _ in range(rounds):
        ours.append(_seconds(lambda: _check_all(vault, stored)))
        peer.append(_seconds(lambda: _peer_check(client)))
        openssl.append(_seconds(lambda: _openssl(whole)))
    vault.close()
    name = f"re-check of {FILES} stored files, {SIZE // MIB} MiB in all"
    return [
        _rate(f"{name}, against one get_object stream into SHA-256", SIZE, ours, peer, 0.9),
        _rate(f"{name}, against openssl dgst on disk", SIZE, ours, openssl, None),
    ]


def _check_all(vault: S3Vault, stored: list[StoredFile]) -> None:
    outcomes = {check.outcome for check in check_all(vault, stored)}
    if outcomes != {Outcome.MATCH}:
        raise AssertionError(outcomes)


def _peer_check(client: S3Client) -> None:
    digest = hashlib.sha256()
    body = client.get_object(Bucket="evidence", Key="files/stream")["Body"]
    while block := body.read(MIB):
        digest.update(block)


def _openssl(path: Path) -> None:
    subprocess.run(["openssl", "dgst", "-sha256", str(path)], check=True, stdout=subprocess.DEVNULL)


def _vault(store: embedded.EmbeddedS3) -> S3Vault:
    settings = VaultSettings(
        bucket=embedded.EVIDENCE_BUCKET,
        keys_bucket=embedded.KEYS_BUCKET,
        retention=Retention(days=1),
        sync_dir=store.objects_dir,
    )
    reading = connect_to_read(store.endpoint)
    return S3Vault(connect(store.endpoint), settings, FileMasterKey(os.urandom(32)), reading=reading)


def bare_client(endpoint: Endpoint) -> S3Client:
    """Return the plain client of boto3 for a store."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint.url,
        region_name=endpoint.region,
        aws_access_key_id=endpoint.credentials.access_key,
        aws_secret_access_key=endpoint.credentials.secret_key,
    )


def _store(vault: S3Vault, path: Path, declared: FileDigests) -> StoredFile:
    name = str(uuid.uuid4())
    return vault.store(
        path, file=FileId(name), exhibit=ExhibitId(f"exhibit/{name}"), ledger=LEDGER, declared=declared
    )


def _file(path: Path, size: int) -> tuple[Path, FileDigests]:
    sha256, sha512 = hashlib.sha256(), hashlib.sha512()
    with path.open("wb") as file:
        for _ in range(size // MIB):
            block = os.urandom(MIB)
            sha256.update(block)
            sha512.update(block)
            file.write(block)
    return path, FileDigests(size=size, sha256=sha256.hexdigest(), sha512=sha512.hexdigest())


def _seconds(action: Callable[[], None]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def _rate(name: str, size: int, ours: list[float], peer: list[float], must: float | None) -> Row:
    """Return a line in MB/s; the ratio is ours over the peer's."""
    fast, slow = (size / statistics.median(found) / 1e6 for found in (ours, peer))
    return Row(name=name, ours=fast, peer=slow, unit="MB/s", ratio=fast / slow, must=must)

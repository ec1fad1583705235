"""Somebody who owns the disks flips bytes in the embedded store's own files: never a match, never wrong bytes."""

import os
from pathlib import Path

import pytest

from custody.errors import CustodyError
from custody.ports import Outcome
from storage import embedded
from storage.embedded import EmbeddedS3
from storage.locks import Retention
from storage.s3_client import connect, connect_to_read
from storage.vault import S3Vault, VaultSettings
from storage.wrapping import FileMasterKey
from tests.support.vaults import sample

MASTER = FileMasterKey(os.urandom(32))


def open_vault(store: EmbeddedS3) -> S3Vault:
    """Return a vault on a store of our own."""
    settings = VaultSettings(
        bucket="evidence",
        keys_bucket="evidence-keys",
        retention=Retention(days=1),
        sync_dir=store.objects_dir,
    )
    return S3Vault(connect(store.endpoint), settings, MASTER, reading=connect_to_read(store.endpoint))


def flip(folder: Path, content: bytes) -> None:
    """Flip one bit in the middle of `content`, wherever it lies on disk."""
    flipped = 0
    for path in folder.rglob("*.dat"):
        data = path.read_bytes()
        at = data.find(content)
        while at >= 0:
            with path.open("r+b") as file:
                file.seek(at + len(content) // 2)
                file.write(bytes([data[at + len(content) // 2] ^ 1]))
            flipped += 1
            at = data.find(content, at + 1)
    assert flipped


@pytest.mark.s3
@pytest.mark.slow
def test_a_bit_flipped_on_disk_is_never_a_match(tmp_path: Path) -> None:
    """The store notices its own rot and refuses: the file is not checked, its neighbour still matches."""
    store = embedded.start(tmp_path / "store")
    try:
        vault = open_vault(store)
        small, large, sound = (sample(tmp_path, size).store(vault) for size in (5000, 20 << 20, 5000))
        pieces = [
            connect(store.endpoint)
            .get_object(Bucket="evidence", Key=one.object_key)["Body"]
            .read()[1000:1400]
            for one in (small, large)
        ]
        vault.close()
    finally:
        store.stop()
    for piece in pieces:
        flip(store.objects_dir, piece)

    store = embedded.start(tmp_path / "store")
    try:
        vault = open_vault(store)
        found = [vault.check(one) for one in (small, large, sound)]
        with pytest.raises(CustodyError):
            b"".join(vault.open(small))
        vault.close()
    finally:
        store.stop()

    assert [Outcome.NOT_CHECKED, Outcome.NOT_CHECKED, Outcome.MATCH] == [check.outcome for check in found]
    assert all(check.cause for check in found[:2])

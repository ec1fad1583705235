"""What every place for objects promises, asked of memory, of a folder, and of real S3 with and without Object Lock."""

import threading
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from custody.errors import AlreadyTaken, NotFound
from custody.ports import LockGrade, ObjectStore
from storage.embedded import EVIDENCE_BUCKET, EmbeddedS3
from storage.lock_probe import probe
from storage.locks import Retention
from storage.memory_objects import FolderObjects, MemoryObjects
from storage.objects import Place, S3Objects
from storage.s3_client import connect
from tests.support.s3 import S3Server

KINDS = [
    pytest.param("memory"),
    pytest.param("folder"),
    pytest.param("plain", marks=pytest.mark.s3),
    pytest.param("locked", marks=pytest.mark.s3),
]


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    """Return an empty place."""
    if request.param == "memory":
        return MemoryObjects()
    if request.param == "folder":
        return FolderObjects(tmp_path)
    if request.param == "plain":
        return plain(request.getfixturevalue("s3_server"), request.getfixturevalue("s3_bucket"))
    return locked(request.getfixturevalue("embedded_store"))


def plain(server: S3Server, bucket: str) -> S3Objects:
    """Return a place in a bucket without versions."""
    client = server.client()
    found = probe(client, bucket, "GOVERNANCE")
    return S3Objects(client, Place(bucket=bucket, prefix="log/", probe=found))


def locked(store: EmbeddedS3) -> S3Objects:
    """Return a place as `make run` composes it: append-only credentials, Object Lock."""
    client = connect(store.endpoint)
    found = probe(client, EVIDENCE_BUCKET, "GOVERNANCE")
    assert found.grade is LockGrade.LOCKED
    prefix = f"log/{uuid.uuid4().hex}/"
    return S3Objects(
        client, Place(bucket=EVIDENCE_BUCKET, prefix=prefix, probe=found, retention=Retention(days=1))
    )


def test_what_was_created_is_read(store: ObjectStore) -> None:
    """Bytes come back; a name that was never written is NotFound."""
    store.create("tile/0/000", b"\x00hashes", lock=True)
    store.create("tile/0/x001/000", b"")

    assert b"\x00hashes" == store.read("tile/0/000").data
    assert b"" == store.read("tile/0/x001/000").data
    for name in ("tile/0/001", "tile/0", "tile"):
        with pytest.raises(NotFound):
            store.read(name)


@pytest.mark.parametrize("data", [b"first", b"second"])
def test_nothing_is_created_twice(store: ObjectStore, data: bytes) -> None:
    """A name that exists is refused, with the same bytes too, and keeps its first bytes."""
    store.create("a", b"first")

    with pytest.raises(AlreadyTaken):
        store.create("a", data)
    assert b"first" == store.read("a").data


def test_replacing_needs_the_newest_tag(store: ObjectStore) -> None:
    """Only who has read the newest state may write the next: a stale tag, and none, are refused."""
    store.replace("checkpoint", b"1", None)
    first = store.read("checkpoint").tag
    store.replace("checkpoint", b"2", first)

    for tag in (first, None):
        with pytest.raises(AlreadyTaken):
            store.replace("checkpoint", b"3", tag)
    assert b"2" == store.read("checkpoint").data


def test_what_is_gone_cannot_be_replaced(store: ObjectStore) -> None:
    """The tag of an object that is not there is refused."""
    store.create("checkpoint", b"1")
    tag = store.read("checkpoint").tag
    store.remove("checkpoint")

    with pytest.raises(AlreadyTaken):
        store.replace("checkpoint", b"2", tag)


def test_one_of_many_writers_wins(store: ObjectStore) -> None:
    """Of eight writers with one tag exactly one succeeds."""
    store.create("checkpoint", b"0")
    tag = store.read("checkpoint").tag
    won: list[bytes] = []
    lost: list[bytes] = []

    def write(data: bytes) -> None:
        try:
            store.replace("checkpoint", data, tag)
            won.append(data)
        except AlreadyTaken:
            lost.append(data)

    _together([partial(write, b"%d" % each) for each in range(1, 9)])

    assert (1, 7) == (len(won), len(lost))
    assert won == [store.read("checkpoint").data]


def test_removed_objects_are_gone(store: ObjectStore) -> None:
    """A removed name is NotFound and can be written anew; removing twice is fine."""
    store.create("tile/0/000.p/1", b"1")
    store.remove("tile/0/000.p/1")
    store.remove("tile/0/000.p/1")

    with pytest.raises(NotFound):
        store.read("tile/0/000.p/1")
    store.create("tile/0/000.p/1", b"2")
    assert b"2" == store.read("tile/0/000.p/1").data


def test_names_are_listed_in_order(store: ObjectStore) -> None:
    """A prefix gives the names that begin with it, and only those."""
    for name in ("tile/0/001", "tile/0/000.p/2", "tile/0/000.p/10", "tile/00", "checkpoint"):
        store.create(name, b"x")

    assert ["tile/0/000.p/10", "tile/0/000.p/2"] == list(store.names("tile/0/000.p/"))
    assert ["tile/0/000.p/10", "tile/0/000.p/2", "tile/0/001"] == list(store.names("tile/0/"))
    assert [] == list(store.names("none/"))


@pytest.mark.s3
def test_a_locked_object_stays(embedded_store: EmbeddedS3) -> None:
    """Under Object Lock a full tile outlives its removal; a partial tile, which is not locked, does not."""
    store = locked(embedded_store)
    store.create("tile/0/000", b"full", lock=True)
    store.create("tile/0/001.p/1", b"partial")

    store.remove("tile/0/000")
    store.remove("tile/0/001.p/1")

    assert b"full" == store.read("tile/0/000").data
    assert ["tile/0/000"] == list(store.names("tile/"))


def _together(steps: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=step) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

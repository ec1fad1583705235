"""The publisher on a real S3 store with Object Lock and append-only credentials, and the ledger read back from it."""

import uuid
from pathlib import Path

import pytest

from custody.errors import NotFound, Unavailable
from custody.ports import LockGrade
from events.opening import open_database
from events.publishing.mirror import mirror
from events.publishing.places import Places
from events.publishing.rebuilding import Rebuild
from events.publishing.serving import is_public, log_file
from storage.embedded import EVIDENCE_BUCKET, KEYS_BUCKET, EmbeddedS3
from storage.locks import Retention
from storage.memory_objects import FolderObjects
from storage.objects import LogObjects, log_objects
from storage.s3_client import connect
from tests.support import publishing
from tests.support.ledgers import Office
from tests.support.publishing import LOG, Press
from tests.support.s3 import S3Server

pytestmark = pytest.mark.s3


@pytest.fixture
def objects(embedded_store: EmbeddedS3) -> LogObjects:
    """Return empty places as composition makes them."""
    return log_objects(
        connect(embedded_store.endpoint),
        bucket=EVIDENCE_BUCKET,
        keys_bucket=KEYS_BUCKET,
        retention=Retention(days=1),
        name=f"{uuid.uuid4().hex}/",
    )


@pytest.fixture
def press(objects: LogObjects, tmp_path: Path) -> Press:
    """Return a ledger that was published at 6, 300 and 520 entries."""
    made = publishing.open_press(open_database(tmp_path / "ledger.sqlite"), 6)
    made = Press(made.office, Places(objects.log, objects.rebuild, objects.keys))
    for size in (6, 300, 520):
        made.grow(size)
        assert size == made.publisher.run_once().size
    return made


def test_the_whole_ledger_comes_back(press: Press, tmp_path: Path) -> None:
    """From S3 alone an empty database gets the same root, and every value that its keys open."""
    database = open_database(tmp_path / "new.sqlite")
    rebuilt = Rebuild(database, press.places, LOG, lambda _: None).run()
    office = Office.open(database)

    head = press.office.ledger.head()
    assert (520, head.root, 0) == (rebuilt.checkpoint.size, rebuilt.checkpoint.root, rebuilt.keys_gone)
    for index in (0, 5, 255, 519):
        assert press.office.ledger.disclosures(index) == office.ledger.disclosures(index)
    database.close()


def test_full_tiles_are_locked_and_partial_ones_go(
    press: Press, objects: LogObjects, s3_server: S3Server, tmp_path: Path
) -> None:
    """A full tile's version cannot be deleted by our credentials; partial ones whose full one is there are gone."""
    for name in ("tile/0/000", "tile/entries/001"):
        objects.log.remove(name)
        assert objects.log.read(name).data
        place = objects.log._place
        client = s3_server.client()
        head = client.head_object(Bucket=place.bucket, Key=place.prefix + name)
        assert "GOVERNANCE" == head["ObjectLockMode"]
    assert LockGrade.LOCKED is objects.log._place.probe.grade
    assert [] == list(objects.log.names("tile/0/000.p/"))
    assert [] == list(objects.log.names("tile/entries/000.p/"))
    assert [] == list(objects.rebuild.names("rows/000.p/"))
    assert 520 == mirror(objects.log, FolderObjects(tmp_path / "log"))


def test_older_checkpoints_are_not_kept_as_versions(
    press: Press, objects: LogObjects, s3_server: S3Server
) -> None:
    """`checkpoint` has one version; each published one is among the rebuild objects."""
    place = objects.log._place
    found = s3_server.client().list_object_versions(Bucket=place.bucket, Prefix=place.prefix + "checkpoint")
    assert 1 == len(found["Versions"])
    assert [] == found.get("DeleteMarkers", [])
    names = set(objects.rebuild.names("checkpoints/"))
    assert {"checkpoints/6", "checkpoints/300", "checkpoints/520"} == names
    assert press.office.ledger.refusal is None


@pytest.mark.parametrize(
    ("path", "public", "immutable"),
    [
        ("checkpoint", True, False),
        ("tile/0/000", True, True),
        ("tile/0/002.p/8", True, True),
        ("tile/1/000.p/2", True, True),
        ("tile/entries/002.p/8", False, True),
    ],
)
def test_files_are_served(press: Press, path: str, public: bool, immutable: bool) -> None:
    """Checkpoint and hash tiles are for anyone, entry bundles are not; all but `checkpoint` never change."""
    found = log_file(press.log, path)
    assert press.log.read(path).data == found.data
    assert (public, immutable) == (is_public(path), found.is_immutable)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/checkpoint",
        "tile/0/0",
        "tile/64/000",
        "tile/00/000",
        "tile/0/000.p/256",
        "tile/0/000.p/0",
        "tile/0/../0/000",
        "tile/entries/",
        "../rebuild/rows/000",
        "tile/0/000\n",
    ],
)
def test_no_other_name_is_served(press: Press, path: str) -> None:
    """Whatever is not a name of the log is not found."""
    assert not is_public(path)
    with pytest.raises(NotFound):
        log_file(press.log, path)


def test_keys_are_not_put_under_lock(embedded_store: EmbeddedS3) -> None:
    """A bucket with Object Lock is refused as the place of keys."""
    with pytest.raises(Unavailable, match="could not be destroyed"):
        log_objects(
            connect(embedded_store.endpoint),
            bucket=EVIDENCE_BUCKET,
            keys_bucket=EVIDENCE_BUCKET,
            retention=Retention(days=1),
        )

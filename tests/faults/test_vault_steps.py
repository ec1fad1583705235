"""Each step of storing a file failed, and failed after it was done: nothing unsound is ever returned."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from custody.errors import ContentAltered, DigestMismatch, Unavailable
from custody.ports import Outcome
from storage.embedded import EmbeddedS3
from storage.locks import Retention
from storage.s3_client import connect
from storage.uploads import THREADS
from storage.vault import S3Vault, VaultSettings
from storage.wrapping import FileMasterKey
from tests.support.faulty_client import FaultyClient, When
from tests.support.s3 import S3Server
from tests.support.vaults import Sample, digests_of, sample

pytestmark = pytest.mark.s3

SMALL, LARGE = 1000, 40 << 20

Step = tuple[int, str, int, type[Exception] | None]
# (size, step, good calls of it before, what storing ends in when the call was done all the same)
STEPS: list[Step] = [
    (SMALL, "put_object", 0, Unavailable),  # the wrapped key
    (SMALL, "put_object", 1, None),  # the file: settled by looking
    (LARGE, "create_multipart_upload", 0, Unavailable),
    (LARGE, "upload_part", 0, Unavailable),
    (LARGE, "upload_part", 2, Unavailable),
    (LARGE, "complete_multipart_upload", 0, None),
    (SMALL, "get_object", 0, Unavailable),  # the reading back: for these tests it is asked for once
    (LARGE, "get_object", 0, Unavailable),
    (SMALL, "put_object_retention", 0, Unavailable),
    (SMALL, "put_object_legal_hold", 0, Unavailable),
]


@pytest.fixture
def client(embedded_store: EmbeddedS3) -> FaultyClient:
    """Return a client that fails on demand."""
    return FaultyClient(connect(embedded_store.endpoint))


@pytest.fixture
def vault(client: FaultyClient, embedded_store: EmbeddedS3) -> Iterator[S3Vault]:
    """Return a vault on that client."""
    settings = VaultSettings(bucket="evidence", keys_bucket="evidence-keys", retention=Retention(days=1))
    made = S3Vault(client, settings, FileMasterKey(os.urandom(32)))  # type: ignore[arg-type]
    yield made
    made.close()


def objects_of(vault: S3Vault, given: Sample) -> list[str]:
    """Return the objects that the store keeps of a file."""
    return [name for name in vault.orphans(()) if given.file in name]


def free_buffers(vault: S3Vault) -> int:
    """Return how many part buffers are free."""
    return vault._uploads.buffers._free._value


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", STEPS, ids=lambda at: f"{at[1]}-{at[2]}-of-{at[0]}")
def test_a_failed_step_is_survived(
    vault: S3Vault,
    client: FaultyClient,
    s3_server: S3Server,
    tmp_path: Path,
    at: Step,
    when: When,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Storing says so, or was done; what is left is an orphan that is reported; trying again succeeds."""
    monkeypatch.setattr("storage.reading.PAUSES", ())
    size, step, skip, ends_in = at
    given = sample(tmp_path, size)
    client.fail(step, when, skip=skip)

    if ends_in is None and when == "after":
        assert Outcome.MATCH == vault.check(given.store(vault)).outcome
    else:
        with pytest.raises(Unavailable):
            given.store(vault)
    left = objects_of(vault, given)
    stored = given.store(vault)

    assert 1 == client.failed
    assert Outcome.MATCH == vault.check(stored).outcome
    assert {stored.object_key, *left} == set(objects_of(vault, given))
    assert stored.object_key not in left
    assert THREADS + 2 == free_buffers(vault)
    uploads = s3_server.client().list_multipart_uploads(Bucket="evidence").get("Uploads", [])
    # An upload that was begun though its answer never came cannot be given up by name: the sweep's task.
    begun_unseen = step == "create_multipart_upload" and when == "after"
    assert begun_unseen == any(given.file in upload["Key"] for upload in uploads)
    swept = vault.sweep_uploads(datetime.now(UTC) + timedelta(minutes=1))
    assert begun_unseen == any(given.file in name for name in swept)
    assert [] == vault.sweep_uploads(datetime.now(UTC) + timedelta(minutes=1))


def test_a_digest_that_differs_leaves_no_object(vault: S3Vault, s3_server: S3Server, tmp_path: Path) -> None:
    """Bytes that are not the declared ones never become an object, nor leave a key or an upload."""
    for size in (SMALL, LARGE):
        given = sample(tmp_path, size)

        with pytest.raises(DigestMismatch):
            given.store(vault, digests_of(b"other"))

        assert [] == objects_of(vault, given)
        admin = s3_server.client()
        uploads = admin.list_multipart_uploads(Bucket="evidence").get("Uploads", [])
        assert not any(given.file in upload["Key"] for upload in uploads)
        keys = admin.list_objects_v2(Bucket="evidence-keys", Prefix=f"keys/{given.file[:2]}/{given.file}")
        assert 0 == keys["KeyCount"]
        assert THREADS + 2 == free_buffers(vault)


def test_bytes_altered_on_their_way_are_noticed(
    vault: S3Vault, client: FaultyClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If what is read back is not what was sent, storing ends in ContentAltered and nothing is returned."""
    real = client._real.get_object

    def altered(**request: str) -> object:
        answer = real(**request)  # type: ignore[arg-type]
        body = bytearray(answer["Body"].read())
        body[-1] ^= 1
        answer["Body"] = _Body(bytes(body))  # type: ignore[typeddict-item]
        return answer

    monkeypatch.setattr(client._real, "get_object", altered)

    with pytest.raises(ContentAltered):
        sample(tmp_path, SMALL).store(vault)


def test_an_answer_that_ends_early_is_not_checked(
    vault: S3Vault, client: FaultyClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that is cut in the middle of a file says nothing about the file."""
    stored = sample(tmp_path, SMALL).store(vault)
    real = client._real.get_object

    def cut(**request: str) -> object:
        answer = real(**request)  # type: ignore[arg-type]
        answer["Body"] = _Body(answer["Body"].read()[:500])  # type: ignore[typeddict-item]
        return answer

    monkeypatch.setattr(client._real, "get_object", cut)

    assert Outcome.NOT_CHECKED == vault.check(stored).outcome
    assert Outcome.NOT_CHECKED == vault.check_stored(stored).outcome
    with pytest.raises(Unavailable):
        b"".join(vault.open(stored))


def test_a_store_that_is_away_is_not_checked(
    vault: S3Vault, client: FaultyClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that does not answer leaves the file unjudged, and the next check judges it."""
    stored = sample(tmp_path, SMALL).store(vault)
    with monkeypatch.context() as patch:
        patch.setattr("storage.reading.PAUSES", ())
        client.fail("get_object", "before")

        assert Outcome.NOT_CHECKED == vault.check(stored).outcome
    assert Outcome.MATCH == vault.check(stored).outcome


def test_one_lost_answer_is_asked_for_again(vault: S3Vault, client: FaultyClient, tmp_path: Path) -> None:
    """A single timeout is not yet a reason to say that a file could not be checked."""
    stored = sample(tmp_path, SMALL).store(vault)
    client.fail("get_object", "before")

    assert Outcome.MATCH == vault.check(stored).outcome
    assert 1 == client.failed


class _Body:
    """The body of an answer, from memory."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def read(self, size: int) -> bytes:
        """Return the next bytes."""
        found, self._content = self._content[:size], self._content[size:]
        return found

    def close(self) -> None:
        """Nothing is open."""

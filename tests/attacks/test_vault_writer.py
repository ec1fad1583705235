"""Somebody with the bucket administrator's rights attacks stored files; the record and the lock stand against it."""

import io
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from urllib3 import HTTPResponse

from custody.errors import ContentAltered, NotFound, Unavailable
from custody.ports import LockGrade, Outcome
from storage.embedded import EmbeddedS3
from storage.locks import Retention
from storage.overwriting import GONE, OVERWRITTEN, RESTORED
from storage.s3_client import connect
from storage.vault import S3Vault, VaultSettings
from storage.wrapping import FileMasterKey
from tests.support import vaults
from tests.support.s3 import S3Server
from tests.support.vaults import S3Hands, sample

pytestmark = pytest.mark.s3

MIB = 1 << 20


@pytest.fixture
def rig(embedded_store: EmbeddedS3, s3_server: S3Server) -> Iterator[vaults.Rig]:
    """Return the vault as `make run` composes it, and its enemy."""
    made = vaults.locked_rig(embedded_store, s3_server)
    yield made
    vaults.close(made)


def hands_of(rig: vaults.Rig) -> S3Hands:
    """Return the enemy's hands on S3."""
    assert isinstance(rig.hands, S3Hands)
    return rig.hands


@pytest.mark.parametrize("size", [1000, 3 * MIB])
def test_an_overwritten_file_is_still_the_recorded_version(
    rig: vaults.Rig, tmp_path: Path, size: int
) -> None:
    """Writing a new version over a file changes nothing: reads name the recorded version."""
    given = sample(tmp_path, size)
    stored = given.store(rig.vault)
    altered = bytearray(rig.hands.content(stored))
    altered[len(altered) // 2] ^= 1

    rig.hands.replace(stored, bytes(altered))

    found = rig.vault.check(stored)
    assert (Outcome.MATCH, OVERWRITTEN) == (found.outcome, found.cause)
    assert given.content == b"".join(rig.vault.open(stored))


@pytest.mark.parametrize("altered", [True, False])
def test_other_bytes_in_place_of_a_removed_version_are_no_missing_file(
    rig: vaults.Rig, tmp_path: Path, *, altered: bool
) -> None:
    """Who removes the recorded version and writes another under its key is found out as altering, not as losing."""
    stored = sample(tmp_path, 5000).store(rig.vault)
    content = bytearray(rig.hands.content(stored))
    content[2500] ^= altered
    rig.hands.replace(stored, bytes(content))
    rig.hands.remove(stored)

    found = rig.vault.check(stored)

    expected = (Outcome.MISMATCH, GONE) if altered else (Outcome.MATCH, RESTORED)
    assert expected == (found.outcome, found.cause)


@pytest.mark.parametrize("at", [0, 7, 35, 41, MIB, -1])
def test_a_record_pointed_at_altered_bytes_is_a_mismatch(rig: vaults.Rig, tmp_path: Path, at: int) -> None:
    """If the record of the version is altered as well, the bytes give it away."""
    stored = sample(tmp_path, 2 * MIB).store(rig.vault)
    altered = bytearray(rig.hands.content(stored))
    altered[at] ^= 1
    rig.hands.replace(stored, bytes(altered))
    led_astray = hands_of(rig).newest(stored)

    assert led_astray.version_id != stored.version_id
    assert Outcome.MISMATCH == rig.vault.check(led_astray).outcome
    assert Outcome.MISMATCH == rig.vault.check_stored(led_astray).outcome
    with pytest.raises(ContentAltered):
        b"".join(rig.vault.open(led_astray))


def test_another_exhibits_file_is_a_mismatch(rig: vaults.Rig, tmp_path: Path) -> None:
    """The bytes of one exhibit, offered under another's record, are bound to the first and do not open."""
    one, two = sample(tmp_path, 5000).store(rig.vault), sample(tmp_path, 5000).store(rig.vault)
    swapped = replace(one, object_key=two.object_key, version_id=two.version_id)
    swapped_with_key = replace(swapped, wrapped_key=two.wrapped_key)

    assert Outcome.MISMATCH == rig.vault.check(swapped).outcome
    assert Outcome.NOT_CHECKED == rig.vault.check(swapped_with_key).outcome  # two's key is bound to two
    assert Outcome.MISMATCH == rig.vault.check_stored(swapped_with_key).outcome


def test_a_shortened_version_is_a_mismatch(rig: vaults.Rig, tmp_path: Path) -> None:
    """A version cut at a segment's end is a mismatch, and a range of it is never taken for the file."""
    stored = sample(tmp_path, 3 * MIB).store(rig.vault)
    rig.hands.replace(stored, rig.hands.content(stored)[: 2 * MIB])
    led_astray = hands_of(rig).newest(stored)

    assert Outcome.MISMATCH == rig.vault.check(led_astray).outcome
    with pytest.raises(ContentAltered):
        b"".join(rig.vault.open(led_astray, 2 * MIB, 3 * MIB))


def test_a_deleted_version_is_not_checked(rig: vaults.Rig, tmp_path: Path) -> None:
    """An administrator may bypass GOVERNANCE: then the file is missing, which is said, and not called altered."""
    stored = sample(tmp_path, 1000).store(rig.vault)

    rig.hands.remove(stored)

    assert Outcome.NOT_CHECKED == rig.vault.check(stored).outcome
    with pytest.raises(NotFound):
        b"".join(rig.vault.open(stored))


def test_a_delete_marker_hides_nothing(rig: vaults.Rig, s3_server: S3Server, tmp_path: Path) -> None:
    """Deleting without naming a version leaves a marker; the recorded version is still read."""
    given = sample(tmp_path, 1000)
    stored = given.store(rig.vault)

    s3_server.client().delete_object(Bucket="evidence", Key=stored.object_key)

    assert given.content == b"".join(rig.vault.open(stored))
    assert Outcome.MATCH == rig.vault.check(stored).outcome


def test_the_services_own_credentials_cannot_delete(
    rig: vaults.Rig, embedded_store: EmbeddedS3, tmp_path: Path
) -> None:
    """Whoever takes over the service can neither delete a stored version nor lift its retention."""
    stored = sample(tmp_path, 1000).store(rig.vault)
    assert stored.version_id is not None
    client = connect(embedded_store.endpoint)

    for bypass in (False, True):
        with pytest.raises(ClientError, match="AccessDenied"):
            client.delete_object(
                Bucket="evidence",
                Key=stored.object_key,
                VersionId=stored.version_id,
                BypassGovernanceRetention=bypass,
            )

    assert Outcome.MATCH == rig.vault.check(stored).outcome


def test_the_lock_is_set_and_the_hold_lifted(rig: vaults.Rig, s3_server: S3Server, tmp_path: Path) -> None:
    """A stored version is retained as the settings say, and the hold of the upload is gone."""
    stored = sample(tmp_path, 1000).store(rig.vault)

    found = s3_server.client().head_object(
        Bucket="evidence", Key=stored.object_key, VersionId=stored.version_id or ""
    )

    assert "GOVERNANCE" == found["ObjectLockMode"]
    assert "ON" != found.get("ObjectLockLegalHoldStatus")


def test_a_hold_that_is_to_stay_stays(
    embedded_store: EmbeddedS3, s3_server: S3Server, tmp_path: Path
) -> None:
    """With `hold` the legal hold of the upload is kept, and not even an administrator deletes the version."""
    settings = VaultSettings(
        bucket="evidence", keys_bucket="evidence-keys", retention=Retention(days=1, hold=True)
    )
    vault = S3Vault(connect(embedded_store.endpoint), settings, FileMasterKey(os.urandom(32)))
    stored = sample(tmp_path, 1000).store(vault)

    with pytest.raises(ClientError, match="AccessDenied"):
        S3Hands(s3_server, "evidence").remove(stored)
    assert Outcome.MATCH == vault.check(stored).outcome
    vault.close()


def test_destroying_the_key_disposes_of_a_locked_file(
    rig: vaults.Rig, s3_server: S3Server, tmp_path: Path
) -> None:
    """The wrapped key is the one deletable thing: without it, locked bytes are noise."""
    stored = sample(tmp_path, 1000).store(rig.vault)
    assert isinstance(rig.vault, S3Vault)
    key_id, wrapped = rig.vault.keys.get(stored.object_key)
    assert (stored.key_id, stored.wrapped_key) == (key_id, wrapped)

    rig.vault.destroy_key(stored)
    rig.vault.destroy_key(stored)

    with pytest.raises(NotFound):
        rig.vault.keys.get(stored.object_key)
    versions = s3_server.client().list_object_versions(
        Bucket="evidence-keys", Prefix="keys/" + stored.file[:2]
    )
    assert stored.object_key.rpartition("/")[2] not in str(versions.get("Versions", []))
    erased = replace(stored, wrapped_key=b"")
    assert Outcome.NOT_CHECKED == rig.vault.check(erased).outcome
    assert Outcome.MATCH == rig.vault.check_stored(erased).outcome


def test_grades_are_what_trying_showed(
    rig: vaults.Rig, embedded_store: EmbeddedS3, s3_server: S3Server, s3_bucket: str
) -> None:
    """Locked, versioned and plain buckets are told apart, and the probe leaves one locked version, not one a start."""
    admin = s3_server.client()
    master = FileMasterKey(os.urandom(32))

    def grade(bucket: str) -> LockGrade:
        vault = S3Vault(admin, VaultSettings(bucket=bucket, keys_bucket=bucket), master)
        vault.close()
        return vault.grade()

    assert LockGrade.LOCKED == rig.vault.grade()
    assert LockGrade.PLAIN == grade(s3_bucket)
    admin.put_bucket_versioning(Bucket=s3_bucket, VersioningConfiguration={"Status": "Enabled"})
    assert LockGrade.VERSIONED == grade(s3_bucket)
    assert LockGrade.LOCKED == grade("evidence")
    probes = admin.list_object_versions(Bucket="evidence", Prefix="probe/lock")
    assert 1 == [version["Key"] for version in probes["Versions"]].count("probe/lock")


def test_a_lock_that_cannot_be_tested_is_not_claimed(embedded_store: EmbeddedS3, s3_server: S3Server) -> None:
    """Where the credentials may not delete at all, a refusal proves nothing about the lock."""
    client = connect(embedded_store.endpoint)
    client.meta.events.register("before-send.s3.DeleteObject", _denied)  # type: ignore[arg-type]

    vault = S3Vault(
        client, VaultSettings(bucket="evidence", keys_bucket="evidence-keys"), FileMasterKey(bytes(32))
    )

    assert LockGrade.VERSIONED == vault.grade()
    assert "cannot be tested" in vault.probe.reason
    vault.close()


def test_a_store_that_lies_about_its_lock_is_not_used(s3_server: S3Server, s3_bucket: str) -> None:
    """A bucket that promises Object Lock, and lets the locked version go, stops the start."""
    client = s3_server.client()
    client.meta.events.register("before-send.s3.GetObjectLockConfiguration", _promise)  # type: ignore[arg-type]
    client.put_bucket_versioning(Bucket=s3_bucket, VersioningConfiguration={"Status": "Enabled"})
    client.meta.events.register("before-parameter-build.s3.PutObject", _without_lock)

    with pytest.raises(Unavailable, match="promises Object Lock"):
        S3Vault(client, VaultSettings(bucket=s3_bucket, keys_bucket=s3_bucket), FileMasterKey(bytes(32)))


def _answer(request: AWSPreparedRequest, status: int, body: bytes) -> AWSResponse:
    raw = HTTPResponse(body=io.BytesIO(body), preload_content=False)
    return AWSResponse(request.url, status, HTTPHeaders(), raw)


def _denied(request: AWSPreparedRequest, **_: object) -> AWSResponse:
    return _answer(request, 403, b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>")


def _promise(request: AWSPreparedRequest, **_: object) -> AWSResponse:
    body = (
        b"<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>"
    )
    return _answer(request, 200, body)


def _without_lock(params: dict[str, object], **_: object) -> None:
    params.pop("ObjectLockMode", None)
    params.pop("ObjectLockRetainUntilDate", None)

"""Finds out what the store really refuses, by trying it (docs/spec/vault-v1.md, section 4)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import botocore.exceptions as vendor

from custody.errors import AlreadyTaken, NotFound, Unavailable
from custody.ports import LockGrade
from storage.locks import Mode
from storage.naming import PROBE
from storage.s3_client import asking, code_of

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

_PROBE_DAYS: Final = 1
_NO_LOCK: Final = frozenset(
    {"ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration", "NotImplemented"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What trying showed: the grade, why, and whether `If-None-Match: *` is honoured."""

    grade: LockGrade
    reason: str
    conditional_writes: bool


def probe(client: S3Client, bucket: str, mode: Mode) -> Probe:
    """Try to delete a locked version, and to overwrite an object that must not exist.

    Raises Unavailable when the store does not answer, and when a bucket that promises Object
    Lock lets the locked version be deleted: a store that lies is not used.
    """
    conditional = _honours_conditions(client, bucket)
    if _promises_lock(client, bucket):
        return _probe_lock(client, bucket, mode, conditional=conditional)
    if _is_versioned(client, bucket):
        return _found(LockGrade.VERSIONED, "the bucket keeps versions but has no Object Lock", conditional)
    return _found(LockGrade.PLAIN, "the bucket has neither versions nor Object Lock", conditional)


def _found(grade: LockGrade, reason: str, conditional: bool) -> Probe:  # noqa: FBT001
    return Probe(grade=grade, reason=reason, conditional_writes=conditional)


def _probe_lock(client: S3Client, bucket: str, mode: Mode, *, conditional: bool) -> Probe:
    if not _may_delete(client, bucket):
        return _found(
            LockGrade.VERSIONED,
            "the lock cannot be tested: these credentials may not delete under probe/",
            conditional,
        )
    version = _locked_version(client, bucket, mode)
    if _deletes(client, bucket, PROBE, version):
        raise Unavailable("vault", "the bucket promises Object Lock, yet a locked version could be deleted")
    return _found(
        LockGrade.LOCKED, f"deleting a version under {mode} retention was tried and refused", conditional
    )


def _honours_conditions(client: S3Client, bucket: str) -> bool:
    name = PROBE + ".condition"
    for _ in range(2):  # at the very first start the first write makes the object
        try:
            with asking("probing the store"):
                client.put_object(Bucket=bucket, Key=name, Body=b"custody probe", IfNoneMatch="*")
        except AlreadyTaken:
            return True
    return False


def _promises_lock(client: S3Client, bucket: str) -> bool:
    try:
        with asking("probing the store"):
            try:
                answer = client.get_object_lock_configuration(Bucket=bucket)
            except vendor.ClientError as fault:
                if code_of(fault) in _NO_LOCK:
                    return False
                raise
    except NotFound as fault:
        raise Unavailable("vault", f"there is no bucket {bucket}") from fault
    return answer.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") == "Enabled"


def _is_versioned(client: S3Client, bucket: str) -> bool:
    with asking("probing the store"):
        return client.get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled"


def _may_delete(client: S3Client, bucket: str) -> bool:
    """Say whether an unlocked version can be deleted: if not, a refusal would say nothing about locks."""
    name = PROBE + ".unlocked"
    with asking("probing the store"):
        version = client.put_object(Bucket=bucket, Key=name, Body=b"custody probe")["VersionId"]
    return _deletes(client, bucket, name, version)


def _locked_version(client: S3Client, bucket: str, mode: Mode) -> str:
    """Return a version that is retained now: the one of earlier starts while its lock lasts, else a new one."""
    now = dt.datetime.now(dt.UTC)
    try:
        with asking("probing the store"):
            head = client.head_object(Bucket=bucket, Key=PROBE)
        until = head.get("ObjectLockRetainUntilDate", now)
        if head.get("ObjectLockMode") == mode and until > now + dt.timedelta(minutes=5):
            return head["VersionId"]
    except NotFound:
        pass
    with asking("probing the store"):
        return client.put_object(
            Bucket=bucket,
            Key=PROBE,
            Body=b"custody probe",
            ObjectLockMode=mode,
            ObjectLockRetainUntilDate=(now + dt.timedelta(days=_PROBE_DAYS)).replace(microsecond=0),
        )["VersionId"]


def _deletes(client: S3Client, bucket: str, name: str, version: str) -> bool:
    with asking("probing the store"):
        try:
            client.delete_object(Bucket=bucket, Key=name, VersionId=version)
        except vendor.ClientError as fault:
            if fault.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
                raise
            return False
    return True

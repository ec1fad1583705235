"""A place for small objects on an S3 store: conditional writes, locks, versions (docs/spec/log-v1.md section 1)."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import botocore.exceptions as vendor
import structlog

from custody.errors import AlreadyTaken, NotFound, Unavailable
from custody.ports import LockGrade, StoredObject
from storage.lock_probe import Probe, probe
from storage.locks import Retention
from storage.s3_client import asking, code_of, status_of

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client
    from types_boto3_s3.type_defs import PutObjectRequestTypeDef

_log = structlog.get_logger("storage.objects")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A bucket and what the names in it begin with; `probe` is what was found by trying at start."""

    bucket: str
    prefix: str
    probe: Probe
    retention: Retention = field(default_factory=Retention)


class S3Objects:
    """Implements `custody.ports.ObjectStore`. May be shared by threads."""

    def __init__(self, client: S3Client, place: Place) -> None:
        """Raise Unavailable for a store that does not honour conditions: two publishers could overwrite."""
        if not place.probe.conditional_writes:
            raise Unavailable(
                "object store", "does not honour If-None-Match: the log cannot be published there"
            )
        self._client, self._place = client, place

    def read(self, name: str) -> StoredObject:
        """Return an object's newest version."""
        with asking(name):
            answer = self._client.get_object(Bucket=self._place.bucket, Key=self._key(name))
            return StoredObject(answer["Body"].read(), f"{answer['ETag']} {answer.get('VersionId', '')}")

    def create(self, name: str, data: bytes, *, lock: bool = False) -> None:
        """Write an object that must not exist; a lock is for the place's retention, where it has locks."""
        request = self._request(name, data)
        request["IfNoneMatch"] = "*"
        if lock and self._place.probe.grade is LockGrade.LOCKED:
            retention = self._place.retention
            until = dt.datetime.now(dt.UTC) + dt.timedelta(days=retention.days)
            request["ObjectLockMode"] = retention.mode
            request["ObjectLockRetainUntilDate"] = until.replace(microsecond=0)
        self._put(request)

    def replace(self, name: str, data: bytes, tag: str | None) -> None:
        """Write an object over the state that `tag` names; in a bucket with versions the one replaced goes."""
        if tag is None:
            self.create(name, data)
            return
        request = self._request(name, data)
        request["IfMatch"], _, version = tag.partition(" ")
        self._put(request)
        if version and self._place.probe.grade is not LockGrade.PLAIN:
            self._delete(name, version)

    def remove(self, name: str) -> None:
        """Delete an object with all its versions; one that is locked, or may not be deleted, stays."""
        if self._place.probe.grade is not LockGrade.PLAIN:
            self._remove_versions(name)
        else:
            self._delete(name, None)

    def names(self, prefix: str) -> Iterator[str]:
        """Yield names page by page."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._place.bucket, Prefix=self._key(prefix)
        )
        with asking("listing objects"):
            for page in pages:
                for found in page.get("Contents", []):
                    yield found["Key"].removeprefix(self._place.prefix)

    def _request(self, name: str, data: bytes) -> PutObjectRequestTypeDef:
        return {
            "Bucket": self._place.bucket,
            "Key": self._key(name),
            "Body": data,
            "ChecksumSHA256": base64.b64encode(hashlib.sha256(data).digest()).decode(),
        }

    def _put(self, request: PutObjectRequestTypeDef) -> None:
        name = request["Key"]
        try:
            with asking(name):
                try:
                    self._client.put_object(**request)
                except vendor.ClientError as fault:
                    if code_of(fault) == "ConditionalRequestConflict" or status_of(fault) == 409:
                        raise AlreadyTaken("object") from fault
                    raise
        except NotFound as fault:
            if "IfMatch" in request:  # what was to be replaced is gone
                raise AlreadyTaken("object") from fault
            raise Unavailable(name, "its bucket is not there") from fault

    def _remove_versions(self, name: str) -> None:
        key = self._key(name)
        with asking(name):
            found = self._client.list_object_versions(Bucket=self._place.bucket, Prefix=key)
        for each in (*found.get("Versions", []), *found.get("DeleteMarkers", [])):
            if each["Key"] == key:
                self._delete(name, each["VersionId"])

    def _delete(self, name: str, version: str | None) -> None:
        try:
            with asking(name):
                try:
                    if version is None:
                        self._client.delete_object(Bucket=self._place.bucket, Key=self._key(name))
                    else:
                        self._client.delete_object(
                            Bucket=self._place.bucket, Key=self._key(name), VersionId=version
                        )
                except vendor.ClientError as fault:
                    if status_of(fault) != 403:
                        raise
                    _log.info("object_kept", name=name, reason=code_of(fault))
        except NotFound:
            return

    def _key(self, name: str) -> str:
        return self._place.prefix + name


@dataclass(frozen=True, slots=True, kw_only=True)
class LogObjects:
    """The three places of a log: `log` and `rebuild` beside the evidence, `keys` beside the wrapped file keys."""

    log: S3Objects
    rebuild: S3Objects
    keys: S3Objects


def log_objects(
    client: S3Client, *, bucket: str, keys_bucket: str, retention: Retention, name: str = ""
) -> LogObjects:
    """Return the places of a log in the two buckets of a vault; `name` parts several logs there, and ends in `/`.

    Both buckets are probed. Raises Unavailable for a store that does not answer or does not honour conditions, and
    for a bucket of keys that keeps what is deleted.
    """
    locked, plain = (probe(client, each, retention.mode) for each in (bucket, keys_bucket))
    if plain.grade is LockGrade.LOCKED:
        raise Unavailable(
            "object store", f"{keys_bucket} has Object Lock: a key there could not be destroyed"
        )
    places = [
        Place(bucket=bucket, prefix=f"log/{name}", probe=locked, retention=retention),
        Place(bucket=bucket, prefix=f"rebuild/{name}", probe=locked, retention=retention),
        Place(bucket=keys_bucket, prefix=f"streams/{name}", probe=plain, retention=retention),
    ]
    log, rebuild, keys = (S3Objects(client, place) for place in places)
    return LogObjects(log=log, rebuild=rebuild, keys=keys)

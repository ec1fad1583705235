"""Writes one encrypted file as one new object: parts in parallel, each with its SHA-256 (vault-v1, section 5)."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog

from custody.errors import AlreadyTaken, CustodyError, NotFound, Unavailable
from storage.naming import FILES
from storage.parts import Buffers, Part
from storage.s3_client import asking

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client
    from types_boto3_s3.type_defs import (
        CompletedPartTypeDef,
        CreateMultipartUploadRequestTypeDef,
        PutObjectRequestTypeDef,
    )

THREADS: Final = 4
_METADATA: Final = {"custody-format": "custody-stored-file-1"}

_log = structlog.get_logger("storage.uploads")


@dataclass(frozen=True, slots=True)
class Written:
    """An object that the store says it has; `version_id` is None in a bucket without versions."""

    object_key: str
    version_id: str | None


class Uploads:
    """Writes objects to one bucket. Threads and buffers are shared by all files of the process."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="upload")
        self.buffers = Buffers(THREADS + 2)

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=True)

    def write(
        self, object_key: str, parts: Iterator[Part], *, hold: bool, before_completing: Callable[[], None]
    ) -> Written:
        """Write an object that must not exist yet, under legal hold from its first moment if `hold`.

        `before_completing` is called once all parts were made; what it raises stops the object from
        coming into being. Raises AlreadyTaken, Unavailable; an unfinished upload is given up.
        """
        first = next(parts)
        if first.last:
            return self._write_whole(object_key, first, before_completing, hold=hold)
        return self._write_parts(object_key, first, parts, before_completing, hold=hold)

    def _write_whole(
        self, object_key: str, part: Part, before_completing: Callable[[], None], *, hold: bool
    ) -> Written:
        request: PutObjectRequestTypeDef = {
            "Bucket": self._bucket,
            "Key": object_key,
            "Body": part.body(),
            "ChecksumSHA256": _sha256(part),
            "IfNoneMatch": "*",
            "Metadata": _METADATA,
        }
        if hold:
            request["ObjectLockLegalHoldStatus"] = "ON"
        try:
            part.digested.result()
            before_completing()
            with asking("storing a file"):
                answer = self._client.put_object(**request)
        except (AlreadyTaken, Unavailable):
            return self._settle(object_key, part.used)
        finally:
            self.buffers.give_back(part.buffer)
        return Written(object_key, _version(answer.get("VersionId")))

    def _write_parts(
        self,
        object_key: str,
        first: Part,
        rest: Iterator[Part],
        before_completing: Callable[[], None],
        *,
        hold: bool,
    ) -> Written:
        try:
            upload = self._begin(object_key, hold=hold)
        except CustodyError:
            first.digested.exception()
            self.buffers.give_back(first.buffer)
            raise
        try:
            done, size = self._send_all(object_key, upload, first, rest)
            before_completing()
            return self._complete(object_key, upload, done, size)
        except BaseException:
            self._abort(object_key, upload)  # of an upload that was completed unseen this takes nothing away
            raise

    def _begin(self, object_key: str, *, hold: bool) -> str:
        request: CreateMultipartUploadRequestTypeDef = {
            "Bucket": self._bucket,
            "Key": object_key,
            "ChecksumAlgorithm": "SHA256",
            "Metadata": _METADATA,
        }
        if hold:
            request["ObjectLockLegalHoldStatus"] = "ON"
        with asking("beginning an upload"):
            return self._client.create_multipart_upload(**request)["UploadId"]

    def _send_all(
        self, object_key: str, upload: str, first: Part, rest: Iterator[Part]
    ) -> tuple[list[CompletedPartTypeDef], int]:
        under_way: set[Future[CompletedPartTypeDef]] = set()
        done: list[CompletedPartTypeDef] = []
        size, part = 0, first
        try:
            while True:
                size += part.used
                under_way.add(self._pool.submit(self._send, object_key, upload, part))
                finished = {task for task in under_way if task.done()}
                under_way -= finished
                done += [task.result() for task in finished]
                if part.last:
                    break
                part = next(rest)
            done += [task.result() for task in under_way]
        finally:
            wait(under_way)  # their buffers go back before anybody gives the upload up
        return sorted(done, key=lambda sent: sent["PartNumber"]), size

    def _send(self, object_key: str, upload: str, part: Part) -> CompletedPartTypeDef:
        try:
            digest = _sha256(part)
            with asking("storing a part"):
                answer = self._client.upload_part(
                    Bucket=self._bucket,
                    Key=object_key,
                    UploadId=upload,
                    PartNumber=part.number,
                    Body=part.body(),
                    ChecksumAlgorithm="SHA256",
                    ChecksumSHA256=digest,
                )
            return {"PartNumber": part.number, "ETag": answer["ETag"], "ChecksumSHA256": digest}
        finally:
            part.digested.exception()
            self.buffers.give_back(part.buffer)

    def _complete(self, object_key: str, upload: str, done: list[CompletedPartTypeDef], size: int) -> Written:
        try:
            with asking("completing an upload"):
                answer = self._client.complete_multipart_upload(
                    Bucket=self._bucket,
                    Key=object_key,
                    UploadId=upload,
                    MultipartUpload={"Parts": done},
                    IfNoneMatch="*",
                )
        except (AlreadyTaken, NotFound, Unavailable):
            return self._settle(object_key, size)
        return Written(object_key, _version(answer.get("VersionId")))

    def _settle(self, object_key: str, size: int) -> Written:
        """Find out whether a write that was not acknowledged, or was tried twice, took place.

        The name is random and ours alone, and every byte is read back before anything refers to
        it, so an object of the right size is the one we wrote. Raises Unavailable, AlreadyTaken.
        """
        try:
            with asking("looking for a stored file"):
                found = self._client.head_object(Bucket=self._bucket, Key=object_key)
        except NotFound as fault:
            raise Unavailable("vault", "the store did not take the file") from fault
        if found["ContentLength"] != size:
            raise AlreadyTaken("file")
        _log.warning("write_settled_by_looking", object_key=object_key)
        return Written(object_key, _version(found.get("VersionId")))

    def _abort(self, object_key: str, upload: str) -> None:
        try:
            with asking("giving an upload up"):
                self._client.abort_multipart_upload(Bucket=self._bucket, Key=object_key, UploadId=upload)
        except CustodyError as fault:
            _log.warning("upload_left_behind", object_key=object_key, reason=str(fault))

    def sweep(self, before: dt.datetime) -> list[str]:
        """Give up the uploads begun before an instant that nobody completed; return their object keys.

        Parts of such an upload take room and belong to nothing. Raises Unavailable.
        """
        swept: list[str] = []
        with asking("sweeping uploads"):
            pages = self._client.get_paginator("list_multipart_uploads").paginate(
                Bucket=self._bucket, Prefix=FILES
            )
            for upload in [found for page in pages for found in page.get("Uploads", [])]:
                if upload["Initiated"] < before:
                    self._abort(upload["Key"], upload["UploadId"])
                    swept.append(upload["Key"])
        return swept


def _sha256(part: Part) -> str:
    return base64.b64encode(hashlib.sha256(memoryview(part.buffer)[: part.used]).digest()).decode()


def _version(given: str | None) -> str | None:
    # A bucket whose versioning was suspended answers "null".
    return None if given in {None, "", "null"} else given

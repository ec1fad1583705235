"""Reads stored objects by version, whole or in ranges (docs/spec/vault-v1.md, section 6)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from custody.errors import Unavailable
from storage.s3_client import asking, may_pass

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from types_boto3_s3.client import S3Client
    from types_boto3_s3.type_defs import GetObjectRequestTypeDef

PAUSES: Final = (0.2, 0.8)  # seconds between attempts at opening a file


class Body:
    """The body of one answer: reading it raises Unavailable where the connection, or the store, fails."""

    def __init__(self, answer_body: StreamingBody, size: int) -> None:
        self._body = answer_body
        self._left = size

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes; none only when all announced bytes have come."""
        with asking("reading a stored file"):
            found: bytes = self._body.read(min(size, self._left)) if self._left else b""
        if self._left and not found:
            raise Unavailable("reading a stored file", "the store ended its answer early")
        self._left -= len(found)
        return found

    def close(self) -> None:
        """Drop the connection."""
        self._body.close()


class Reading:
    """Reads from one bucket.

    The client should try once: SeaweedFS answers 500 for a file that it cannot read only after it tried for 13 s,
    so asking five times would take a minute a file. What may pass is asked again here.
    """

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def whole(self, object_key: str, version_id: str | None) -> Body:
        """Open a version. Raises NotFound, Unavailable."""
        return self._get({"Bucket": self._bucket, "Key": object_key}, version_id)

    def range(self, object_key: str, version_id: str | None, start: int, end: int) -> Body:
        """Open bytes [start, end) of a version. Raises NotFound, Unavailable."""
        request: GetObjectRequestTypeDef = {
            "Bucket": self._bucket,
            "Key": object_key,
            "Range": f"bytes={start}-{end - 1}",
        }
        return self._get(request, version_id)

    def newest(self, object_key: str) -> str | None:
        """Return the version that stands under a key now. Raises NotFound (none, or deleted), Unavailable."""
        with asking("a stored file"):
            answer = self._client.head_object(Bucket=self._bucket, Key=object_key)
        return answer.get("VersionId")

    def names(self, prefix: str) -> Iterator[str]:
        """Yield the keys of the current objects under a prefix. Raises Unavailable."""
        with asking("listing stored files"):
            for page in self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=prefix
            ):
                yield from (found["Key"] for found in page.get("Contents", []))

    def _get(self, request: GetObjectRequestTypeDef, version_id: str | None) -> Body:
        if version_id is not None:
            request["VersionId"] = version_id
        for pause in PAUSES:
            try:
                return self._ask(request)
            except Unavailable as fault:
                if not may_pass(fault):
                    raise
            time.sleep(pause)
        return self._ask(request)

    def _ask(self, request: GetObjectRequestTypeDef) -> Body:
        with asking("a stored file"):
            answer = self._client.get_object(**request)
        return Body(answer["Body"], answer["ContentLength"])

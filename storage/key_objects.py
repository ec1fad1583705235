"""The wrapped data keys as objects of their own, without lock: destroying one disposes of a file (vault-v1, 3.2)."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from custody.canonical import canonical, parse
from custody.errors import Malformed, NotFound
from custody.values import from_base64
from storage.naming import FileNames, wrapped_key_name
from storage.s3_client import asking

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client


class KeyObjects:
    """The bucket of wrapped keys. It must have neither Object Lock nor versions."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, object_key: str, wrapped: bytes, key_id: str, names: FileNames) -> None:
        """Store the wrapped key of an object. Raises Unavailable."""
        content = canonical(
            {
                "exhibit": names.exhibit,
                "file": names.file,
                "format": "custody-wrapped-key/1",
                "key_id": key_id,
                "ledger": names.ledger,
                "object": object_key,
                "wrapped": base64.b64encode(wrapped).decode(),
            }
        )
        with asking("storing a wrapped key"):
            self._client.put_object(
                Bucket=self._bucket,
                Key=wrapped_key_name(object_key),
                Body=content,
                ChecksumSHA256=base64.b64encode(hashlib.sha256(content).digest()).decode(),
            )

    def get(self, object_key: str) -> tuple[str, bytes]:
        """Return key id and wrapped key, for a rebuild. Raises NotFound (destroyed), Unavailable, Malformed."""
        with asking("a wrapped key"):
            answer = self._client.get_object(Bucket=self._bucket, Key=wrapped_key_name(object_key))
            content = answer["Body"].read()
        found = parse(content)
        if not isinstance(found, dict) or found.get("object") != object_key:
            raise Malformed("wrapped key", "belongs to another object")
        return str(found.get("key_id")), from_base64(found.get("wrapped"), "wrapped")

    def destroy(self, object_key: str) -> None:
        """Delete the wrapped key of an object; one that is gone already is fine. Raises Unavailable."""
        try:
            with asking("destroying a wrapped key"):
                self._client.delete_object(Bucket=self._bucket, Key=wrapped_key_name(object_key))
        except NotFound:
            return

"""The two buckets: evidence, made with Object Lock, and keys, made without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import botocore.exceptions as vendor

from storage.s3_client import asking, code_of

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client


def make(client: S3Client, evidence: str, keys: str) -> None:
    """Create what is missing of the two buckets (vault-v1, section 5); needs the right to make buckets."""
    with asking("buckets"):
        _make(client, evidence, locked=True)
        # A wrapped key must be destroyable: no lock, no versions.
        _make(client, keys, locked=False)


def _make(client: S3Client, name: str, *, locked: bool) -> None:
    try:
        client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=locked)
    except vendor.ClientError as fault:
        if code_of(fault) not in {"BucketAlreadyExists", "BucketAlreadyOwnedByYou"}:
            raise

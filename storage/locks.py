"""Retention and legal hold of stored versions (docs/spec/vault-v1.md, section 5, steps 6 and 7)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from storage.s3_client import asking

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

Mode = Literal["GOVERNANCE", "COMPLIANCE"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long a stored version may not be deleted, and whether a legal hold stays on it.

    GOVERNANCE can be lifted by whoever has the right to bypass it; COMPLIANCE by nobody, not even
    by an administrator. `hold` has no end and is lifted by hand.
    """

    mode: Mode = "GOVERNANCE"
    days: int = 3650
    hold: bool = False


def lock(client: S3Client, bucket: str, object_key: str, version_id: str, retention: Retention) -> None:
    """Retain a version that is under legal hold, then lift the hold unless it is to stay. Raises Unavailable."""
    until = dt.datetime.now(dt.UTC) + dt.timedelta(days=retention.days)
    with asking("locking a stored file"):
        client.put_object_retention(
            Bucket=bucket,
            Key=object_key,
            VersionId=version_id,
            Retention={"Mode": retention.mode, "RetainUntilDate": until.replace(microsecond=0)},
        )
        if not retention.hold:
            client.put_object_legal_hold(
                Bucket=bucket, Key=object_key, VersionId=version_id, LegalHold={"Status": "OFF"}
            )

"""One S3 client with explicit limits, and the one translation of its errors (vault-v1, section 7)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import boto3
import botocore.exceptions as vendor
import urllib3.exceptions
from botocore.config import Config

from custody.errors import AlreadyTaken, ContentAltered, CustodyError, NotFound, Unavailable
from storage.weed_config import Credentials

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

CONNECT_SECONDS: Final = 5
READ_SECONDS: Final = 120
ATTEMPTS: Final = 5
CONNECTIONS: Final = 24

_MISSING: Final = frozenset({"NoSuchKey", "NoSuchVersion", "NoSuchBucket", "404", "NotFound"})
_TAKEN: Final = frozenset({"PreconditionFailed", "412"})
_TRANSPORT: Final = (
    vendor.HTTPClientError,
    vendor.IncompleteReadError,
    vendor.ResponseStreamingError,
    vendor.FlexibleChecksumError,
    urllib3.exceptions.HTTPError,
    OSError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where an S3 store listens and who we are there. `url` None means AWS itself."""

    url: str | None
    credentials: Credentials
    region: str = "us-east-1"
    ca_bundle: str | None = None


def connect(endpoint: Endpoint, attempts: int = ATTEMPTS) -> S3Client:
    """Return a client; low-level clients may be shared by threads, so one per process is enough."""
    return _client(endpoint, _config(attempts))


def connect_to_read(endpoint: Endpoint) -> S3Client:
    """Return a client for `Reading`: it tries once, and computes no digest of what it reads.

    Whoever reads a stored file compares it with its record, and opens segments that carry a tag.
    """
    return _client(endpoint, _config(1, response_checksums="when_required"))


def _client(endpoint: Endpoint, config: Config) -> S3Client:
    return boto3.client(
        "s3",
        endpoint_url=endpoint.url,
        region_name=endpoint.region,
        aws_access_key_id=endpoint.credentials.access_key,
        aws_secret_access_key=endpoint.credentials.secret_key,
        verify=endpoint.ca_bundle,
        config=config,
    )


def _config(
    attempts: int, response_checksums: Literal["when_supported", "when_required"] = "when_supported"
) -> Config:
    return Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=CONNECTIONS,
        request_checksum_calculation="when_supported",
        response_checksum_validation=response_checksums,
        signature_version="s3v4",
        # Every body carries a signed x-amz-checksum-sha256, which the store enforces;
        # signing the payload as well would be the same digest computed a second time.
        s3={"addressing_style": "path", "payload_signing_enabled": False},
    )


def code_of(fault: vendor.ClientError) -> str:
    """Return the S3 error code, e.g. `NoSuchKey`."""
    return str(fault.response.get("Error", {}).get("Code", ""))


def status_of(fault: vendor.ClientError) -> int:
    """Return the HTTP status of a refused request."""
    return int(fault.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Translate what a request to the store can end in.

    A write whose outcome is unknown is Unavailable too: object names are never used twice and no
    entry refers to an object that was not read back, so what it may have left is an orphan.

    Raises NotFound (no such object), AlreadyTaken (If-None-Match), ContentAltered (a range beyond its
    end), Unavailable (all else).
    """
    try:
        yield
    except vendor.ClientError as fault:
        raise _refusal(what, fault) from fault
    except (*_TRANSPORT, vendor.BotoCoreError) as fault:
        raise Unavailable(what, type(fault).__name__) from fault


def may_pass(fault: Unavailable) -> bool:
    """Say whether asking again soon may help: not where the store itself tried and could not read its disk."""
    cause = fault.__cause__
    return not isinstance(cause, vendor.ClientError) or status_of(cause) in {429, 503}


def is_down(fault: Unavailable) -> bool:
    """Say whether the store did not answer at all, rather than that it could not give one object."""
    return fault.__cause__ is not None and may_pass(fault)


def _refusal(what: str, fault: vendor.ClientError) -> CustodyError:
    code = code_of(fault)
    if code in _MISSING:
        return NotFound("stored object", what)
    if code in _TAKEN:
        return AlreadyTaken("file")
    if status_of(fault) == 416:
        return ContentAltered("stored file", expected="as long as recorded", measured="shorter")
    return Unavailable(what, f"the store answered {code or status_of(fault)}")

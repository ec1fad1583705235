"""A real S3 server for the test run, the one that `make run` starts, and a fresh bucket for each test that asks."""

import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config

from storage import embedded
from storage.s3_client import Endpoint
from storage.weed_config import Credentials

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Server:
    """Where the server listens, and the credentials of its administrator."""

    endpoint: str
    access_key: str
    secret_key: str
    region: str = "us-east-1"

    def as_endpoint(self) -> Endpoint:
        """Return it as the product names a store, for a client that asks again when a busy store gives no answer."""
        credentials = Credentials(access_key=self.access_key, secret_key=self.secret_key)
        return Endpoint(url=self.endpoint, credentials=credentials, region=self.region)

    def client(self) -> "S3Client":
        """Return a boto3 client with the administrator's rights; it tries once, so that faults are seen."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            region_name=self.region,
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )


@pytest.fixture(scope="session")
def embedded_store() -> Iterator[embedded.EmbeddedS3]:
    """Run the embedded store, with its two buckets, for the whole test run."""
    with tempfile.TemporaryDirectory(prefix="custody-s3-") as folder:
        store = embedded.start(Path(folder))
        try:
            yield store
        finally:
            store.stop()


@pytest.fixture(scope="session")
def s3_server(embedded_store: embedded.EmbeddedS3) -> S3Server:
    """Where the store of this test run listens, with the administrator's credentials."""
    return _administered(embedded_store)


@pytest.fixture
def s3_bucket(s3_server: S3Server) -> str:
    """Name of a new bucket, empty and without Object Lock."""
    name = f"test-{uuid.uuid4().hex}"
    s3_server.client().create_bucket(Bucket=name)
    return name


def _administered(store: embedded.EmbeddedS3) -> S3Server:
    admin = store.admin
    assert admin.url is not None
    return S3Server(
        endpoint=admin.url,
        access_key=admin.credentials.access_key,
        secret_key=admin.credentials.secret_key,
        region=admin.region,
    )

"""A real S3 server (SeaweedFS) for the test run, and a fresh bucket for each test that asks for one."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

START_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Server:
    """Where the server listens, and the credentials of its administrator."""

    endpoint: str
    access_key: str
    secret_key: str
    region: str = "us-east-1"

    def client(self) -> "S3Client":
        """Return a boto3 client with the administrator's rights."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            region_name=self.region,
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """Run an S3 server for the whole test run."""
    with tempfile.TemporaryDirectory(prefix="custody-s3-") as folder, started(Path(folder)) as server:
        yield server


@pytest.fixture
def s3_bucket(s3_server: S3Server) -> str:
    """Name of a new bucket, empty and without Object Lock."""
    name = f"test-{uuid.uuid4().hex}"
    s3_server.client().create_bucket(Bucket=name)
    return name


@contextmanager
def started(folder: Path) -> Iterator[S3Server]:
    """Run a server with its data in `folder`; killed when left."""
    access_key, secret_key = secrets.token_hex(10), secrets.token_hex(20)
    identities = folder / "s3.json"
    identities.write_text(_identities(access_key, secret_key))
    ports = free_ports(5)
    (folder / "data").mkdir()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            _command(folder / "data", identities, ports), stdout=log, stderr=log, start_new_session=True
        )
    try:
        server = S3Server(
            endpoint=f"http://127.0.0.1:{ports[3]}", access_key=access_key, secret_key=secret_key
        )
        _wait_until_ready(server, process, folder / "log")
        yield server
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_ports(count: int) -> list[int]:
    """Ports that are free and whose gRPC ports (port + 10000) are free too."""
    ports: list[int] = []
    while len(ports) < count:
        port = secrets.randbelow(35_000) + 20_000
        if port not in ports and _is_free(port) and _is_free(port + 10_000):
            ports.append(port)
    return ports


def _is_free(port: int) -> bool:
    with socket.socket() as candidate:
        try:
            candidate.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _identities(access_key: str, secret_key: str) -> str:
    credentials = [{"accessKey": access_key, "secretKey": secret_key}]
    return json.dumps({"identities": [{"name": "admin", "credentials": credentials, "actions": ["Admin"]}]})


def _command(data: Path, identities: Path, ports: list[int]) -> list[str]:
    names = ("master", "volume", "filer", "s3", "admin")
    return [
        str(Path(sys.executable).with_name("weed")),
        "-logtostderr=true",
        "mini",
        f"-dir={data}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        *(f"-{name}.port={port}" for name, port in zip(names, ports, strict=True)),
        "-master.telemetry=false",
        "-webdav=false",
        "-admin.ui=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        f"-s3.config={identities}",
        "-s3.iam=false",
        "-s3.autoCreateBucket=false",
        "-volume.preStopSeconds=0",
    ]


def _wait_until_ready(server: S3Server, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait for a list and then a write to succeed; the first works before the volume server does."""
    client = server.client()
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            client.list_buckets()
            client.create_bucket(Bucket="ready")
            client.put_object(Bucket="ready", Key="ready", Body=b"ready")
        except (BotoCoreError, ClientError):
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"the S3 server did not start:\n{log.read_text(errors='replace')[-2000:]}")

"""What a store answers, told apart once for everybody."""

import socket
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, IncompleteReadError, ReadTimeoutError

from custody.errors import AlreadyTaken, ContentAltered, CustodyError, NotFound, Unavailable
from storage import s3_client
from storage.durability import sync_filesystem
from storage.s3_client import Endpoint, asking
from storage.vault import S3Vault, VaultSettings
from storage.weed_config import Credentials
from storage.wrapping import FileMasterKey


def refusal(code: str, status: int) -> ClientError:
    """Return what boto3 raises for an answer."""
    return ClientError(
        {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "GetObject",
    )


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (refusal("NoSuchKey", 404), NotFound),
        (refusal("NoSuchVersion", 404), NotFound),
        (refusal("PreconditionFailed", 412), AlreadyTaken),
        (refusal("InvalidRange", 416), ContentAltered),
        (refusal("InternalError", 500), Unavailable),
        (refusal("AccessDenied", 403), Unavailable),
        (refusal("SlowDown", 503), Unavailable),
        (ReadTimeoutError(endpoint_url="http://x"), Unavailable),
        (IncompleteReadError(actual_bytes=1, expected_bytes=2), Unavailable),
        (ConnectionResetError(), Unavailable),
    ],
    ids=repr,
)
def test_each_answer_has_one_meaning(fault: Exception, expected: type[CustodyError]) -> None:
    """The vendor's error is kept as the cause, and never reaches a caller."""
    with pytest.raises(expected) as raised, asking("test"):
        raise fault

    assert fault is raised.value.__cause__
    assert expected is type(raised.value)


def test_what_is_not_the_stores_fault_passes() -> None:
    """A mistake of ours is not dressed up as an answer of the store."""
    with pytest.raises(ZeroDivisionError), asking("test"):
        raise ZeroDivisionError


def test_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """A vault whose store is not there does not open."""
    monkeypatch.setattr(s3_client, "ATTEMPTS", 1)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        client = s3_client.connect(Endpoint(url=url, credentials=Credentials("a", "b")))

        with pytest.raises(Unavailable):
            S3Vault(client, VaultSettings(bucket="a", keys_bucket="b"), FileMasterKey(bytes(32)))


def test_every_limit_is_explicit() -> None:
    """No wait and no number of attempts is left to the library's defaults."""
    config = s3_client.connect(
        Endpoint(url="http://127.0.0.1:1", credentials=Credentials("a", "b"))
    ).meta.config

    assert (5, 120) == (config.connect_timeout, config.read_timeout)  # type: ignore[attr-defined]
    assert {"mode": "standard", "total_max_attempts": 5} == config.retries  # type: ignore[attr-defined]
    assert "when_supported" == config.request_checksum_calculation  # type: ignore[attr-defined]


def test_a_filesystem_can_be_synced(tmp_path: Path) -> None:
    """Calling syncfs works for a directory that is there, and a missing one is Unavailable."""
    sync_filesystem(tmp_path)

    with pytest.raises(Unavailable):
        sync_filesystem(tmp_path / "missing")

"""The object store answers only after the service has started: it is waited for, compared, and then acts are taken."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.support import doors, polling
from tests.support.doors import Server
from tests.support.gate import Gate
from tests.support.s3 import S3Server

pytestmark = [pytest.mark.s3, pytest.mark.slow]


@pytest.fixture
def gate(s3_server: S3Server) -> Iterator[Gate]:
    """Return a closed gate before the real store of this test run."""
    with Gate(urlsplit(s3_server.endpoint).port or 0) as found:
        yield found


@pytest.fixture
def settings(gate: Gate, s3_server: S3Server, s3_bucket: str) -> dict[str, str]:
    """Return settings of a service whose store is behind the gate."""
    return {
        "CUSTODY_S3__ENDPOINT": f"http://127.0.0.1:{gate.port}",
        "CUSTODY_S3__BUCKET": s3_bucket,
        "CUSTODY_S3__KEYS_BUCKET": s3_bucket,
        "CUSTODY_S3__ACCESS_KEY": s3_server.access_key,
        "CUSTODY_S3__SECRET_KEY": s3_server.secret_key,
        "CUSTODY_PUBLISH_SECONDS": "0.2",
    }


def state(server: Server) -> tuple[str, str]:
    """Return the state of a ledger, and why it is read-only."""
    told = httpx2.get(f"{server.api}/ledger").json()
    return told["state"], told.get("reason", "")


def ready(server: Server) -> int:
    """Return what /readyz answers."""
    return httpx2.get(f"{server.url}/readyz").status_code


def published(server: Server) -> int:
    """Return the size of the published log; 0 while there is none."""
    answer = httpx2.get(f"{server.url}/log/checkpoint")
    return int(answer.content.split(b"\n")[1]) if answer.status_code == 200 else 0


def test_a_store_that_comes_late_is_used(tmp_path: Path, gate: Gate, settings: dict[str, str]) -> None:
    """No act, no file and no log before it answers; then all of it, without a new start."""
    with doors.running(tmp_path / "data", **settings) as server:
        before = state(server), ready(server), httpx2.get(f"{server.url}/log/checkpoint").status_code
        _, refused = doors.ask_to_found(server)
        gate.open()
        polling.until(lambda: ready(server) == 200, "the service")
        founder = doors.found(server)
        officer = doors.enrol(founder, "officer", "officer")
        exhibit, file = doors.digital(officer, doors.open_case(officer, "LATE-1"), b"evidence")
        size = httpx2.get(f"{server.api}/ledger").json()["size"]
        polling.until(lambda: published(server) >= size, "the publisher")
        path = f"/exhibits/{exhibit.partition('/')[2]}/files/{file}/content"
        content = officer.client.get(path).content

    (named, reason), unready, unpublished = before
    assert ("read-only", 503, 503) == (named, unready, unpublished)
    assert "could not be compared" in reason
    assert (503, "writes-refused") == (refused.status_code, refused.json()["code"])
    assert b"evidence" == content


def test_an_alarm_stays_when_the_store_comes_late(
    tmp_path: Path, gate: Gate, settings: dict[str, str]
) -> None:
    """An older database: the store that comes late shows it, and no act is taken before or after."""
    data, old = tmp_path / "data", tmp_path / "old"
    gate.open()
    with doors.running(data, **settings) as server:
        founder = doors.found(server)
    shutil.copytree(data, old)
    with doors.running(data, **settings) as server:
        founder.server, founder.client = server, server.client()
        assert founder.sign_in().status_code == 201
        doors.enrol(founder, "officer", "officer")
        size = httpx2.get(f"{server.api}/ledger").json()["size"]
        polling.until(lambda: published(server) >= size, "the publisher")
    gate.close()
    with doors.running(old, **settings) as server:
        before = state(server)
        gate.open()
        polling.until(lambda: "restored backup" in state(server)[1], "the alarm")
        polling.until(lambda: published(server) >= size, "the store")
        after = state(server)

    assert ("read-only", "read-only") == (before[0], after[0])
    assert "could not be compared" in before[1]
    assert "restored backup" in after[1]

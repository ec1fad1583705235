"""kill -9 of a process that takes a deposit, at random bytes and at the boundaries: nothing wrong is kept."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from storage.deposit_records import Status
from storage.deposits import Deposits
from tests.support.deposits import PERSON, HandClock
from tests.support.vaults import digests_of

SIZE = 300_000
GATHER = 4096
STEP = 16_384
CONTENT = random.Random(7).randbytes(SIZE)

# Takes a deposit from its offset on and kills itself, without any farewell, before byte `sys.argv[4]`.
DEPOSITOR = """
import os, random, signal, sys
from pathlib import Path
from storage import arrival
from storage.deposits import Deposits
from tests.support.deposits import PERSON, HandClock

arrival.GATHER, arrival.STEP = int(sys.argv[5]), int(sys.argv[6])
content = Path(sys.argv[2]).read_bytes()
deposits = Deposits(Path(sys.argv[1]), HandClock())
deposit = deposits.find(sys.argv[3], PERSON)
kill_at = int(sys.argv[4])

def chunks():
    at = deposit.offset
    while at < len(content):
        upto = min(at + 1000, kill_at if kill_at > at else len(content), len(content))
        if at >= kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        yield content[at:upto]
        at = upto
    if kill_at >= len(content):
        os.kill(os.getpid(), signal.SIGKILL)

deposits.append(deposit.id, PERSON, deposit.offset, chunks())
"""


def _places() -> list[int]:
    count = int(os.environ.get("CUSTODY_TEST_KILLS", "8"))
    boundaries = [0, 1, GATHER - 1, GATHER, STEP, STEP + 1, 2 * STEP, SIZE - 1, SIZE]
    return boundaries + [random.Random(n).randrange(SIZE) for n in range(count)]


@pytest.mark.slow
def test_kill_at_any_byte_then_resume(tmp_path: Path) -> None:
    """After each kill the offset is at most what was sent, what is kept is a prefix, and resuming ends well."""
    source, folder = tmp_path / "source", tmp_path / "deposits"
    source.write_bytes(CONTENT)
    for place in _places():
        deposits = Deposits(folder, HandClock())
        made = deposits.create(declared=digests_of(CONTENT), metadata={}, person=PERSON, session="s")
        deposits.close()
        argv = [sys.executable, "-c", DEPOSITOR, str(folder), str(source), made.id, str(place)]
        killed = subprocess.run(
            [*argv, str(GATHER), str(STEP)], cwd=Path(__file__).parents[2], check=False, capture_output=True
        )
        assert -9 == killed.returncode, killed.stderr

        deposits = Deposits(folder, HandClock())
        found = deposits.find(made.id, PERSON)
        kept = (folder / f"{made.id}.bytes").read_bytes() if place else b""
        assert place >= found.offset
        assert CONTENT[: found.offset] == kept[: found.offset]
        done = deposits.append(made.id, PERSON, found.offset, [CONTENT[found.offset :]])
        assert Status.COMPLETE == done.status
        assert CONTENT == deposits.staged(made.id, PERSON)[1].read_bytes()
        deposits.close()

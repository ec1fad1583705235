"""The two keys of a log in a real deployment: founded with both, kept for ever, and a ledger of before with one."""

from __future__ import annotations

import time
from pathlib import Path

import httpx2
import pytest

from api.commands.doctor import findings
from api.settings import Settings
from events.policy import parse_policy
from tests.journeys.test_backup_restore import api
from tests.support import doors
from tests.support.doors import Server

pytestmark = [pytest.mark.s3, pytest.mark.slow]

ML_DSA = "log.ml-dsa.key"


def published(server: Server) -> bytes:
    """Return the published checkpoint, once there is one."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        answer = httpx2.get(f"{server.url}/log/checkpoint")
        if answer.status_code == 200:
            return answer.content
        time.sleep(0.05)
    pytest.fail("nothing was published")


def doctor(data: Path) -> str:
    """Return what doctor tells of the keys."""
    return next(detail for name, _, detail in findings(Settings(data_dir=data)) if name == "keys")


def test_a_ledger_is_founded_with_both_keys_and_goes_on_with_both(tmp_path: Path) -> None:
    """Entry 0 names both, both sign what is published, a backup has both, and without one nothing starts."""
    data, file = tmp_path / "data", tmp_path / "data" / "keys" / ML_DSA
    with doors.running(data, CUSTODY_PUBLISH_SECONDS="0.2") as server:
        doors.found(server)
        vkeys = httpx2.get(f"{server.api}/ledger").json()["log"]
        note = published(server)
        saved = api(data, "backup", str(tmp_path / "backup"))
    policy = "".join(f"log {vkey}\n" for vkey in vkeys) + "quorum none\n"
    told = doctor(data)
    seed = file.read_bytes()
    file.unlink()
    lost = api(data, "serve"), api(data, "publish")
    stopped = doctor(data)
    restored = api(tmp_path / "new", "restore", str(tmp_path / "backup"))

    assert 2 == len(vkeys)
    assert sorted(vkeys) == sorted(parse_policy(policy.encode()).judge(note).signed_by)
    assert vkeys[0] in told
    assert "ML-DSA-44" in told
    assert [1, 1] == [each.returncode for each in lost]
    assert all("backup of keys" in each.stdout for each in lost), lost
    assert "backup of keys" in stopped
    assert (0, 0) == (saved.returncode, restored.returncode), (saved, restored)
    assert seed == (tmp_path / "new" / "keys" / ML_DSA).read_bytes()


def test_a_ledger_that_was_founded_with_one_key_keeps_it(tmp_path: Path) -> None:
    """It publishes one line, doctor says so, and a key that comes later is refused: nobody was told of it."""
    data = tmp_path / "data"
    with doors.running(data):
        pass
    file = data / "keys" / ML_DSA
    seed = file.read_bytes()
    file.unlink()
    with doors.running(data, CUSTODY_PUBLISH_SECONDS="0.2") as server:
        doors.found(server)
        vkeys = httpx2.get(f"{server.api}/ledger").json()["log"]
        note = published(server)
    told = doctor(data)
    file.write_bytes(seed)
    file.chmod(0o600)
    strange = api(data, "serve")

    assert 1 == len(vkeys)
    assert 1 == note.decode().count("\n\u2014 ")
    assert "no ML-DSA-44 key" in told
    assert (1, True) == (strange.returncode, "not named by entry 0" in strange.stdout), strange


def test_the_founding_act_names_the_servers_own_keys(tmp_path: Path) -> None:
    """A founder's client that leaves one of the keys out is refused, and may try again."""
    with doors.running(tmp_path / "data") as server:
        token = {"Authorization": f"Bearer {server.founding_token}"}
        log = httpx2.get(f"{server.api}/founding", headers=token).json()["log"]
        _, refused = doors.ask_to_found(server, log=log[:1])
        _, taken = doors.ask_to_found(server)

    assert (422, "founding.log") == (refused.status_code, refused.json()["rule"])
    assert 201 == taken.status_code

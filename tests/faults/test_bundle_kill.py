"""kill -9 of the real server in the middle of making a bundle: nothing half-recorded; asked for again it is made."""

import os
import time
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from tests.support import doors, examples, handing_out, large
from tests.support.doors import Person
from tests.support.large import MIB, Large

pytestmark = [pytest.mark.s3, pytest.mark.slow]

SIZE = 200 * MIB


def deposited(officer: Person, case: str, path: Path) -> Large:
    """Take in an exhibit of one large file."""
    path.write_bytes(os.urandom(MIB) * (SIZE // MIB))
    source = Large.at(path)
    large.deposit(officer, source)
    intake = examples.intake(case, "digital", [source.file], collected_at=doors.COLLECTED)
    declared = source.declared
    digests = {"sha256": declared.sha256, "sha512": declared.sha512, "size": declared.size}
    body = examples.digital([source.file]) | {f"files/{source.file}/digests": digests}
    officer.write("exhibit.received.v1", source.exhibit, intake, body, new=True)
    return source


def until_running(officer: Person, operation: str) -> int:
    """Wait until some bytes were passed over, or all of them; return how many."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        told = officer.client.get(f"/operations/{operation}").json()
        if told["done"] or told["state"] in ("done", "failed"):
            return int(told["done"])
        time.sleep(0.002)
    pytest.fail("the making did not begin")


@pytest.mark.timeout(600)
def test_a_kill_in_the_middle_of_making(tmp_path: Path) -> None:
    """After the kill the request and one sealing are there, no issue; the same request again gives the bundle."""
    with doors.running(tmp_path / "data") as server:
        officer = doors.enrol(doors.found(server), "officer", "officer")
        case = doors.open_case(officer, "KILL-1")
        source = deposited(officer, case, tmp_path / "large")
        submission = handing_out.request(officer, case)
        bundle = submission.act.stream
        response = handing_out.ask(officer, submission, "the-same-request")
        passed = until_running(officer, response.json()["operation"])
        server.kill()
        server.start()

        before = officer.client.get(f"/bundles/{bundle.partition('/')[2]}").json()
        unsent = officer.client.get(f"/bundles/{bundle.partition('/')[2]}/zip")
        over = handing_out.finished(officer, handing_out.ask(officer, submission, "the-same-request"))
        assert over["state"] == "done", over
        fetched = handing_out.fetch(officer, over["result"])
        after = officer.client.get(f"/bundles/{bundle.partition('/')[2]}").json()

    assert passed < SIZE
    assert ([], 404) == (before["issues"], unsent.status_code)
    assert before["sealed"] is not None
    assert before["sealed"] == after["sealed"]
    assert [over["result"]["sha256"]] == [each["sha256"] for each in after["issues"]]
    assert [] == over["result"]["left_out"]
    assert source.declared.size < len(fetched.data)


@pytest.mark.timeout(600)
def test_a_kill_in_the_middle_of_sending(tmp_path: Path) -> None:
    """What was fetched before the kill and the rest after it are the zip that was issued."""
    with doors.running(tmp_path / "data") as server:
        officer = doors.enrol(doors.found(server), "officer", "officer")
        case = doors.open_case(officer, "KILL-2")
        deposited(officer, case, tmp_path / "large")
        told = handing_out.made(officer, handing_out.request(officer, case))
        path = f"/bundles/{told['bundle'].partition('/')[2]}/zip?sha256={told['sha256']}"
        first = until_killed(officer, path)
        server.start()

        rest = officer.client.get(path, headers={"Range": f"bytes={len(first)}-"})

    assert 206 == rest.status_code
    assert 0 < len(first) < told["size"]
    assert told["sha256"] == handing_out.digest(first + rest.content)


def until_killed(officer: Person, path: str) -> bytes:
    """Fetch, kill the server on the way, and return what came."""
    came = bytearray()
    with suppress(httpx2.TransportError), officer.client.stream("GET", path) as response:
        for piece in response.iter_raw():
            came += piece
            if len(came) > SIZE // 4 and officer.server.process is not None:
                officer.server.kill()
    return bytes(came)

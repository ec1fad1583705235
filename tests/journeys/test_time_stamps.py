"""Time from others, on a real service: stamped, seen, failed and good again, in receipts, brackets and bundles."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.commands.doctor import findings
from api.key_files import open_keys
from api.settings import Settings
from custody.values import from_base64
from events.note import parse_note
from events.receipt import parse_receipt
from events.timestamping.evidence import verify_record
from events.timestamping.roots import read_roots
from tests.support import doors, handing_out
from tests.support.doors import Person, Server
from tests.support.tsa import Running, running

pytestmark = [pytest.mark.s3, pytest.mark.slow, pytest.mark.programs("openssl")]


@pytest.fixture
def tsa(tmp_path: Path) -> Iterator[Running]:
    """Run an authority."""
    with running(tmp_path, "one") as found:
        yield found


def listed(folder: Path, *tsas: Running) -> dict[str, str]:
    """Return the settings of a service that asks some authorities."""
    file = folder / "tsa.list"
    file.write_text("".join(each.line() for each in tsas))
    return {"CUSTODY_TSA_LIST": str(file), "CUSTODY_PUBLISH_SECONDS": "0.2"}


def standing(person: Person, name: str = "one") -> dict[str, Any]:
    """Return what the service tells of an authority."""
    told = person.client.get("/timestamps").json()
    found: dict[str, Any] = next(each for each in told["authorities"] if each["tsa"] == name)
    return found


def stamped(person: Person, size: int) -> dict[str, Any]:
    """Have the newest published checkpoint stamped until a token over `size` entries or more is there; return it."""
    deadline = time.monotonic() + 60
    while True:
        answer = person.client.post("/timestamps")
        assert answer.status_code == 200, answer.text
        newest = standing(person)["newest"]
        if newest is not None and newest["size"] >= size:
            return dict(newest)
        assert time.monotonic() < deadline, standing(person)
        time.sleep(0.1)


def size_of(server: Server) -> int:
    """Return the number of entries."""
    return int(httpx2.get(f"{server.api}/ledger").json()["size"])


def test_a_service_that_is_stamped(tmp_path: Path, tsa: Running) -> None:
    """Tokens, receipts, brackets and evidence over HTTP; openssl takes what is given."""
    with doors.running(tmp_path / "data", **listed(tmp_path, tsa)) as server:
        founder = doors.found(server)
        newest = stamped(founder, size_of(server))
        written = founder.send(doors.renamed(founder)).json()["receipts"][0]
        token = httpx2.get(f"{server.api}/timestamps/{newest['number']}")
        receipt = founder.client.get("/receipts/0", params={"min_grade": "time-stamped"}).json()
        brackets = [
            founder.client.get(f"/entries/{index}").json()["bracket"] for index in (0, written["index"])
        ]
        history = founder.client.get(f"/persons/{founder.id.partition('/')[2]}/history").json()
        renewed = founder.client.post("/timestamps", params={"renew": "true"}).json()
        evidence = founder.client.get(f"/timestamps/{newest['number']}/evidence")
        refused = [
            httpx2.get(f"{server.api}/timestamps").status_code,
            httpx2.post(f"{server.api}/timestamps").status_code,
            httpx2.get(f"{server.api}/timestamps/999").status_code,
            founder.client.get(f"/timestamps/{renewed['tokens']['one']}/evidence").status_code,
        ]
        found = standing(founder)

    assert ("good", "good") == (found["checkpoint"]["state"], found["renewal"]["state"])
    assert "application/timestamp-reply" == token.headers["content-type"]
    assert [401, 401, 404, 400] == refused
    assert "time-stamped" == receipt["grade"]
    text = parse_note(parse_receipt(receipt["proof"].encode()).checkpoint).text
    response = from_base64(receipt["time_stamps"][0]["response"], "response")
    (tmp_path / "note").write_text(text)
    (tmp_path / "token.tsr").write_bytes(response)
    command = ["openssl", "ts", "-verify", "-data", "note", "-in", "token.tsr", "-CAfile", str(tsa.root_file)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (0, "Verification: OK\n") == (done.returncode, done.stdout)
    assert [None, None] == [each["after"] for each in brackets]
    assert [True, None] == [brackets[0]["before"] is not None, brackets[1]["before"]]
    assert {"after", "before"} == history["items"][0]["bracket"].keys()
    times = verify_record(evidence.content, text.encode(), read_roots(tsa.root_pem, "root"))
    assert 2 == len(times)


def test_an_authority_that_is_down_is_seen_and_tried_again(tmp_path: Path, tsa: Running) -> None:
    """Failed with its cause, over HTTP and in doctor; the ledger takes acts all the while; then it is good."""
    data, settings = tmp_path / "data", listed(tmp_path, tsa)
    tsa.answer = lambda _: (503, b"out of order")
    looked = Settings(data_dir=data, tsa_list=Path(settings["CUSTODY_TSA_LIST"]))
    with doors.running(data, **settings) as server:
        founder = doors.found(server)
        answer = founder.client.post("/timestamps").json()
        deadline = time.monotonic() + 30
        while "one" not in answer["failed"] and time.monotonic() < deadline:
            answer = founder.client.post("/timestamps").json()
        failed, told = standing(founder), {name: rest for name, *rest in findings(looked)}
        assert founder.send(doors.renamed(founder)).status_code == 201
        tsa.answer = None
        stamped(founder, size_of(server))
        good, told_later = standing(founder), {name: rest for name, *rest in findings(looked)}
    assert ("failed", None) == (failed["checkpoint"]["state"], failed["newest"])
    assert "status 503" in failed["checkpoint"]["cause"]
    assert failed["checkpoint"]["retry_at"] > failed["checkpoint"]["asked_at"]
    assert "doctor-bad" == told["time"][0]
    assert "status 503" in told["time"][1]
    assert ("good", None) == (good["checkpoint"]["state"], good["checkpoint"]["cause"])
    assert "doctor-good" == told_later["time"][0]


def api(data: Path, settings: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the service on a data folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CUSTODY_")}
    environment |= {"CUSTODY_DATA_DIR": str(data), "LANG": "C"} | settings
    return subprocess.run(
        [sys.executable, "-m", "api", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_by_command_and_after_a_rebuild(tmp_path: Path, tsa: Running) -> None:
    """`python -m api stamp` asks at once, tells what came, and a rebuilt ledger has every token."""
    data = tmp_path / "data"
    with doors.running(data, CUSTODY_PUBLISH_SECONDS="0.2") as server:
        founder = doors.found(server)
        size = size_of(server)
        deadline = time.monotonic() + 30
        while founder.client.get("/receipts/0", params={"min_grade": "time-stamped"}).json()["rule"] != (
            "receipt.no-tsa"
        ):
            assert time.monotonic() < deadline
    settings = listed(tmp_path, tsa)
    assert api(data, settings, "publish").returncode == 0
    first, again, renewed = (
        api(data, settings, "stamp"),
        api(data, settings, "stamp"),
        api(data, settings, "stamp", "--renew"),
    )
    tsa.answer = lambda _: (200, b"hello")
    spoilt = api(data, settings, "stamp", "--renew")
    assert (0, True) == (first.returncode, "Time-stamp 1 of one" in first.stdout), first
    assert (0, True) == (again.returncode, "Nobody was asked" in again.stdout), again
    assert (0, True) == (renewed.returncode, "Time-stamp 2 of one" in renewed.stdout), renewed
    assert (1, True) == (spoilt.returncode, "No time-stamp of one" in spoilt.stdout), spoilt

    for file in data.glob("ledger.sqlite*"):
        file.unlink()
    assert api(data, settings, "rebuild").returncode == 0
    with doors.running(data, **settings) as server:
        founder.client, founder.server = server.client(), server
        assert founder.sign_in().status_code == 201
        assert size <= standing(founder)["newest"]["size"]
        assert 2 == founder.client.get("/timestamps").json()["tokens"]


def test_a_list_that_is_not_one_stops_the_start(tmp_path: Path) -> None:
    """The line at fault is named."""
    file = tmp_path / "tsa.list"
    file.write_text("tsa one\n")
    open_keys(tmp_path / "data", "custody.local")

    done = api(tmp_path / "data", {"CUSTODY_TSA_LIST": str(file)}, "serve")

    assert (1, True) == (done.returncode, f"{file}:1: is not: tsa <name>" in done.stdout), done


def test_a_bundle_is_time_stamped(tmp_path: Path, tsa: Running) -> None:
    """The court's verifier answers the question of time by a token over the bundle's own checkpoint."""
    with doors.running(tmp_path / "data", **listed(tmp_path, tsa)) as server:
        founder = doors.found(server)
        officer = doors.enrol(founder, "taras", "officer")
        case = doors.open_case(officer, "UKR-1")
        doors.physical(officer, case)
        told = handing_out.made(officer, handing_out.request(officer, case, files="none"))
        path = handing_out.fetch(officer, told).write(tmp_path)
        (tmp_path / "trust.policy").write_text(handing_out.policy(officer))
    trust = ("--trust", str(tmp_path / "trust.policy"), "--receipt", f"{path}.receipt")

    status, verdict = handing_out.verify(path, *trust, "--tsa-root", str(tsa.root_file))
    unknown, without = handing_out.verify(path, *trust)

    assert 0 == status, verdict
    assert ("holds", "time-stamped") == (verdict["questions"]["time"]["answer"], verdict["grade"])
    assert all(before is not None for _, _, _, before in verdict["brackets"])
    assert (0, "not-checked") == (unknown, without["questions"]["time"]["answer"])

"""A bundle from request to court: made by the service, fetched over HTTP, checked by a program that shares no code."""

import base64
import hashlib
import io
import subprocess
import uuid
import zipfile
from pathlib import Path
from typing import Any

import pyrage
import pytest

from api.bundles.readme import PROMPT
from tests.support import doors, handing_out
from tests.support.doors import House
from tests.support.handing_out import Fetched

pytestmark = [pytest.mark.s3]


@pytest.fixture(scope="module")
def fetched(house: House) -> Fetched:
    """The bundle of the whole case, with its files, as the prosecutor fetched it."""
    told = handing_out.made(house.prosecutor, handing_out.request(house.prosecutor, house.case))
    return handing_out.fetch(house.prosecutor, told)


def test_a_whole_case_with_its_files_holds(house: House, fetched: Fetched, tmp_path: Path) -> None:
    """custody-verify, given the log key and the receipt, finds that all required questions hold."""
    path = fetched.write(tmp_path)
    trust = tmp_path / "trust.policy"
    trust.write_text(handing_out.policy(house.prosecutor))

    status, verdict = handing_out.verify(path, "--trust", str(trust), "--receipt", f"{path}.receipt")

    assert 0 == status, verdict
    with zipfile.ZipFile(io.BytesIO(fetched.data)) as bundle:
        assert house.data == bundle.read(f"{fetched.bundle.replace('/', '-')}/data/files/{house.file}")


def test_the_readmes_commands_run_on_the_bundle(fetched: Fetched, tmp_path: Path) -> None:
    """Unpacked, the commands for manifests, checkpoint and verify.html in README.txt answer as they promise."""
    with zipfile.ZipFile(fetched.write(tmp_path)) as bundle:
        bundle.extractall(tmp_path)
    (folder,) = (each for each in tmp_path.iterdir() if each.is_dir())
    lines = (folder / "README.txt").read_text().splitlines()
    commands = [line.removeprefix(PROMPT) for line in lines if line.startswith(PROMPT)]

    assert {"sha256sum", "sha512sum", "openssl", "echo"} <= {each.split()[0] for each in commands}
    for command in commands:
        if "custody-verify" not in command:
            done = subprocess.run(
                ["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, (command, done.stdout, done.stderr)


def test_a_download_is_resumed_and_differs_by_no_byte(house: House, fetched: Fetched) -> None:
    """Ranges, put together, are the zip; size and digest are told beforehand; a range beyond the end is refused."""
    client, path = house.prosecutor.client, zip_path(fetched)
    size, half = len(fetched.data), len(fetched.data) // 2 + 7

    head = client.head(path)
    first = client.get(path, headers={"Range": f"bytes=0-{half - 1}"})
    rest = client.get(path, headers={"Range": f"bytes={half}-"})
    last = client.get(path, headers={"Range": "bytes=-22"})

    digest = base64.b64encode(hashlib.sha256(fetched.data).digest()).decode()
    assert (str(size), f"sha-256=:{digest}:") == (head.headers["content-length"], head.headers["repr-digest"])
    assert [206, 206] == [first.status_code, rest.status_code]
    assert f"bytes {half}-{size - 1}/{size}" == rest.headers["content-range"]
    assert fetched.data == first.content + rest.content
    assert fetched.data[-22:] == last.content
    assert 416 == client.get(path, headers={"Range": f"bytes={size}-"}).status_code


def test_each_download_is_on_record_for_each_exhibit(house: House, fetched: Fetched) -> None:
    """A GET records who fetched, and that it was an export; a HEAD records nothing."""
    client, number = house.prosecutor.client, house.exhibit.partition("/")[2]

    def exports() -> list[dict[str, Any]]:
        items = client.get(f"/exhibits/{number}/history?limit=200").json()["items"]
        return [
            each
            for each in items
            if each["type"] == "access.recorded.v1" and each["public"]["what"] == "export"
        ]

    before = len(exports())
    client.head(zip_path(fetched))
    assert before == len(exports())
    client.get(zip_path(fetched), headers={"Range": "bytes=0-9"})

    found = exports()
    assert 1 == len(found) - before
    assert house.prosecutor.id == found[-1]["public"]["person"]
    assert "засідання 3 грудня" == found[-1]["values"]["purpose"]


def test_the_same_request_again_is_the_same_bundle(house: House) -> None:
    """Sent twice, under the same key or another, there is one request, one sealing, one issue."""
    submission = handing_out.request(house.officer, house.case, files="none")
    first = handing_out.finished(house.officer, handing_out.ask(house.officer, submission, "once"))
    again = handing_out.finished(house.officer, handing_out.ask(house.officer, submission, "once"))
    other = handing_out.finished(house.officer, handing_out.ask(house.officer, submission))

    assert ["done"] * 3 == [each["state"] for each in (first, again, other)]
    assert first["result"] == again["result"] == other["result"]
    told = house.officer.client.get(f"/streams/{first['result']['bundle']}").json()
    assert 3 == told["version"]


def test_who_may_do_what_with_a_bundle(house: House, fetched: Fetched) -> None:
    """Officers and prosecutors of the case fetch it; an auditor sees it in the register; others know of nothing."""
    number = fetched.bundle.partition("/")[2]
    people = {
        "officer": house.officer, "auditor": house.auditor, "custodian": house.custodian,
        "stranger": house.stranger, "founder": house.founder,
    }  # fmt: skip

    def answers(path: str) -> dict[str, int]:
        return {name: each.client.get(path).status_code for name, each in people.items()}

    refused = {"custodian": 404, "stranger": 404, "founder": 403}
    assert {"officer": 200, "auditor": 200, **refused} == answers(f"/bundles/{number}")
    assert {"officer": 206, "auditor": 403, **refused} == {
        name: each.client.get(zip_path(fetched), headers={"Range": "bytes=0-0"}).status_code
        for name, each in people.items()
    }
    assert {"officer": 200, "auditor": 200, **refused} == answers(f"/bundles/{number}/receipt")
    again = {name: handing_out.post(each, {"bundle": fetched.bundle}) for name, each in people.items()}
    assert {"officer": 202, "auditor": 403, **refused} == {
        name: each.status_code for name, each in again.items()
    }
    handing_out.finished(house.officer, again["officer"])
    listed = {name: each.client.get("/bundles") for name, each in people.items()}
    assert {"officer": 200, "auditor": 200, "custodian": 200, "stranger": 200, "founder": 403} == {
        name: each.status_code for name, each in listed.items()
    }
    assert ([], []) == tuple(listed[name].json()["items"] for name in ("custodian", "stranger"))


def test_who_may_ask(house: House) -> None:
    """A custodian of the case, an officer of others, an auditor: none has a bundle made, or a request recorded."""
    size = house.officer.client.get("/ledger").json()["size"]
    people = {"custodian": house.custodian, "stranger": house.stranger, "auditor": house.auditor}

    answers = {
        name: handing_out.ask(each, handing_out.request(each, house.case)) for name, each in people.items()
    }

    told = {name: (each.status_code, each.json().get("rule")) for name, each in answers.items()}
    assert dict.fromkeys(people, (422, "role.in-case")) == told
    assert size == house.officer.client.get("/ledger").json()["size"]


@pytest.mark.parametrize("language", ["en", "uk"])
def test_an_empty_case_has_no_bundle(house: House, language: str) -> None:
    """At every door it is refused before anything is recorded: nobody could be on record as having fetched it."""
    officer, spoken = house.officer, {"Accept-Language": language}
    case = doors.open_case(officer, {"en": "UKR9-25", "uk": "UKR8-25"}[language])
    act = doors.written(handing_out.request(officer, case))
    planned = {name: act["act"][name] for name in ("type", "stream", "public", "occurred_at")}
    planned["opened"] = {name: value for _, name, value in act["disclosures"]}
    before = officer.client.get("/ledger").json()["size"]

    (checked,) = officer.client.post("/acts/check", json={"acts": [planned]}, headers=spoken).json()["checks"]
    key = {"Idempotency-Key": f"empty-{language}"} | spoken
    answers = [
        officer.client.post("/acts", json={"acts": [act]}, headers=key),
        officer.client.post("/bundles", json={"act": act}, headers=key),
    ]

    assert (False, "bundle.empty") == (checked["allowed"], checked["rule"])
    assert [(422, "bundle.empty")] * 2 == [(each.status_code, each.json()["rule"]) for each in answers]
    words = {"en": "This case has no exhibits.", "uk": "У цій справі немає доказів."}[language]
    told = [checked["reason"], *(each.json()["detail"] for each in answers)]
    assert [True] * 3 == [each.startswith(words) for each in told]
    assert before == officer.client.get("/ledger").json()["size"]


def test_the_register_is_read_page_by_page(house: House, fetched: Fetched) -> None:
    """Each bundle is listed once, newest first, with recipient, purpose and issue."""
    handing_out.made(
        house.prosecutor, handing_out.request(house.prosecutor, exhibits=[house.exhibit], files="none")
    )
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        query = {"limit": 1} | ({} if cursor is None else {"cursor": cursor})
        page = house.prosecutor.client.get("/bundles", params=query).json()
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    indexes = [each["requested"]["index"] for each in found]
    assert sorted(set(indexes), reverse=True) == indexes
    (own,) = (each for each in found if each["bundle"] == fetched.bundle)
    assert (house.case, [], handing_out.RECIPIENT) == (own["case"], own["exhibits"], own["recipient"])
    assert [fetched.told["sha256"]] == [each["sha256"] for each in own["issues"]]
    assert 400 == house.prosecutor.client.get("/bundles", params={"cursor": "x"}).status_code


def test_only_the_recipient_reads_an_encrypted_zip(house: House, fetched: Fetched) -> None:
    """With a key of age the zip leaves encrypted, differs each time, and opens to the one that was issued."""
    identity = pyrage.x25519.Identity.generate()
    query = {"age": str(identity.to_public())}
    first, second = (house.prosecutor.client.get(zip_path(fetched), params=query).content for _ in range(2))

    assert first != second
    assert fetched.data == pyrage.decrypt(first, [identity])
    assert 400 == house.prosecutor.client.get(zip_path(fetched), params={"age": "age1nobody"}).status_code


def test_bodies_that_are_no_request(house: House) -> None:
    """What is neither a request nor the name of a bundle is refused, and nothing is recorded."""
    size = house.officer.client.get("/ledger").json()["size"]
    other = doors.written(house.officer.compose("case.closed.v1", house.case, {}, {"reason": "x"}))
    for body in (
        {},
        {"bundle": house.case},
        {"act": other},
        {"bundle": 7},
        {"bundle": "x", "act": other},
        {"again": 1},
    ):
        assert 400 == handing_out.post(house.officer, body).status_code, body
    missing = handing_out.post(house.officer, {"bundle": f"bundle/{uuid.uuid4()}"})
    assert 404 == missing.status_code
    assert size == house.officer.client.get("/ledger").json()["size"]


def zip_path(fetched: Fetched) -> str:
    """Return where a zip is fetched."""
    return f"/bundles/{fetched.bundle.partition('/')[2]}/zip?sha256={fetched.told['sha256']}"

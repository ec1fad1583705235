"""Bundles through the real command: asked for, made, fetched, checked, listed, acknowledged."""

import hashlib
import json
import os
import zipfile
from pathlib import Path

import pyrage
import pytest

from tests.support import handing_out
from tests.support.office import Office

pytestmark = [pytest.mark.s3, pytest.mark.slow]

TO = ("--to", "Апеляційний суд", "--purpose", "засідання 3 грудня")
QUESTIONS = {"integrity", "authorship", "order", "time", "continuity", "files"}


@pytest.fixture
def case(office: Office, tmp_path: Path) -> str:
    """A case with two files of an exhibit."""
    case = office.case()
    for name in ("а.jpg", "б.bin"):
        (tmp_path / name).write_bytes(os.urandom(300_000))
    office.officer.intake(case, tmp_path / "а.jpg", tmp_path / "б.bin")
    return case


def test_a_bundle_of_a_case(office: Office, case: str, tmp_path: Path) -> None:
    """One command asks, waits, fetches, and checks: the zip is the one issued, and custody-verify holds it."""
    target = tmp_path / "x.zip"

    said = office.prosecutor.run("bundle", "make", case, "-o", target, *TO)

    told = said.one("bundle")
    assert hashlib.sha256(target.read_bytes()).hexdigest() == told["sha256"]
    assert (target.stat().st_size, str(target)) == (told["size"], told["path"])
    assert QUESTIONS == {each["question"] for each in said.of("question")}
    assert "holds" == said.one("verdict")["outcome"]
    trust = tmp_path / "trust.policy"
    pin = json.loads((office.prosecutor.profile / "pin.json").read_text())
    trust.write_text("".join(f"log {each}\n" for each in pin["log"]) + "quorum none\n")
    receipt = Path(f"{target}.receipt")
    status, verdict = handing_out.verify(target, "--trust", str(trust), "--receipt", str(receipt))
    assert (0, "signed") == (status, verdict["grade"])
    with zipfile.ZipFile(target) as zip_file:
        files = [each for each in zip_file.namelist() if "/data/files/" in each]
    assert 2 == len(files)


def test_a_flipped_byte_is_found(office: Office, case: str, tmp_path: Path) -> None:
    """Whichever byte of a fetched zip is changed, custody-verify with the receipt finds it."""
    target = tmp_path / "x.zip"
    office.officer.run("bundle", "make", case, "-o", target, *TO)
    good = target.read_bytes()

    for place in (40, len(good) // 3, len(good) - 400):
        target.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        status, _ = handing_out.verify(target, "--receipt", f"{target}.receipt")
        assert status in {1, 2}


def test_what_is_withheld_is_not_in_the_zip(office: Office, case: str, tmp_path: Path) -> None:
    """Names of files withheld are nowhere in the zip, no file goes with it, and that is not checked, and no fault."""
    withheld = ("--withhold", "files/found", "--withhold", "title")  # the title is the name of the first file
    target = tmp_path / "x.zip"

    said = office.officer.ask("bundle", "make", case, "-o", target, *TO, *withheld, "--files", "none")

    assert "а.jpg".encode() not in target.read_bytes()
    told = {each["question"]: each["answer"] for each in said.of("question")}
    assert ("holds", "holds", "not-checked") == (told["integrity"], told["continuity"], told["files"])
    assert (3, "not-checked") == (said.status, said.one("verdict")["outcome"])


def test_the_register_and_an_acknowledgement(office: Office, case: str, tmp_path: Path) -> None:
    """Who belongs to the case sees for whom the bundle was made; the acknowledgement is an act of theirs."""
    made = office.prosecutor.run("bundle", "make", case, "-o", tmp_path / "x.zip", *TO).one("bundle")
    uuid = made["bundle"].partition("/")[2]

    office.prosecutor.run("bundle", "acknowledge", uuid, "--by", "Секретар суду", "--on", "2026-12-03")

    shown = office.officer.run("bundle", "show", uuid).one("bundle")
    assert "Апеляційний суд" == shown["recipient"]["name"]
    (acknowledged,) = shown["acknowledgements"]
    assert {"by": "Секретар суду", "on": "2026-12-03", "remarks": None} == acknowledged["acknowledgement"]
    assert shown["issues"][0]["act"] == acknowledged["issued"]
    assert made["bundle"] in [each["bundle"] for each in office.officer.run("bundle", "list").of("bundle")]
    assert 3 == office.newcomer_officer().ask("bundle", "show", uuid).status
    assert [] == office.newcomer_officer().run("bundle", "list").of("bundle")


def test_a_bundle_is_fetched_again_and_is_the_same(office: Office, case: str, tmp_path: Path) -> None:
    """The same bytes come again; with --again another zip of the same sealing is issued."""
    first = office.officer.run("bundle", "make", case, "-o", tmp_path / "1.zip", *TO).one("bundle")

    second = office.officer.run("bundle", "fetch", first["bundle"], "-o", tmp_path / "2.zip").one("bundle")
    third = office.officer.run("bundle", "fetch", first["bundle"], "-o", tmp_path / "3.zip", "--again").one(
        "bundle"
    )

    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    assert first["sha256"] == second["sha256"] != third["sha256"]
    issues = office.officer.run("bundle", "show", first["bundle"]).one("bundle")["issues"]
    assert [first["sha256"], third["sha256"]] == [each["sha256"] for each in issues]


def test_a_bundle_for_one_recipient_alone(office: Office, case: str, tmp_path: Path) -> None:
    """Encrypted by age while it is sent, only the recipient reads it, and finds the zip that was issued."""
    identity = pyrage.x25519.Identity.generate()
    target = tmp_path / "x.zip.age"

    told = office.officer.run(
        "bundle", "make", case, "-o", target, *TO, "--age", str(identity.to_public())
    ).one("bundle")

    data = pyrage.decrypt(target.read_bytes(), [identity])
    assert told["sha256"] == hashlib.sha256(data).hexdigest()
    plain = tmp_path / "x.zip"
    plain.write_bytes(data)
    assert 3 == handing_out.verify(plain, "--receipt", f"{plain}.receipt")[0]  # nobody's key was trusted


def test_who_may_not_have_a_bundle(office: Office, case: str, tmp_path: Path) -> None:
    """An administrator, an auditor and an officer of other cases get none, and nothing is recorded."""
    size = office.officer.size()
    for person in (office.administrator, office.auditor, office.newcomer_officer()):
        said = person.ask("bundle", "make", case, "-o", tmp_path / "x.zip", *TO)
        assert said.status in {2, 3, 4}
        assert not (tmp_path / "x.zip").exists()
    assert 3 == office.officer.size() - size  # the newcomer's enrolment, and nothing else

"""A recipient of the zip that the service sends: what was withheld is in none of its parts, nor on its pages."""

import io
import json
import subprocess
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from custody.canonical import Json
from tests.support import doors, handing_out
from tests.support.doors import House
from tests.support.traces import traces, unfolded

pytestmark = [pytest.mark.s3, pytest.mark.programs("pdftotext")]

REFERENCE = "UKR9-WITHHELD"
TITLE = "Щоденник свідка з Куп'янська"
REASON = "identified by neighbour at number 14"
DATA = b"the one copy of a withheld file " * 40


@pytest.fixture(scope="module")
def amended(house: House) -> tuple[str, str]:
    """A case of its own with a file, whose title was amended; the case and the file."""
    case = doors.open_case(house.officer, REFERENCE, prosecutor=house.prosecutor)
    exhibit, file = doors.digital(house.officer, case, DATA)
    body: dict[str, Json] = {"title": TITLE, "reason": REASON}
    house.officer.write("exhibit.amended.v1", exhibit, {}, body)
    return case, file


def _parts(house: House, case: str, withheld: list[str]) -> dict[str, bytes]:
    """Return the parts of the zip by name, with what is compressed in them, and the whole zip as ''."""
    asked = handing_out.request(house.prosecutor, case, withheld=withheld)
    fetched = handing_out.fetch(house.prosecutor, handing_out.made(house.prosecutor, asked))
    with zipfile.ZipFile(io.BytesIO(fetched.data)) as bundle:
        parts = {name.partition("/")[2]: bundle.read(name) for name in bundle.namelist()}
    return {name: unfolded(data) for name, data in parts.items()} | {"": fetched.data}


def _printed(parts: dict[str, bytes], folder: Path) -> str:
    """Return the words of the statement, as a reader sees them; nothing where there is none."""
    if "data/statement.pdf" not in parts:
        return ""
    path = folder / "statement.pdf"
    path.write_bytes(parts["data/statement.pdf"])
    done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def test_values_that_are_withheld_are_on_no_page(
    house: House, amended: tuple[str, str], tmp_path: Path
) -> None:
    """Title, reason, digests and reference are in no part of the zip, in no spelling, and not in print."""
    case, file = amended
    parts = _parts(house, case, ["files/digests", "files/found", "reason", "reference", "title"])
    digest = sha256(DATA).hexdigest()
    for text in (TITLE, REASON, REFERENCE, "VID_0.mp4", digest):
        assert [] == [name for name, data in parts.items() if traces(text, data)]
        assert text not in _printed(parts, tmp_path)
    assert f"data/files/{file}" not in parts
    assert DATA[:64] not in parts[""]
    names = {name for name, _ in json.loads(parts["data/bundle.json"])["withheld"]}
    assert {"files/digests", "files/found", "reason", "reference", "title"} <= names


def test_the_same_search_finds_them_when_they_are_shown(
    house: House, amended: tuple[str, str], tmp_path: Path
) -> None:
    """Nothing is withheld: the values stand in the disclosures, and in print where there is a statement."""
    case, file = amended
    parts = _parts(house, case, [])
    for text in (TITLE, REASON, REFERENCE, "VID_0.mp4"):
        assert "data/disclosures.jsonl" in {name for name, data in parts.items() if traces(text, data)}
    assert DATA == parts[f"data/files/{file}"]
    printed = _printed(parts, tmp_path)
    assert not printed or REFERENCE in printed


@pytest.mark.parametrize("language", ["en", "uk"])
def test_a_name_written_wrongly_discloses_nothing(
    house: House, amended: tuple[str, str], language: str
) -> None:
    """At every door it is refused before anything is recorded, and the refusal names it, in the reader's language."""
    case, _ = amended
    prosecutor, spoken = house.prosecutor, {"Accept-Language": language}
    submission = handing_out.request(prosecutor, case, withheld=["titel", "reason"])
    act = doors.written(submission)
    planned = {name: act["act"][name] for name in ("type", "stream", "public", "occurred_at")}
    planned["opened"] = {name: value for _, name, value in act["disclosures"]}
    before = prosecutor.client.get("/ledger").json()["size"]

    checked = prosecutor.client.post("/acts/check", json={"acts": [planned]}, headers=spoken).json()[
        "checks"
    ][0]
    key = {"Idempotency-Key": f"wrong-{language}"} | spoken
    answers = [
        prosecutor.client.post("/acts", json={"acts": [act]}, headers=key),
        prosecutor.client.post("/bundles", json={"act": act}, headers=key),
    ]

    assert (False, "bundle.withheld") == (checked["allowed"], checked["rule"])
    assert [(422, "bundle.withheld")] * 2 == [(each.status_code, each.json()["rule"]) for each in answers]
    words = {"en": "nothing would be withheld: titel.", "uk": "нічого не було б приховано: titel."}[language]
    told = [checked["reason"], *(each.json()["detail"] for each in answers)]
    assert [True] * 3 == [each.endswith(words) for each in told]
    assert before == prosecutor.client.get("/ledger").json()["size"]


def test_who_may_not_ask_learns_no_names(house: House, amended: tuple[str, str]) -> None:
    """Names that an entry has or lacks are told apart for who may ask alone; others hear of their role in any case."""
    case, _ = amended
    rules = set()
    for withheld in ("title", "titel", "0/deployment"):
        answer = handing_out.ask(
            house.stranger, handing_out.request(house.stranger, case, withheld=[withheld])
        )
        rules.add((answer.status_code, answer.json().get("rule")))
    assert 1 == len(rules), rules
    assert {(422, "role.in-case")} == rules

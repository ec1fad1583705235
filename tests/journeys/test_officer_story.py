"""The officer's main job through the real command: evidence in, handed over, found, shown, checked."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from custody_verifier.note import read_vkey
from custody_verifier.receipt import check_receipt, read_receipt
from tests.support.office import INTAKE, Office, enrol

pytestmark = [pytest.mark.s3, pytest.mark.slow]


def content(folder: Path, *names: str) -> list[Path]:
    """Make files whose bytes nobody else has."""
    files = []
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(os.urandom(2000))
        files.append(file)
    return files


def test_a_folder_comes_in_and_every_file_is_accounted_for(office: Office, tmp_path: Path) -> None:
    """N given = n taken + n refused + n already held, first and second time; one line for each."""
    case = office.case()
    content(tmp_path, "а.jpg", "б/в.txt", "б/г")
    (tmp_path / "link").symlink_to("а.jpg")
    first = office.officer.ask("intake", tmp_path, "--case", case, *INTAKE)
    content(tmp_path, "нове")
    second = office.officer.ask("intake", tmp_path, "--case", case, *INTAKE)

    counts = [
        {name: said.one("reconciliation")[name] for name in ("given", "taken", "refused", "held", "balanced")}
        for said in (first, second)
    ]
    assert counts == [
        {"given": 4, "taken": 3, "refused": 1, "held": 0, "balanced": True},
        {"given": 5, "taken": 1, "refused": 1, "held": 3, "balanced": True},
    ]
    assert (first.status, second.status) == (2, 2)
    assert len(first.of("file")) == 4
    assert {line["why"] for line in first.of("file") if line["outcome"] == "taken"} == {
        second_held["why"] for second_held in second.of("file") if second_held["outcome"] == "held"
    }


def test_what_is_held_is_known_by_its_bytes(office: Office, tmp_path: Path) -> None:
    """Under another name, from anybody; who may not see the case learns only that it is held."""
    case = office.case()
    (file,) = content(tmp_path, "original.bin")
    taken = office.officer.intake(case, file).one("file")
    copy = tmp_path / "copy.bin"
    copy.write_bytes(file.read_bytes())

    assert office.officer.run("held", copy).one("held")["where"] == taken["why"]
    assert taken["why"] not in str(office.newcomer_officer().run("held", copy).one("held"))
    copy.write_bytes(b"something else")
    assert office.officer.ask("held", copy).status == 3


def test_force_takes_a_duplicate(office: Office, tmp_path: Path) -> None:
    """The officer may insist, and both exhibits hold the same bytes."""
    case = office.case()
    (file,) = content(tmp_path, "twice")
    first = office.officer.intake(case, file).one("file")
    second = office.officer.intake(case, file, more=("--force",)).one("file")

    assert first["why"] != second["why"]
    assert first["sha256"] == second["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()


def test_many_exhibits_change_hands_by_one_signature(office: Office, tmp_path: Path) -> None:
    """Offered together, declined, offered again, accepted after a new digest; the releaser answers until then."""
    case = office.case()
    taken = office.officer.intake(case, *content(tmp_path, "1", "2", "3"), more=("--each",)).of("file")
    names = [line["why"] for line in taken]
    offer = ("transfer", "offer", *names, "--to", office.second.name, "--purpose", "Експертиза")
    offered = office.officer.run(*offer).of("recorded")
    office.second.run("transfer", "decline", *names, "--reason", "немає місця")
    declined = [office.officer.run("show", name).one("exhibit")["custodian"]["person"] for name in names]
    office.officer.run(*offer)
    waiting = [item["reference"] for item in office.second.run("inbox").of("waiting")]
    answer = ("--condition", "без змін", "--site", "Лабораторія", "--rehash")
    office.second.run("transfer", "accept", *names, *answer)

    entries = [
        json.loads((office.officer.profile / "receipts" / f"{line['index']}.entry").read_bytes())
        for line in offered
    ]
    assert len({entry["signature"]["value"] for entry in entries}) == 1
    assert [entry["signature"]["batch"]["index"] for entry in entries] == [0, 1, 2]
    assert declined == [office.officer.person] * 3
    assert set(names) <= set(waiting)
    for name in names:
        shown = office.officer.run("show", name).one("exhibit")
        assert shown["custodian"]["person"] == office.second.person
        accepted = office.officer.run("history", name).of("act")[-1]
        assert accepted["values"]["rehash"]["outcome"] == "match"


def test_an_offer_is_taken_back(office: Office, tmp_path: Path) -> None:
    """Then it cannot be accepted any more, and only the one who made it may take it back."""
    case = office.case()
    (name,) = [line["why"] for line in office.officer.intake(case, *content(tmp_path, "x")).of("file")]
    office.officer.run("transfer", "offer", name, "--to", office.second.person, "--purpose", "x")

    assert office.second.ask("transfer", "withdraw", name, "--reason", "x").status == 3
    office.officer.run("transfer", "withdraw", name, "--reason", "помилка")
    accept = ("transfer", "accept", name, "--condition", "ok", "--site", "x")
    assert office.second.ask(*accept).status == 3


def test_mistakes_are_marked_and_stay(office: Office, tmp_path: Path) -> None:
    """Amended, moved, recorded in error, put into the right case: the old values stay in the history."""
    case, right = office.case(), office.case()
    first, second = (
        line["why"]
        for line in office.officer.intake(case, *content(tmp_path, "1", "2"), more=("--each",)).of("file")
    )
    officer = office.officer
    officer.run("amend", first, "--set", "description=Інший", "--set", "collection.tool=dd", "--reason", "x")
    officer.run("move", first, "--site", "Сховище", "--detail", "полиця 3")
    officer.run("error", second, "--reason", "двічі", "--duplicate-of", first)
    corrected = officer.run("correct-case", first, "--case", right, "--reason", "хибна справа").one(
        "recorded"
    )
    history = officer.run("history", corrected["reference"]).of("act")

    assert [act["act"] for act in history] == [
        "exhibit.received.v1",
        "exhibit.amended.v1",
        "exhibit.moved.v1",
        "exhibit.case-corrected.v1",
    ]
    assert [act["values"].get("description") for act in history[:2]] == ["Знімок", "Інший"]
    assert history[1]["values"]["collection"]["method"] == "огляд"
    assert corrected["reference"].startswith(f"{right}/001-")
    assert first in str(officer.run("show", corrected["reference"]).one("exhibit")["earlier_references"])
    assert officer.run("show", second).one("exhibit")["in_error"] is True


def test_an_exhibit_from_another_case_goes_on_in_its_new_one(office: Office, tmp_path: Path) -> None:
    """Who is in the new case alone finds and takes it by its new number; who has left it still hands it over."""
    old, right, officer = office.case(), office.case(), office.officer
    receiver = office.newcomer_officer()
    officer.run("case", "member", "add", right, receiver.person, "--role", "custodian")
    (name,) = [line["why"] for line in officer.intake(old, *content(tmp_path, "x")).of("file")]
    moved = officer.run("correct-case", name, "--case", right, "--reason", "хибна справа").one("recorded")
    stream = str(officer.run("show", moved["reference"]).one("exhibit")["exhibit"])
    officer.run("transfer", "offer", moved["reference"], "--to", receiver.person, "--purpose", "x")

    receiver.run("transfer", "accept", moved["reference"], "--condition", "ok", "--site", "x")
    officer.run(
        "case", "member", "remove", right, receiver.person, "--role", "custodian", "--reason", "вибув"
    )
    receiver.run("transfer", "offer", stream, "--to", officer.person, "--purpose", "x")

    assert officer.run("show", stream).one("exhibit")["offer"]["to"]["person"] == officer.person


def test_two_clocks_tell_two_states(office: Office) -> None:
    """What had been recorded by a moment differs from what had happened by it, when a record was late."""
    case = office.case()
    officer = office.officer
    said = officer.run(
        *("--at", "2026-01-10T10:00:00+02:00", "--late", "без зв'язку"),
        *("intake", "--physical", "--case", case, "--title", "Телефон", *INTAKE),
        *("--quantity", "1 pcs", "--condition", "тріснуте скло"),
    ).one("recorded")
    before = ("show", said["reference"], "--as-of", "2026-01-11T00:00:00+02:00", "--clock")

    assert officer.run(*before, "occurred").one("exhibit")["reference"] == said["reference"]
    assert officer.ask(*before, "recorded").status == 3
    assert officer.run("history", said["reference"]).one("act")["late"] is True


def test_an_original_comes_back_with_the_access_on_record(office: Office, tmp_path: Path) -> None:
    """The prosecutor gets the very bytes, in a private file; the access names who and why."""
    case = office.case()
    (file,) = content(tmp_path, "знімок.jpg")
    name = office.officer.intake(case, file).one("file")["why"]
    out = tmp_path / "out"
    office.prosecutor.run("download", name, "--purpose", "Підготовка до суду", "-o", out)
    again = office.prosecutor.ask("download", name, "--purpose", "x", "-o", out)
    access = office.officer.run("history", name).of("act")[-1]

    assert (out / "знімок.jpg").read_bytes() == file.read_bytes()
    assert (out / "знімок.jpg").stat().st_mode & 0o777 == 0o600
    assert again.status == 5
    assert access["act"] == "access.recorded.v1"
    assert access["public"]["person"] == office.prosecutor.person
    assert access["values"]["purpose"] == "Підготовка до суду"


def test_a_receipt_is_for_people_and_for_other_programs(office: Office, tmp_path: Path) -> None:
    """Every act has one at once; its files are checked by the verifier, and the page is in both languages."""
    case = office.case()
    (file,) = content(tmp_path, "x")
    index = office.officer.intake(case, file).one("file")["index"]
    told = office.officer.run("receipt", str(index), "-o", tmp_path / "r").one("receipt")
    entry, proof, vkey = (
        (tmp_path / "r" / f"{index}.{ending}").read_bytes() for ending in ("entry", "tlog-proof", "vkey")
    )
    page = (tmp_path / "r" / f"{index}.txt").read_text()
    written = tmp_path / "r" / f"{index}.tlog-proof"
    nowhere = office.officer.through("http://127.0.0.1:1")
    assert nowhere.run("receipt", "--check", written).one("receipt")["index"] == index

    checkpoint = check_receipt(read_receipt(proof), entry, read_vkey(vkey.decode().strip()))
    assert checkpoint.size > index
    assert told["entry_sha256"] == hashlib.sha256(entry).hexdigest()
    assert "КВИТАНЦІЯ" in page
    assert "CUSTODY RECEIPT" in page


def test_a_receipt_of_another_persons_entry_is_fetched_and_proved(office: Office) -> None:
    """Entry 0 is anybody's to ask for; it is checked like one's own."""
    assert office.prosecutor.run("receipt", "0").one("receipt")["index"] == 0


def test_strangers_and_administrators_see_no_evidence(office: Office, tmp_path: Path) -> None:
    """A case that is not mine is not there; an administrator is denied."""
    case = office.case()
    name = office.officer.intake(case, *content(tmp_path, "x")).one("file")["why"]

    assert office.newcomer_officer().ask("show", name).status == 3
    assert office.administrator.ask("show", name).status == 4
    assert office.auditor.run("show", name).one("exhibit")["reference"] == name
    assert office.auditor.ask("download", name, "--purpose", "x", "-o", tmp_path / "no").status == 4


def test_nothing_is_recorded_by_a_dry_run(office: Office, tmp_path: Path) -> None:
    """The rules are asked; nothing is signed."""
    case = office.case()
    size = office.officer.size()

    said = office.officer.run("--dry-run", "case", "close", case, "--reason", "x")
    assert len(said.of("allowed")) == 1
    refused = office.prosecutor.ask("--dry-run", "case", "amend", case, "--set", "title=x", "--reason", "x")
    assert refused.status == 2
    assert office.officer.size() == size


def test_verification_answers_and_checks_for_itself(office: Office, tmp_path: Path) -> None:
    """The six questions by name, then the client's own checks; all hold."""
    case = office.case()
    name = office.officer.intake(case, *content(tmp_path, "x", "y")).of("file")[0]["why"]
    for command in (("exhibit", name), ("case", case)):
        said = office.officer.run("verify", *command)

        asked = {line["question"]: line["answer"] for line in said.of("question")}
        assert {asked[each] for each in ("integrity", "authorship", "order", "continuity", "files")} == {
            "holds"
        }
        own = {line["check"]: line["outcome"] for line in said.of("own-check")}
        assert own == dict.fromkeys(("checkpoint", "receipts", "chain", "signatures"), "holds")
        assert said.one("verdict")["outcome"] == "holds"


def test_an_altered_receipt_at_home_is_found_by_verify(office: Office, tmp_path: Path) -> None:
    """The officer's own evidence is checked too: exit 1, and the entry is named."""
    case = office.case()
    person = office.newcomer_officer()
    office.officer.run("case", "member", "add", case, person.person, "--role", "officer")
    name = person.intake(case, *content(tmp_path, "x")).one("file")["why"]
    index = max(int(file.stem) for file in (person.profile / "receipts").glob("*.entry"))
    file = person.profile / "receipts" / f"{index}.entry"
    file.write_bytes(file.read_bytes().replace(b"2026-", b"2025-", 1))

    said = person.ask("verify", "exhibit", name)
    failed = {line["check"]: line for line in said.of("own-check")}["receipts"]
    assert said.status == 1
    assert failed["outcome"] == "fails"
    assert str(index) in failed["findings"][0]


def test_a_person_is_enrolled_only_once_confirmed(office: Office, tmp_path: Path) -> None:
    """Before the confirmation the new key signs nothing else; after it the person acts."""
    person = office.newcomer(f"new-{tmp_path.name}")
    file = tmp_path / "r.json"
    asked = person.run("enrol", "request", "--name", "Новий", "-o", file).one("request")
    assert person.ask("enrol", "confirm").status == 4
    accept = ("enrol", "accept", file, "--method", "паспорт", "--role", "officer")
    office.administrator.run(*accept, "--fingerprint", str(asked["fingerprint"]))

    assert person.ask("case", "open", "NEW-1", "--title", "x").status in {2, 4}
    person.run("enrol", "confirm")
    person.run("case", "open", f"NEW-{office.officer.size()}", "--title", "x")


def test_enrolment_in_one_go(office: Office) -> None:
    """Request, acceptance with the fingerprint, confirmation."""
    person = office.newcomer(f"once-{office.officer.size()}")
    enrol(person, office.administrator, "officer")

    assert person.run("whoami").one("whoami")["roles"] == ["officer"]


def test_a_thing_without_files_can_be_verified(office: Office) -> None:
    """For a physical object the question of the files is not asked for, and the verdict holds."""
    case = office.case()
    said = office.officer.run(
        *("intake", "--physical", "--case", case, "--title", "Телефон", *INTAKE),
        *("--quantity", "1 pcs", "--condition", "тріснуте скло"),
    ).one("recorded")

    assert office.officer.run("verify", "exhibit", said["reference"]).one("verdict")["outcome"] == "holds"

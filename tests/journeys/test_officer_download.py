"""Originals come back: each under a name of its own, whatever they were called."""

from pathlib import Path

import pytest

from tests.support.office import Office

pytestmark = [pytest.mark.s3, pytest.mark.slow]


def test_two_files_of_one_name_come_back_both(office: Office, tmp_path: Path) -> None:
    """Of one exhibit, in two of its folders: both are saved, it is told which is which; a second try saves nothing."""
    case = office.case()
    given = tmp_path / "card"
    for folder in ("100", "101"):
        (given / folder).mkdir(parents=True)
        (given / folder / "VID_1.mp4").write_text(f"{case} {folder}")
    (given / "CON").write_text(f"{case} reserved")
    reference = office.officer.intake(case, given).of("file")[0]["why"]
    out = tmp_path / "out"
    saved = office.officer.run("download", reference, "--purpose", "check", "-o", out).of("downloaded")
    again = office.officer.ask("download", reference, "--purpose", "check", "-o", out)
    one = office.officer.run(
        *("download", reference, "--purpose", "check", "-o", tmp_path / "one", "--file", saved[0]["file"])
    ).of("downloaded")

    shared = [each for each in saved if each["name"] == "VID_1.mp4"]
    assert {f"VID_1 ({each['file'][:8]}).mp4" for each in shared} == {
        Path(each["path"]).name for each in shared
    }
    assert {f"{case} 100", f"{case} 101"} == {Path(each["path"]).read_text() for each in shared}
    assert f"{case} reserved" == (out / "_CON").read_text()
    assert 3 == len(list(out.iterdir()))
    assert (5, 3, []) == (again.status, again.one("reconciliation")["there"], again.of("downloaded"))
    assert [Path(saved[0]["path"]).name] == [Path(each["path"]).name for each in one]


def test_what_is_there_keeps_no_other_from_coming(office: Office, tmp_path: Path) -> None:
    """Of many files two names are in use, one by the original and one by something else: the others are saved."""
    case = office.case()
    given = tmp_path / "many"
    given.mkdir()
    for number in range(7):
        (given / f"{number}.txt").write_text(f"{case} {number}")
    reference = office.officer.intake(case, given).of("file")[0]["why"]
    out = tmp_path / "out"
    out.mkdir()
    (out / "0.txt").write_text(f"{case} 0")
    (out / "3.txt").write_text("mine")

    said = office.officer.ask("download", reference, "--purpose", "check", "-o", out)

    assert 5 == said.status
    assert {"given": 7, "saved": 5, "there": 1, "refused": 1, "balanced": True} == {
        name: said.one("reconciliation")[name] for name in ("given", "saved", "there", "refused", "balanced")
    }
    assert {"0.txt": "there", "3.txt": "refused"} == {
        each["name"]: each["outcome"] for each in said.of("not-downloaded")
    }
    assert "mine" == (out / "3.txt").read_text()
    assert [f"{case} {number}" for number in (0, 1, 2, 4, 5, 6)] == [
        (out / f"{number}.txt").read_text() for number in (0, 1, 2, 4, 5, 6)
    ]
    assert 7 == len(list(out.iterdir()))

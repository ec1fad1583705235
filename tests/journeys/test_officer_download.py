"""Originals come back: each under a name of its own, whatever they were called."""

from pathlib import Path

import pytest

from tests.support.office import Office

pytestmark = [pytest.mark.s3, pytest.mark.slow]


def test_two_files_of_one_name_come_back_both(office: Office, tmp_path: Path) -> None:
    """Of one exhibit, in two of its folders: both are saved, and it is told which is which; a second try stops."""
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
    assert 5 == again.status
    assert [Path(saved[0]["path"]).name] == [Path(each["path"]).name for each in one]

"""What an officer names: folders that are closed, things named twice, names that are no text, files held elsewhere."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from custody.catalogue.exhibit import digital
from custody.values import to_base64
from custody_cli import output
from custody_cli.compose import normal
from custody_cli.contact import Contact
from custody_cli.faults import IntegrityFault
from custody_cli.intake import found, plan, run, spelling
from custody_cli.intake.plan import Plan, PlannedExhibit
from custody_cli.intake.reconciliation import Reconciliation
from custody_cli.intake.selection import Found, select
from custody_cli.naming import Case
from custody_cli.profile import Profile
from custody_cli.settings import Settings
from custody_verifier.canonical import Json

CP1251 = "фото.jpg".encode("cp1251")


def settings(home: Path, *, quiet: bool = True) -> Settings:
    """Return the options of a command that speaks JSON."""
    return Settings(
        home=home, server=None, json=True, quiet=quiet, no_passphrase=True, at=None, late=None, dry_run=False
    )


def contact(home: Path, told: Json = None, *, quiet: bool = True) -> Contact:
    """Return a line to a server that answers every question the same."""
    door = SimpleNamespace(get=lambda _path, **_query: told)
    return cast(
        "Contact",
        SimpleNamespace(settings=settings(home, quiet=quiet), door=door, profile=Profile(home / "profile")),
    )


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """Return a file whose name is Cyrillic in CP1251."""
    path = tmp_path / os.fsdecode(CP1251)
    path.write_bytes(b"x")
    return path


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that cannot be listed, whoever runs the tests."""
    folder = tmp_path / "closed"
    folder.mkdir()
    scan = os.scandir

    def refusing(path: str) -> Iterator[os.DirEntry[str]]:
        if Path(path) == folder:
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", refusing)
    return folder


def test_a_closed_folder_is_one_refusal(tmp_path: Path, closed: Path) -> None:
    """The files beside a folder that cannot be read are taken; the folder is refused with its reason."""
    (tmp_path / "a").write_text("a")
    (tmp_path / "z").mkdir()
    (tmp_path / "z" / "file").write_text("z")
    chosen = select([tmp_path], each=False, split=False)

    assert [file.inside for file in chosen.groups[0].files] == ["a", "z/file"]
    assert [each.path for each in chosen.refused] == [closed]
    assert "you have no right to it" in chosen.refused[0].text()
    assert chosen.given == 3


def test_a_closed_folder_that_is_named_is_refused(closed: Path) -> None:
    """Nothing is taken, and one thing was given."""
    chosen = select([closed], each=False, split=False)

    assert (chosen.groups, [each.path for each in chosen.refused]) == ((), [closed])


@pytest.mark.parametrize("each", [True, False])
def test_what_is_named_twice_is_given_once(tmp_path: Path, each: bool) -> None:
    """A folder under two spellings, and a file in it: each file counts once, and the rest is told."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "file").write_text("x")
    (folder / "link").symlink_to("file")
    named = [folder, tmp_path / "folder" / ".." / "folder", folder / "file"]
    chosen = select(named, each=each, split=False)

    assert [[file.inside for file in group.files] for group in chosen.groups] == [["file"]]
    assert [one.reason for one in chosen.refused] == ["refused.link"]
    assert sorted(one.name for one in chosen.repeated) == ["file", "file", "link"]
    assert chosen.given == 2


def test_names_of_a_hard_link_are_finds_of_their_own(tmp_path: Path) -> None:
    """Both names were found, so both are told; the same name twice is one."""
    (tmp_path / "a").write_text("x")
    os.link(tmp_path / "a", tmp_path / "b")
    chosen = select([tmp_path, tmp_path / "a"], each=False, split=False)

    assert [file.inside for file in chosen.groups[0].files] == ["a", "b"]
    assert chosen.repeated == (tmp_path / "a",)


def test_the_officer_is_told_what_was_named_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What counts once is named on stderr; it is no refusal."""
    (tmp_path / "link").symlink_to("x")
    selection = select([tmp_path / "link"] * 2, each=False, split=False)
    line = contact(tmp_path, quiet=False)
    run.run(line, asked(), selection)
    printed = capsys.readouterr()

    assert str(tmp_path / "link") in printed.err
    assert json.loads(printed.out.splitlines()[-1])["given"] == 1


def asked(*, force: bool = False) -> run.Asked:
    """Return an intake into some case."""
    case = Case(stream="case/1", reference="UKR2-25")
    return run.Asked(name="n", case=case, body={}, own_title=False, collected_at=None, force=force)


def test_a_file_of_a_hidden_case_is_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that only others see is not left out quietly: the warning names it and --force, even if --quiet."""
    (tmp_path / "f").write_text("x")
    selection = select([tmp_path / "f"], each=False, split=False)
    assert run.run(contact(tmp_path, {"held": True, "exhibits": []}), asked(), selection)
    warned = capsys.readouterr().err

    assert str(tmp_path / "f") in warned
    assert "--force" in warned


def test_a_file_of_a_known_exhibit_is_not_warned_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the officer can see what is held, the line says all."""
    (tmp_path / "f").write_text("x")
    selection = select([tmp_path / "f"], each=False, split=False)
    told: Json = {"held": True, "exhibits": [{"reference": "UKR2-25/001-X", "exhibit": "exhibit/1"}]}
    assert run.run(contact(tmp_path, told), asked(), selection)
    printed = capsys.readouterr()

    assert printed.err == ""
    assert "UKR2-25/001-X" in printed.out


def test_a_name_that_is_no_text_is_taken_in(odd: Path) -> None:
    """The act has a spelling that can be read, and the bytes of the name as they were found (acts-v1, 2)."""
    chosen = select([odd.parent], each=True, split=False)
    group = chosen.groups[0]
    described = normal(found.describe(run.plan_file(group.files[0], lambda _step: None)))
    digital(("f",)).parts["found"].check(described, "found")

    assert (chosen.refused, group.label) == ((), "\ufffd\ufffd\ufffd\ufffd.jpg")
    assert isinstance(described, dict)
    assert (described["name"], described["path"]) == (group.label, group.label)
    assert described["name_bytes"] == to_base64(CP1251)
    assert described["mime_declared"] == "image/jpeg"


def test_a_kept_plan_finds_a_name_that_is_no_text(odd: Path, tmp_path: Path) -> None:
    """A plan that is read again names the same file on disk, within a folder and by itself."""
    file = run.plan_file(Found(odd, f"тека/{odd.name}"), lambda _step: None)
    exhibit = PlannedExhibit(exhibit="exhibit/1", label="a", files=[file])
    Plan(name="n", case="case/1", exhibits=[exhibit]).save(Profile(tmp_path / "p"))
    loaded = plan.load(Profile(tmp_path / "p"), "n")

    assert loaded is not None
    assert loaded.exhibits == [exhibit]
    assert loaded.exhibits[0].files[0].is_as_measured()


def test_damaged_bytes_of_a_name_are_a_fault() -> None:
    """A plan on disk that somebody changed ends in a sentence, not in a traceback."""
    with pytest.raises(IntegrityFault):
        spelling.read({"path": "x", "path_bytes": "%"}, "path")


def test_a_line_of_a_name_that_is_no_text_can_be_printed(
    odd: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither the path nor the reason lets a byte through that is no text."""
    Reconciliation(settings(tmp_path), 1).line("refused", str(odd), f"{odd} changed")
    printed = json.loads(capsys.readouterr().out.encode())

    assert printed["path"] == f"{odd.parent}/{output.clean(odd.name)}"
    assert printed["why"] == f"{printed['path']} changed"

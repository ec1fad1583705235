"""Names under which originals are saved: hostile ones are safe, shared ones are told apart, nothing is overwritten."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody_cli import saving
from custody_cli.faults import Conflicting
from custody_cli.saving import names_of, put_in_place, safe_name

A = "0a1b2c3d-0000-4000-8000-00000000000a"
B = "9f8e7d6c-0000-4000-8000-00000000000b"
C = "9f8e7d6c-0000-4000-8000-00000000000c"

HOSTILE = {
    "../../.ssh/authorized_keys": "authorized_keys",
    "..\\..\\boot.ini": "boot.ini",
    "/etc/passwd": "passwd",
    "..": A,
    "folder/": A,
    "": A,
    ".bashrc": "bashrc",
    "a\x1b[2Jb\x00c\n.jpg": "a\ufffd[2Jb\ufffdc\ufffd.jpg",
    "photo\u202egpj.exe": "photo\ufffdgpj.exe",
    "CON": "_CON",
    "com1.txt": "_com1.txt",
    'a<b>:"c|d?*.pdf': "a_b___c_d__.pdf",
    "name. . ": "name",
    "знімок 1.jpg": "знімок 1.jpg",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_made_safe(name: str) -> None:
    """Neither folder, nor control character, nor a name that some system reserves is left."""
    assert HOSTILE[name] == safe_name(name, A)


def test_a_file_without_a_name_is_called_by_its_uuid() -> None:
    """What is not disclosed cannot be a name; what is no uuid is not used as it is."""
    assert {A: A} == names_of({A: None})
    assert "______a" == safe_name(None, "../../a")


def test_a_long_name_keeps_its_ending() -> None:
    """It is cut between characters, short enough for any file system."""
    cut = safe_name("ї" * 300 + ".jpeg", A)
    assert cut.startswith("їїї")
    assert cut.endswith("ї.jpeg")
    assert len(cut.encode()) <= saving.MOST_BYTES


def test_files_of_one_name_are_told_apart() -> None:
    """Both get digits of their uuid, and neither has the plain name; another's name stays as it is."""
    expected = {A: "VID_1 (0a1b2c3d).mp4", B: "VID_1 (9f8e7d6c).mp4", C: "VID_2.mp4"}
    assert expected == names_of({A: "DCIM/100/VID_1.mp4", B: "DCIM/101/VID_1.mp4", C: "VID_2.mp4"})


@pytest.mark.parametrize("other", ["Photo.JPG", "PHOTO.jpg"])
def test_case_tells_no_files_apart(other: str) -> None:
    """Some file systems take names for one that differ in case."""
    assert {"photo (0a1b2c3d).jpg", f"{other[:5]} (9f8e7d6c){other[5:]}"} == set(
        names_of({A: "photo.jpg", B: other}).values()
    )


def test_a_name_that_mimics_another_collides_with_none() -> None:
    """Who calls a third file as the second will be called does not make one overwrite the other."""
    found = names_of({A: "v.mp4", B: "v.mp4", C: "v (0a1b2c3d).mp4"})
    assert {A: f"v ({A}).mp4", B: "v (9f8e7d6c).mp4", C: "v (0a1b2c3d).mp4"} == found


def test_the_same_first_digits_are_told_apart() -> None:
    """Two uuids that begin alike are written whole."""
    assert {B: "v (9f8e7d6c).mp4", C: f"v ({C}).mp4"} == names_of({B: "v.mp4", C: "v.mp4"})


_NAMES = st.one_of(
    st.none(),
    st.text(),
    st.sampled_from(
        ["v.mp4", "V.MP4", "a/v.mp4", ".v.mp4", f"v ({A}).mp4", f"v ({A}, 2).mp4", "v (0a1b2c3d).mp4"]
    ),
)


@given(st.dictionaries(st.uuids().map(str) | st.sampled_from([A, B, C]), _NAMES, max_size=8))
def test_no_two_files_ever_share_a_name(files: dict[str, str | None]) -> None:
    """Whatever names are recorded: each file has its own, on any file system, and it is one name, not a path."""
    found = names_of(files)
    assert found.keys() == files.keys()
    assert len(files) == len({unicodedata.normalize("NFC", each.casefold()) for each in found.values()})
    for name in found.values():
        assert name == Path(name).name
        assert name.isprintable()
        assert not name.startswith(".")
        assert len(name.encode()) < 250


def test_nothing_is_put_in_the_place_of_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a file that came meanwhile nor a link to nowhere is overwritten, with links or without."""
    part, there, loose, free = (tmp_path / name for name in ("part", "there", "loose", "free"))
    part.write_text("new")
    there.write_text("old")
    loose.symlink_to(tmp_path / "nowhere")

    def linkless(_source: Path, _target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    for target in (there, loose):
        with pytest.raises(Conflicting):
            put_in_place(part, target)
    put_in_place(part, free)
    monkeypatch.setattr(os, "link", linkless)
    for target in (there, loose, free):
        with pytest.raises(Conflicting):
            put_in_place(part, target)
    put_in_place(part, tmp_path / "last")

    assert ("old", "new", "new") == (there.read_text(), free.read_text(), (tmp_path / "last").read_text())
    assert not (tmp_path / "nowhere").exists()

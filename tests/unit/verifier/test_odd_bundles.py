"""Bundles that are odd in one way each: streams beside the usual ones, streams left out, odd directories, threads."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import pytest

from custody.canonical import Json, canonical
from custody_verifier import bag
from custody_verifier.bundle import check_bundle
from custody_verifier.command import main
from custody_verifier.errors import Malformed
from custody_verifier.options import Options
from custody_verifier.policy import read_policy
from custody_verifier.verdict import Verdict
from tests.support.bundles import begin, parts, seal, usual
from tests.support.trees import policy

OPTIONS = Options(policy=read_policy(policy()))


def _check(folder: Path, data: bytes) -> Verdict:
    path = folder / "bundle.zip"
    path.write_bytes(data)
    return check_bundle(path, OPTIONS)


def _codes(verdict: Verdict) -> set[str]:
    return {each.code for answer in verdict.answers.values() for each in answer.findings}


def test_files_are_hashed_in_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large bundles are hashed several files at a time, with the same outcome."""
    data = parts(usual()).zip()
    alone = _check(tmp_path, data).as_json()
    monkeypatch.setattr(bag, "WORTH_THREADS", 0)
    assert alone == _check(tmp_path, data).as_json()


def test_a_number_where_none_is_due(tmp_path: Path) -> None:
    """A list of exhibits is sealed without a number of exhibits."""
    told = begin()
    told = seal(told, exhibits=[told.video], sealed={"exhibits": 1})
    assert "seal.heads" in _codes(_check(tmp_path, parts(told).zip()))


def test_a_person_who_is_left_out(tmp_path: Path) -> None:
    """Acts of a person whose stream is not here are not checked, and the stream is missed."""
    told = begin()
    petro = told.story.person("petro").person
    told.hidden = {at for at, line in told.lines() if json.loads(line)["act"]["stream"] == petro}
    codes = _codes(_check(tmp_path, parts(seal(told, told.case)).zip()))
    assert codes >= {"order.stream-missing", "entry.left-out"}


def test_streams_beside(tmp_path: Path) -> None:
    """Records of access are asked for with `also`; a request that says so names them."""
    told = usual()
    some = parts(told)
    header = json.loads(some.files["data/bundle.json"])
    header["scope"]["also"] = ["access"]
    some.files["data/bundle.json"] = canonical(header)
    assert _codes(_check(tmp_path, some.zip())) >= {"bundle.facts"}


@pytest.mark.parametrize(
    ("name", "value"),
    [("withheld", [["x"]]), ("at", 0), ("bundle", "bundle/x"), ("scope", {})],
)
def test_headers_that_are_none(name: str, value: Json, tmp_path: Path) -> None:
    """A member of another form makes bundle.json unreadable."""
    some = parts(usual())
    header = json.loads(some.files["data/bundle.json"]) | {name: value}
    some.files["data/bundle.json"] = canonical(header)
    with pytest.raises(Malformed):
        _check(tmp_path, some.zip("bundle-ed4562d2-9468-47fd-a208-4188309db41b"))


def test_two_top_folders(tmp_path: Path) -> None:
    """All files stand in one top folder."""
    data = parts(usual()).zip()
    top = data[30 : 30 + 43]
    last = data.rindex(top)
    with pytest.raises(Malformed):
        _check(tmp_path, data[: last + 42] + bytes([data[last + 42] ^ 1]) + data[last + 43 :])


def test_the_module_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m custody_verifier` is the command; to import it runs nothing."""
    assert runpy.run_module("custody_verifier.__main__")["main"] is main
    monkeypatch.setattr(sys, "argv", ["custody-verify"])
    with pytest.raises(SystemExit) as end:
        runpy.run_module("custody_verifier", run_name="__main__")
    assert end.value.code == 2

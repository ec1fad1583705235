"""`custody-verify` gives the verdicts of the vectors of bundle-v1; the vectors are what their recipes make."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from custody_verifier.command import main
from tests.support.bundle_vectors import FOLDER, Vector, command, expected, vectors

VECTORS = {each.name: each for each in vectors()}
each_vector = pytest.mark.parametrize("name", sorted(VECTORS))
WRITE = os.environ.get("CUSTODY_WRITE_VECTORS") == "1"


def _verdict(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    status = main(command(folder))
    output = capsys.readouterr().out
    return expected(json.loads(output) if output else None, status)


def _open(found: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each[0], each[1]) for each in found.get("findings", ()) if each[3] != "noted"}


@each_vector
def test_the_verdict(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The committed bundle gets its committed verdict, and that is what the recipe says."""
    vector: Vector = VECTORS[name]
    found = _verdict(FOLDER / name, capsys)
    path = FOLDER / name / "expected.json"
    if WRITE:
        path.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    assert json.loads(path.read_text(encoding="utf-8")) == found
    assert vector.exit == found["exit"]
    assert vector.found in ({("?", "?")}, _open(found))


@each_vector
def test_the_recipe(name: str, tmp_path: Path) -> None:
    """Made again, a vector has the same bytes."""
    VECTORS[name].write(tmp_path)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    committed = {
        path.relative_to(FOLDER): path.read_bytes() for path in (FOLDER / name).rglob("*") if path.is_file()
    }
    del committed[Path(name) / "expected.json"]
    assert made == committed


def test_no_vector_is_left_over() -> None:
    """Each folder of vectors has its recipe."""
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} == VECTORS.keys()

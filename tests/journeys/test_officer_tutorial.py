"""The tutorial can be pasted: its blocks run, one after the other, against a fresh server."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.demo.server import running
from tests.support.tree import ROOT

pytestmark = [pytest.mark.s3, pytest.mark.slow]

TUTORIAL = ROOT / "docs" / "tutorial" / "first-exhibit.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ADDRESS = "http://127.0.0.1:8000"


def test_the_tutorial_runs(tmp_path: Path) -> None:
    """Every block ends well: the photograph is handed over, verified, bundled; an altered bundle is refused."""
    blocks = BLOCK.findall(TUTORIAL.read_text(encoding="utf-8"))
    with running(tmp_path / "data") as server:
        for name in (".venv", "tests"):
            (tmp_path / name).symlink_to(ROOT / name)
        script = "\n".join(["set -euo pipefail", *blocks]).replace(ADDRESS, server.url)
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=tmp_path,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    assert len(blocks) >= 13
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 given = 1 taken + 0 refused + 0 already held" in done.stdout
    assert "1 given = 0 taken + 0 refused + 1 already held" in done.stdout
    assert "transfer.accepted.v1" in done.stdout
    assert "Verdict: holds." in done.stdout
    checked, holds, altered = done.stdout.rpartition("Every required question holds. Exit 0.")
    assert holds
    assert "Grade: signed." in checked
    assert "disclosure.altered" in altered
    assert "Refused, with status 1" in altered

"""The arrows of the house: who may import whom (the contracts are in pyproject.toml)."""

import subprocess
import sys
from pathlib import Path

from tests.support.tree import ROOT


def test_arrows_point_inward() -> None:
    """import-linter keeps every contract."""
    linter = Path(sys.executable).with_name("lint-imports")

    finished = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, env={"PYTHONPATH": "."}, capture_output=True, text=True, check=False
    )

    assert finished.returncode == 0, finished.stdout + finished.stderr

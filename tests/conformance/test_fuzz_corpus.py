"""The kept corpus of the fuzzing is replayed: no reader of the verifier raises what is not foreseen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(120)
def test_the_corpus_is_read() -> None:
    """Every input of tests/fuzz/corpus ends as foreseen."""
    pytest.importorskip("atheris")
    words = [sys.executable, "-m", "tests.fuzz", "-runs=0"]
    run = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (0, True) == (run.returncode, "executed_units" in run.stderr), run.stderr[-2000:]

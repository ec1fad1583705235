"""A suite that needs a real server cannot be left out unseen."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

NEEDS_A_SERVER = '''
import pytest

pytest_plugins = ["tests.support.services"]


@pytest.fixture
def s3_server():
    pytest.skip("no server here")


def test_of_the_server(s3_server):
    """Never runs."""
'''

NEEDS_A_PROGRAM = '''
import pytest

pytest_plugins = ["tests.support.services"]


@pytest.mark.programs("no-such-program")
def test_of_the_program():
    """Never runs."""
'''

MAY_USE_JAVA = NEEDS_A_PROGRAM.replace('"no-such-program"', '"java"')

NEEDS_NOTHING = '''
pytest_plugins = ["tests.support.services"]


def test_of_nothing():
    """Passes."""
'''


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        (NEEDS_A_SERVER, [], 0),
        (NEEDS_A_SERVER, ["--require-services"], 1),
        (NEEDS_A_PROGRAM, [], 0),
        (NEEDS_A_PROGRAM, ["--require-services", "test_it.py"], 1),
        (MAY_USE_JAVA, ["--require-services", "test_it.py"], 0),
        (NEEDS_NOTHING, [], 0),
        (NEEDS_NOTHING, ["--require-services"], 1),
    ],
    ids=[
        "skipped",
        "skipped-though-required",
        "program-skipped",
        "program-skipped-though-required",
        "optional-program",
        "unused",
        "unused-though-required",
    ],
)
def test_a_service_that_did_not_run_fails_where_required(
    tmp_path: Path, text: str, options: list[str], expected: int
) -> None:
    """A skip, and a whole run without a service, fail with --require-services and pass without."""
    (tmp_path / "conftest.py").write_text(text)
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nmarkers = s3: s3\n    postgres: postgres\n    browser: browser\n    programs: programs\n"
    )
    (tmp_path / "test_it.py").write_text(text.replace('pytest_plugins = ["tests.support.services"]\n', ""))
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    environment["PYTHONPATH"] = str(ROOT)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]

    finished = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )

    assert expected == finished.returncode, finished.stdout + finished.stderr

"""`doctor` tells of a changed row of a list, and `rebuild-projections` makes it right, beside the running service."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.demo import ledger_rows
from tests.support import doors

pytestmark = [pytest.mark.s3, pytest.mark.slow]

ROOT = Path(__file__).parents[2]


def api(data_dir: Path, *arguments: str, language: str = "en_GB.UTF-8") -> subprocess.CompletedProcess[str]:
    """Run `python -m api` on a data folder."""
    environment = os.environ | {"CUSTODY_DATA_DIR": str(data_dir), "LC_ALL": language}
    command = [sys.executable, "-m", "api", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_changed_list_is_told_and_mended(tmp_path: Path) -> None:
    """Somebody makes a case look closed: lists show it, `doctor` names it, and a rebuild brings the truth back."""
    data = tmp_path / "data"
    early = api(data, "rebuild-projections")
    with doors.running(data) as server:
        officer = doors.enrol(doors.found(server), "officer", "officer")
        doors.open_case(officer, "LIST-1")
        assert [False] == [each["closed"] for each in officer.client.get("/cases").json()["items"]]
        with ledger_rows.opened(data / "ledger.sqlite") as rows:
            rows.execute("UPDATE listed_case SET closed = 1")
        assert [True] == [each["closed"] for each in officer.client.get("/cases").json()["items"]]
        bad = api(data, "doctor")
        mended = api(data, "rebuild-projections", language="uk_UA.UTF-8")
        assert [False] == [each["closed"] for each in officer.client.get("/cases").json()["items"]]
        good = api(data, "doctor")

    assert (1, True) == (early.returncode, "keys" in early.stdout)
    assert (1, True) == (bad.returncode, "listed_case.closed" in bad.stdout)
    assert (0, True) == (mended.returncode, "складено наново" in mended.stdout), mended
    assert (0, False) == (good.returncode, "listed_" in good.stdout), good.stdout

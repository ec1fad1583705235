"""Who runs the server backs it up, restores it, and is told when the backup is too old."""

import os
import pty
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support import doors
from tests.support.doors import Server

pytestmark = [pytest.mark.s3, pytest.mark.slow]

ROOT = Path(__file__).parents[2]


def api(data_dir: Path, *arguments: str, language: str = "en_GB.UTF-8") -> subprocess.CompletedProcess[str]:
    """Run `python -m api` on a data folder."""
    environment = os.environ | {"CUSTODY_DATA_DIR": str(data_dir), "LC_ALL": language}
    command = [sys.executable, "-m", "api", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_backup_comes_back_whole_and_an_old_one_is_refused(tmp_path: Path) -> None:
    """A restored ledger serves its files again; with a newer checkpoint at hand a restore is refused."""
    data = bytes(range(256)) * 40
    with doors.running(tmp_path / "data") as server:
        founder = doors.found(server)
        officer = doors.enrol(founder, "officer", "officer")
        case = doors.open_case(officer, "BACK-1")
        exhibit, file = doors.digital(officer, case, data)
        live = api(tmp_path / "data", "backup", str(tmp_path / "live"))
        torn = api(tmp_path / "data", "backup", str(tmp_path / "torn"), "--store")
    made = api(tmp_path / "data", "court-key")
    stopped = api(tmp_path / "data", "backup", str(tmp_path / "backup"), "--store")
    with doors.running(tmp_path / "data") as server:
        officer.client = server.client()
        officer.server = server
        assert officer.sign_in().status_code == 201
        doors.physical(officer, case)
        note = tmp_path / "kept"
        note.write_bytes(officer.client.get("/checkpoint").content)

    behind = api(tmp_path / "none", "restore", str(tmp_path / "backup"), "--checkpoint", str(note))
    restored = api(tmp_path / "new", "restore", str(tmp_path / "backup"), language="uk_UA.UTF-8")
    doctor = api(tmp_path / "new", "doctor")
    with doors.running(tmp_path / "new") as again:
        officer.client = again.client()
        officer.server = again
        assert officer.sign_in().status_code == 201
        refused = after_restore(again, officer, note)
    with doors.running(tmp_path / "new") as again:
        officer.client = again.client()
        officer.server = again
        assert officer.sign_in().status_code == 201
        path = f"/exhibits/{exhibit.partition('/')[2]}/files/{file}/content"
        content = officer.client.get(path).content

    assert [live.returncode, torn.returncode, stopped.returncode] == [0, 1, 0], (live, torn, stopped)
    assert not (tmp_path / "torn").exists(), (
        "a backup without the files that were asked for looks like a whole one"
    )
    assert behind.returncode == 1
    assert not list((tmp_path / "none").iterdir()), "a service on what was refused would fork the ledger"
    assert made.returncode == 0
    assert court_files(tmp_path / "data") == court_files(tmp_path / "new")
    assert "receipts" in behind.stdout
    assert (restored.returncode, "Відновлено" in restored.stdout) == (0, True), restored
    assert doctor.returncode == 0, doctor.stdout
    assert content == data
    assert refused == "writes-refused"


def court_files(data_dir: Path) -> dict[str, bytes]:
    """Return the files of the court key, of which there are some."""
    found = {path.name: path.read_bytes() for path in (data_dir / "court").iterdir()}
    assert found
    return found


def after_restore(server: Server, officer: doors.Person, note: Path) -> str:
    """Sign on a checkpoint that the restored server does not have, and return the code of its answer."""
    vkey = server.clients[-1].get("/ledger").json()["log"][0]
    seen = doors.check_note(vkey, note.read_bytes())
    officer.look()
    officer.officer = officer.officer.at(officer.officer.ledger, seen.size, seen.root)  # type: ignore[arg-type]
    act = officer.officer.compose(
        "person.amended.v1", officer.id, {}, {"name": "New", "reason": "married"}, occurred_at=doors.now(),
        after=doors.After(*_standing(officer)),  # type: ignore[arg-type]
    )  # fmt: skip
    return str(officer.send(act).json()["code"])


def _standing(officer: doors.Person) -> tuple[int, str]:
    told = officer.client.get(f"/streams/{officer.id}").json()
    return told["version"], told["previous"]


def test_the_founding_token_is_told_again_until_it_is_used(tmp_path: Path) -> None:
    """On a terminal `founding-token` prints it; where output goes elsewhere, as to a log, only where its file is."""
    data = tmp_path / "data"
    with doors.running(data) as server:
        piped, shown = api(data, "founding-token"), on_a_terminal(data, "founding-token")
        token = server.founding_token
        mode = stat.S_IMODE((data / "founding-token").stat().st_mode)
        doors.found(server)
        after = on_a_terminal(data, "founding-token")

    assert (True, False) == (token in shown, token in after)
    assert 0o600 == mode
    for told in (piped.stdout, server.log.read_text()):
        assert (False, True) == (token in told, str(data / "founding-token") in told)


def on_a_terminal(data_dir: Path, *arguments: str) -> str:
    """Return what `python -m api` shows on a terminal."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"CUSTODY_DATA_DIR": str(data_dir), "LC_ALL": "en_GB.UTF-8"}
    command = [sys.executable, "-m", "api", *arguments]
    subprocess.run(command, cwd=ROOT, env=environment, stdout=theirs, stderr=theirs, check=False)
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # how Linux ends reading from a terminal that nobody holds
        while piece := os.read(ours, 1 << 16):
            shown += piece
    os.close(ours)
    return shown.decode()


def test_a_setting_that_is_wrong_is_named(tmp_path: Path) -> None:
    """The command ends with status 2 and names the variable."""
    environment = os.environ | {"CUSTODY_DATA_DIR": str(tmp_path), "CUSTODY_PORT": "never"}
    command = [sys.executable, "-m", "api", "doctor"]
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert (told.returncode, "CUSTODY_PORT" in told.stdout) == (2, True)

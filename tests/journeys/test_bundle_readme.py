"""A bundle with everything in it, checked by nothing but the commands that its own README.txt prints."""

import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.bundles.readme import PROMPT
from api.court.court_key import CERTIFICATES_FILE, make_court_key
from api.court_papers import FOLDER
from tests.support import doors, handing_out
from tests.support.handing_out import Fetched
from tests.support.tsa import running

pytestmark = [pytest.mark.s3, pytest.mark.slow, pytest.mark.programs("openssl")]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a bundle out of a house with a TSA and a court key; what the reader brings lies inside."""
    root = tmp_path_factory.mktemp("house")
    with running(root, "one") as tsa:
        tsas = root / "tsa.list"
        tsas.write_text(tsa.line())
        with doors.running(root / "data", CUSTODY_TSA_LIST=str(tsas)) as server:
            make_court_key(root / "data" / FOLDER, "Court key", datetime.now(UTC))
            officer = doors.enrol(doors.found(server), "officer", "officer")
            case = doors.open_case(officer, "README-1")
            doors.digital(officer, case, b"\xff\xd8" + bytes(range(256)) * 5000)
            doors.physical(officer, case)
            fetched = handing_out.fetch(
                officer, handing_out.made(officer, handing_out.request(officer, case))
            )
            trust = handing_out.policy(officer)
        folder = _unpacked(fetched, root / "reader")
        shutil.copy(tsa.root_file, folder / "tsa-root.pem")
    pem = (root / "data" / FOLDER / CERTIFICATES_FILE).read_text()
    (folder / "court-root.pem").write_text("-----BEGIN" + pem.split("-----BEGIN")[-1])
    (folder / "trust.policy").write_text(trust)
    return folder


def _unpacked(fetched: Fetched, reader: Path) -> Path:
    top = fetched.bundle.replace("/", "-")
    with zipfile.ZipFile(fetched.write(reader, top)) as bundle:
        bundle.extractall(reader)
    return reader / top


def commands(folder: Path) -> list[str]:
    """Return the commands of the README in a folder."""
    lines = (folder / "README.txt").read_text().splitlines()
    return [line.removeprefix(PROMPT) for line in lines if line.startswith(PROMPT)]


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a printed line in a reader's shell, where custody-verify is installed."""
    path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    surroundings = {"PATH": path, "LANG": "C.UTF-8"}
    return subprocess.run(
        ["sh", "-c", command], cwd=folder, env=surroundings, capture_output=True, text=True, check=False
    )


def test_every_command_answers_as_promised(unpacked: Path) -> None:
    """sha256sum, sha512sum, openssl ts, pkeyutl and cms, and custody-verify accept the bundle as it is."""
    came = {each: run(each, unpacked) for each in commands(unpacked)}

    assert {} == {each: (done.stdout, done.stderr) for each, done in came.items() if done.returncode}
    words = {each.split()[0] + " " + each.split()[1] for each in came}
    assert {"openssl ts", "openssl pkeyutl", "openssl cms"} <= words
    said = "".join(done.stdout + done.stderr for done in came.values())
    for promised in ("Verification: OK", "Signature Verified Successfully", "CAdES Verification successful"):
        assert promised in said


@pytest.mark.parametrize("program", ["openssl ts", "openssl cms", "custody-verify"])
def test_roots_of_others_are_not_taken(unpacked: Path, tmp_path: Path, program: str) -> None:
    """With the trust files exchanged for each other, nothing that rests on them answers as promised."""
    reader = tmp_path / "reader"
    shutil.copytree(unpacked.parent, reader)
    folder = reader / unpacked.name
    tsa, court = ((folder / name).read_bytes() for name in ("tsa-root.pem", "court-root.pem"))
    (folder / "tsa-root.pem").write_bytes(court)
    (folder / "court-root.pem").write_bytes(tsa)
    for each in commands(folder):
        done = run(each, folder)
        if each.startswith(program):
            assert done.returncode, (each, done.stdout)

"""Somebody who sends more than the disk holds: files are refused in time, acts go on, and nothing that came is lost."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demo.server import administer
from tests.journeys.test_officer_crash import PIECE, killed_at
from tests.support.lying_proxy import lying
from tests.support.office import INTAKE, Office, office_in

pytestmark = [pytest.mark.s3, pytest.mark.slow, pytest.mark.timeout(300)]

MORE_THAN_THERE_IS = str(1 << 60)


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Office]:
    """An office of its own: its disk fills up."""
    with office_in(tmp_path) as found:
        yield found


def restart(office: Office, reserve: str) -> None:
    """Start the server anew; with a reserve that is larger than the disk, it is as if others had filled it."""
    office.server.stop()
    office.server.settings["CUSTODY_FREE_BYTES"] = reserve
    office.server.start()


def test_acts_go_on_where_files_have_no_room(alone: Office, tmp_path: Path) -> None:
    """The half that came is kept, files are refused and accounted for, acts go on; with room all is taken."""
    film, photograph = tmp_path / "film.webm", tmp_path / "yard.jpg"
    film.write_bytes(os.urandom(2 * PIECE))
    photograph.write_bytes(os.urandom(1000))
    case, officer = alone.case(), alone.officer
    command = ("intake", film, photograph, "--each", "--case", case, *INTAKE)
    officer.run("signin")
    with lying(alone.also, alone.server.url) as proxy:
        killed_at(officer.through(proxy.url), proxy, "PATCH", "/api/v1/deposits/", *command)

    restart(alone, MORE_THAN_THERE_IS)
    refused = officer.ask(*command)
    told = refused.one("reconciliation")
    assert (2, 0, 2, True) == (refused.status, told["taken"], told["refused"], told["balanced"])
    assert all("no-room" in line["why"] for line in refused.of("file"))
    assert "run the same command" in refused.errors
    assert 1 == officer.run("status").one("status")["intakes"]
    before = officer.size()
    alone.case()
    assert before < officer.size()
    doctor = administer(alone.server.data, "doctor", settings=alone.server.settings)
    assert (1, True) == (doctor.returncode, "no files are taken" in doctor.stdout)

    restart(alone, "0")
    with lying(alone.also, alone.server.url) as proxy:
        taken = officer.through(proxy.url).run(*command).one("reconciliation")
        pieces = [path for method, path in proxy.seen if method == "PATCH"]
    assert (2, 0) == (taken["taken"], taken["refused"])
    assert 2 == len(pieces)  # the film's second half, and the photograph
    assert 0 == officer.run("status").one("status")["intakes"]

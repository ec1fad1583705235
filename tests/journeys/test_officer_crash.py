"""The client is killed in the middle: the same command goes on, nothing is lost and nothing is recorded twice."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.lying_proxy import LyingProxy, lying
from tests.support.office import COMMAND, INTAKE, LONGEST_SECONDS, Office, Officer

pytestmark = [pytest.mark.s3, pytest.mark.slow]

PIECE = 8 << 20


@pytest.fixture
def proxy(office: Office) -> Iterator[LyingProxy]:
    """A proxy that can hold an answer back."""
    with lying(office.also, office.server.url) as found:
        yield found


def killed_at(officer: Officer, proxy: LyingProxy, method: str, path: str, *command: str | Path) -> None:
    """Run a command and kill it when the server has answered a request, before the client gets the answer."""
    reached, go_on = threading.Event(), threading.Event()

    def hold(used: str, address: str, body: bytes) -> bytes:
        if used == method and (address == path or (path.endswith("/") and address.startswith(path))):
            reached.set()
            go_on.wait(LONGEST_SECONDS)
        return body

    proxy.alter = hold
    process = subprocess.Popen(
        [str(COMMAND), *map(str, command)],
        env=officer.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert reached.wait(LONGEST_SECONDS)
    process.send_signal(signal.SIGKILL)
    process.wait(LONGEST_SECONDS)
    proxy.alter = lambda _method, _path, body: body
    go_on.set()


def test_an_upload_goes_on_where_it_stopped(office: Office, proxy: LyingProxy, tmp_path: Path) -> None:
    """Killed after the first piece, the second run asks where the server stands and sends only the rest."""
    case, officer = office.case(), office.officer.through(proxy.url)
    file = tmp_path / "film.webm"
    file.write_bytes(os.urandom(3 * PIECE))
    command = ("intake", file, "--case", case, *INTAKE)
    officer.run("signin")
    killed_at(officer, proxy, "PATCH", "/api/v1/deposits/", *command)
    assert officer.run("status").one("status")["intakes"] == 1

    proxy.seen.clear()
    said = officer.run(*command)
    pieces = [path for method, path in proxy.seen if method == "PATCH"]
    assert said.one("reconciliation")["taken"] == 1
    assert len(pieces) == 2
    assert not [path for method, path in proxy.seen if (method, path) == ("POST", "/api/v1/deposits")]
    assert officer.run("status").one("status")["intakes"] == 0


def test_an_intake_that_was_recorded_unnoticed_is_recorded_once(
    office: Office, proxy: LyingProxy, tmp_path: Path
) -> None:
    """Killed between record and receipt, the second run gets the first receipt: one entry, one line."""
    case, officer = office.case(), office.officer.through(proxy.url)
    file = tmp_path / "note.txt"
    file.write_text(f"{case}\n")
    command = ("intake", file, "--case", case, *INTAKE)
    officer.run("signin")
    size = officer.size()
    killed_at(officer, proxy, "POST", "/api/v1/acts", *command)

    said = officer.run(*command)
    assert said.one("file")["outcome"] == "taken"
    assert officer.size() == size + 1
    assert len(officer.run("show", case).of("exhibit")) == 1


def test_an_act_whose_answer_was_lost_is_sent_again(office: Office, proxy: LyingProxy) -> None:
    """Killed after the act was recorded: `custody send` gets its receipt, and it is recorded once."""
    case, officer = office.case(), office.officer.through(proxy.url)
    officer.run("signin")
    size = officer.size()
    killed_at(officer, proxy, "POST", "/api/v1/acts", "case", "close", case, "--reason", "кінець")
    assert (office.officer.run("status").one("status")["unsent"], officer.size()) == (1, size + 1)

    sent = officer.run("send").one("recorded")
    assert (sent["act"], officer.size()) == ("case.closed.v1", size + 1)
    assert officer.run("send").one("nothing")


def test_a_file_that_changed_between_the_runs_is_refused(
    office: Office, proxy: LyingProxy, tmp_path: Path
) -> None:
    """What was digested is not what lies there now: nothing is recorded, and the next run measures anew."""
    case, officer = office.case(), office.officer.through(proxy.url)
    file = tmp_path / "film.webm"
    file.write_bytes(os.urandom(2 * PIECE))
    command = ("intake", file, "--case", case, *INTAKE)
    officer.run("signin")
    killed_at(officer, proxy, "PATCH", "/api/v1/deposits/", *command)
    file.write_bytes(os.urandom(1000))

    refused = officer.ask(*command)
    assert (refused.status, refused.one("file")["outcome"]) == (2, "refused")
    assert officer.run(*command).one("reconciliation")["taken"] == 1

"""An office for journeys: a real server, and people who do everything through the real `custody` command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.demo.server import Server, free_port

COMMAND = Path(sys.executable).with_name("custody")
PASSPHRASE = "вишневий сад 2026\n"
INTAKE = ("--description", "Знімок", "--how", "found", "--method", "огляд", "--site", "Кімната 1")
LONGEST_SECONDS = 120


@dataclass(frozen=True)
class Said:
    """What a command said: exit status, JSON lines of standard output, and standard error."""

    status: int
    told: list[dict[str, Any]]
    errors: str

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return the lines of one type."""
        return [line for line in self.told if line["type"] == kind]

    def one(self, kind: str) -> dict[str, Any]:
        """Return the only line of a type."""
        (found,) = self.of(kind)
        return found


@dataclass(frozen=True)
class Officer:
    """Somebody with a home of their own, and a server that they dial."""

    name: str
    home: Path
    server: str

    @property
    def environment(self) -> dict[str, str]:
        """Return the surroundings of this person's commands."""
        own = {
            "CUSTODY_HOME": str(self.home),
            "CUSTODY_PASSPHRASE_FILE": str(self.home.parent / "passphrase"),
            "CUSTODY_SERVER": self.server,
            "LC_ALL": "C.UTF-8",
        }
        return {**os.environ, **own}

    def ask(self, *arguments: str | Path) -> Said:
        """Run `custody --json ...` and return whatever it said."""
        done = subprocess.run(
            [str(COMMAND), "--json", *map(str, arguments)],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        return Said(done.returncode, lines, done.stderr)

    def run(self, *arguments: str | Path) -> Said:
        """Run `custody --json ...`, which must succeed."""
        said = self.ask(*arguments)
        assert said.status == 0, (arguments, said.status, said.told, said.errors)
        return said

    def through(self, server: str) -> Officer:
        """Return this person, dialling another address."""
        return replace(self, server=server)

    @property
    def profile(self) -> Path:
        """The folder of this person's keys, receipts and newest checkpoint."""
        ledger = json.loads((self.home / "current.json").read_text())["ledger"]
        return self.home / "ledgers" / str(ledger)

    @property
    def person(self) -> str:
        """Who this person is in the ledger."""
        found: str = json.loads((self.profile / "person.json").read_text())["person"]
        return found

    def size(self) -> int:
        """Return the number of entries that the server shows this person."""
        found: int = self.run("status").one("status")["size"]
        return found

    def intake(self, case: str, *paths: Path, more: tuple[str, ...] = ()) -> Said:
        """Take files in."""
        return self.run("intake", *paths, "--case", case, *INTAKE, *more)


@dataclass(frozen=True)
class Office:
    """A founded ledger with an administrator, two officers, a prosecutor and an auditor.

    `also` is another address under which the server lets people sign in: for a proxy before it.
    """

    server: Server
    also: int
    folder: Path
    administrator: Officer
    officer: Officer
    second: Officer
    prosecutor: Officer
    auditor: Officer
    numbers: Iterator[int]

    def case(self) -> str:
        """Open a new case with both officers and the prosecutor; return its reference."""
        reference = f"UKR-{next(self.numbers)}"
        self.officer.run("case", "open", reference, "--title", "Двір")
        for person, role in ((self.second, "officer"), (self.prosecutor, "prosecutor")):
            self.officer.run("case", "member", "add", reference, person.person, "--role", role)
        return reference

    def newcomer(self, name: str) -> Officer:
        """Return somebody whom nobody knows yet."""
        return Officer(name, self.folder / name, self.server.url)

    def newcomer_officer(self) -> Officer:
        """Return a new officer of the ledger, who is in no case."""
        person = self.newcomer(f"officer-{next(self.numbers)}")
        enrol(person, self.administrator, "officer")
        return person


@contextmanager
def office_in(folder: Path) -> Iterator[Office]:
    """Run a server in a folder, found its ledger, and enrol everybody."""
    (folder / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
    port, also = free_port(), free_port()
    urls = json.dumps([f"http://127.0.0.1:{each}" for each in (port, also)])
    server = Server(folder / "data", port, {"CUSTODY_PUBLIC_URLS": urls})
    server.start()
    try:
        yield _peopled(folder, server, also)
    finally:
        server.stop()


def _peopled(folder: Path, server: Server, also: int) -> Office:
    names = ("Марія Гончар", "Оксана Коваль", "Тарас Бондар", "Ірина Мельник", "Andriy Shevchuk")
    roles = ((), ("officer",), ("officer",), (), ("auditor",))
    people = [Officer(name, folder / f"home-{at}", server.url) for at, name in enumerate(names)]
    administrator = people[0]
    token = (server.data / "founding-token").read_text().strip()
    administrator.run("found", "--token", token, "--name", names[0], "--deployment", "Test")
    for person, granted in zip(people[1:], roles[1:], strict=True):
        enrol(person, administrator, *granted)
    return Office(
        server=server,
        also=also,
        folder=folder,
        administrator=people[0],
        officer=people[1],
        second=people[2],
        prosecutor=people[3],
        auditor=people[4],
        numbers=iter(range(1, 10_000)),
    )


def enrol(person: Officer, administrator: Officer, *roles: str) -> None:
    """Enrol a person in two acts, the fingerprint read aloud between them."""
    file = person.home.with_suffix(".request.json")
    asked = person.run("enrol", "request", "--name", person.name, "-o", file).one("request")
    granted = [word for role in roles for word in ("--role", role)]
    read_aloud = str(asked["fingerprint"])
    administrator.run("enrol", "accept", file, "--method", "passport", "--fingerprint", read_aloud, *granted)
    person.run("enrol", "confirm")


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One office for all journeys of a run; each opens cases of its own."""
    with office_in(tmp_path_factory.mktemp("office")) as found:
        yield found

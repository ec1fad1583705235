"""The people of the story: each with a home of their own, who do everything through the real `custody` command."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.demo.server import without_settings

Json = dict[str, Any]
COMMAND = Path(sys.executable).with_name("custody")
LONGEST_SECONDS = 120


class Refused(Exception):
    """A command ended otherwise than the story expects; carries all that it said."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said: its exit status, the JSON lines of its standard output, and standard error."""

    status: int
    told: list[Json]
    errors: str

    def of(self, kind: str) -> list[Json]:
        """Return the lines of one type."""
        return [line for line in self.told if line["type"] == kind]

    def one(self, kind: str) -> Json:
        """Return the only line of a type; Refused where there is none, or more."""
        found = self.of(kind)
        if len(found) != 1:
            raise Refused(f"{len(found)} lines of type {kind}: {self.told}\n{self.errors}")
        return found[0]


@dataclass(slots=True)
class Person:
    """Somebody with a folder for keys, receipts and the newest checkpoint, and a passphrase in a file."""

    name: str
    home: Path
    server: str
    passphrase: Path
    id: str = ""

    def run(self, *arguments: str | Path, expect: int = 0) -> Answer:
        """Run `custody --json ...` and return its answer; Refused unless it ends with the expected status."""
        answer = self.ask(*arguments)
        if answer.status != expect:
            raise Refused(
                f"{self.name}: custody {' '.join(map(str, arguments))}\n"
                f"ended with {answer.status}, not {expect}\n{answer.told}\n{answer.errors}"
            )
        return answer

    @property
    def ledger(self) -> str:
        """The id of the ledger that this person's commands speak of."""
        found: str = json.loads((self.home / "current.json").read_text())["ledger"]
        return found

    @property
    def profile(self) -> Path:
        """The folder of keys, receipts and the newest checkpoint."""
        return self.home / "ledgers" / self.ledger

    @property
    def checkpoint(self) -> bytes:
        """The newest checkpoint that this person's client verified."""
        return (self.profile / "checkpoint").read_bytes()

    def read(self, *arguments: str | Path) -> str:
        """Run `custody --language uk ...` and return what a person would read."""
        done = self._started("--language", "uk", *arguments)
        if done.returncode != 0:
            raise Refused(f"{self.name}: custody {' '.join(map(str, arguments))}\n{done.stderr}")
        return done.stdout

    def ask(self, *arguments: str | Path) -> Answer:
        """Run `custody --json ...` and return its answer, whatever it is."""
        done = self._started("--json", *arguments)
        return Answer(done.returncode, _parsed(done.stdout), done.stderr)

    def _started(self, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        environment = without_settings() | {
            "CUSTODY_HOME": str(self.home),
            "CUSTODY_PASSPHRASE_FILE": str(self.passphrase),
            "LC_ALL": "C.UTF-8",
        }
        return subprocess.run(
            [str(COMMAND), "--server", self.server, *map(str, arguments)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )


def _parsed(text: str) -> list[Json]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

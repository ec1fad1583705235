"""What all chapters of the story share: its people, the exhibits so far, and what is asked again and again."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from tests.demo.checks import Checks
from tests.demo.founding import AUDITOR, OFFICER
from tests.demo.people import Json, Person
from tests.demo.server import Server

CASE = "UKR2-25"
ROOM, LABORATORY = "Кімната доказів 1 / Evidence room 1", "Лабораторія / Laboratory"
VEHICLE = "Службовий автомобіль / Service vehicle"
SEAL = "A-1008"


@dataclass
class Story:
    """The story so far: references of exhibits and ids of files by the names that the story gives them."""

    folder: Path
    server: Server
    checks: Checks
    people: dict[str, Person] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    between: str = ""  # a moment after the telephone's intake was recorded, and before its move was

    def history(self, name: str) -> list[Json]:
        """Return the acts on an exhibit, as the auditor sees them."""
        return self.people[AUDITOR].run("history", self.references[name]).told

    def custodian(self, name: str) -> str:
        """Return the id of who is answerable for an exhibit."""
        shown = self.people[OFFICER].run("show", self.references[name]).one("exhibit")
        found: str = shown["custodian"]["person"]
        return found

    def size(self) -> int:
        """Return the number of entries of the ledger."""
        size: int = self.people[AUDITOR].run("status").one("status")["size"]
        return size


def options(**named: str) -> list[str]:
    """Return `--name value` for each of some options."""
    return [word for name, value in named.items() for word in (f"--{name.replace('_', '-')}", value)]


def ago(*, days: int) -> str:
    """Return the local time some days ago, as a claimed time."""
    return (datetime.now().astimezone() - timedelta(days=days)).isoformat(timespec="seconds")

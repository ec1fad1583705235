"""A data directory is put back from a backup: the first officer who saw more stops the server from writing on."""

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.demo.server import Server, copied, running
from tests.support.office import PASSPHRASE, Officer, Said, enrol

pytestmark = [pytest.mark.s3, pytest.mark.slow]

INTEGRITY, UNREACHABLE = 1, 6
PEOPLE = ("Maria", "Oksana", "Taras")


@dataclass(frozen=True)
class Restored:
    """A server on its restored backup; `witness` saw entries that it lost, `other` did not."""

    server: Server
    witness: Officer
    other: Officer

    def told(self) -> dict[str, Any]:
        """Return what the server says of itself."""
        with urllib.request.urlopen(f"{self.server.url}/api/v1/ledger", timeout=60) as answer:
            found: dict[str, Any] = json.load(answer)
        return found


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Server:
    """Two officers are enrolled, a copy is made beside the data, and one of them records more."""
    folder = tmp_path_factory.mktemp("before")
    (folder / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
    server = Server(folder / "data")
    people = [Officer(name, folder / name, server.url) for name in PEOPLE]
    try:
        server.start()
        token = (server.data / "founding-token").read_text().strip()
        people[0].run("found", "--token", token, "--name", PEOPLE[0], "--deployment", "Test")
        for person in people[1:]:
            enrol(person, people[0], "officer")
        server.stop()
        copied(server.data, folder / "backup")
        server.start()
        people[1].run("case", "open", "LOST-1", "--title", "x")
    finally:
        server.stop()
    return server


@pytest.fixture
def restored(before: Server, tmp_path: Path) -> Iterator[Restored]:
    """The copy is put back at the same address; the officers come with what they keep."""
    folder = before.data.parent
    for name in (*PEOPLE, "backup"):
        copied(folder / name, tmp_path / name)
    (tmp_path / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
    with running(tmp_path / "backup", before.port) as server:
        _, witness, other = (Officer(name, tmp_path / name, server.url) for name in PEOPLE)
        yield Restored(server, witness, other)


def refused(restored: Restored) -> Said:
    """Have the witness dial the server: exit 1, both notes kept, and nobody can write any more."""
    assert restored.told()["state"] == "open"
    said = restored.witness.ask("case", "open", "NEXT-1", "--title", "x")

    assert said.status == INTEGRITY
    assert "has stopped writing" in said.errors
    assert len(list((restored.witness.profile / "evidence").rglob("*.checkpoint"))) == 2
    assert restored.told()["state"] == "read-only"
    return said


def test_a_server_that_lost_entries_stops_writing(restored: Restored) -> None:
    """It is shorter than what the witness saw: others, who saw nothing more, can record nothing from then on."""
    assert "Entries are missing" in refused(restored).errors

    size = restored.told()["size"]
    assert restored.other.ask("case", "open", "NEXT-2", "--title", "x").status == UNREACHABLE
    assert restored.told()["size"] == size


def test_a_server_that_wrote_on_after_a_restore_stops_writing(restored: Restored) -> None:
    """It grew past what the witness saw with other entries: no proof ties them together."""
    for number in range(3):
        restored.other.run("case", "open", f"FORK-{number}", "--title", "x")

    assert "does not continue" in refused(restored).errors

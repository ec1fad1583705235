"""kill -9 of the real server at random moments under 32 parallel intakes of files, which its clients resume."""

import logging
import os
import random
import threading
from pathlib import Path

import pytest

from api.composition import compose
from api.settings import Settings
from custody.act import read_entry
from custody.ports import Outcome, StoredFile
from custody.values import from_base64
from events.files import StoredFiles
from storage.scrub import check_all
from storage.vault import S3Vault
from tests.faults.test_kill_server import verify
from tests.support import doors
from tests.support.doors import Person
from tests.support.resuming import Desk, Intake

pytestmark = [pytest.mark.s3, pytest.mark.slow]

_log = logging.getLogger(__name__)

CLIENTS = 32
EACH = 3
KILLS = 3
BETWEEN = (10, CLIENTS * EACH * 3 // (KILLS + 1))  # answers between two kills; an intake takes three
HELD = ("integrity", "authorship", "order", "continuity")


def test_files_survive_kills(tmp_path: Path) -> None:
    """Nothing acknowledged is lost, no gap, no fork, and every entry's files are in the vault and match."""
    with doors.running(tmp_path / "data") as server:
        founder = doors.found(server)
        officer = doors.enrol(founder, "officer", "officer")
        auditor = doors.enrol(founder, "auditor", "auditor")
        intakes = composed(officer, doors.open_case(officer, "KILL-2"))
        up, answered = threading.Event(), threading.Semaphore(0)
        up.set()
        desks = [Desk(intakes[at::CLIENTS], up, answered) for at in range(CLIENTS)]
        for desk in desks:
            desk.start()
        notes = [killed(server, auditor, up, answered) for _ in range(KILLS)]
        for desk in desks:
            desk.join()
        faults = [desk.fault for desk in desks if desk.fault is not None]
        assert not faults, faults

        size = auditor.client.get("/ledger").json()["size"]
        entries = [auditor.client.get(f"/entries/{index}").json()["entry"] for index in range(size)]
        verdicts = [verify(auditor, note) for note in notes]

    receipts = [each.receipt for each in intakes if each.receipt is not None]
    assert [entries[each["index"]] for each in receipts] == [each["entry"] for each in receipts]
    ordinals = [read_entry(from_base64(each, "entry")).ordinal for each in entries]
    assert [each for each in ordinals if each is not None] == list(range(1, len(intakes) + 1))
    for verdict in verdicts:
        assert {verdict["questions"][name]["answer"] for name in HELD} == {"holds"}, verdict
    orphans = files_match(tmp_path / "data", intakes)
    _log.info("%d broken requests, %d orphans", sum(desk.broken for desk in desks), orphans)


def killed(server: doors.Server, auditor: Person, up: threading.Event, answered: threading.Semaphore) -> str:
    """Kill the server some answers from now and start it again; return a checkpoint from before."""
    note = auditor.client.get("/checkpoint").text
    for _ in range(random.randint(*BETWEEN)):
        assert answered.acquire(timeout=60)
    up.clear()
    server.kill()
    server.start()
    up.set()
    return note


def composed(officer: Person, case: str) -> list[Intake]:
    """Return signed intakes, each of one small file."""
    officer.look()
    sizes = [1, 4096, 100_000, 3 << 20]
    return [Intake(officer, case, os.urandom(sizes[at % len(sizes)])) for at in range(CLIENTS * EACH)]


def files_match(data_dir: Path, intakes: list[Intake]) -> int:
    """Check every file that the ledger has through the vault; return how many objects belong to no entry."""
    with compose(Settings(data_dir=data_dir)) as services:
        vault = services.vault
        assert isinstance(vault, S3Vault)
        files = StoredFiles(services.database, services.ledger.ledger_id).all()
        outcomes = [check.outcome for check in check_all(vault, files)]
        known = [file.object_key for file in files]
        orphans = list(vault.orphans(known))
        waiting = services.database.read("SELECT file FROM waiting_file", ())

    assert {each.file: each.exhibit for each in intakes} == named(files)
    assert [Outcome.MATCH] * len(intakes) == outcomes
    assert [] == waiting
    assert {each.file for each in intakes} >= {key.split("/")[2] for key in orphans}
    return len(orphans)


def named(files: list[StoredFile]) -> dict[str, str]:
    """Return the exhibit of each file."""
    return {file.file: file.exhibit for file in files}

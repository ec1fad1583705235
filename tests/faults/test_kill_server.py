"""kill -9 of the real server under 32 parallel intakes: what was acknowledged is there, and nothing is broken."""

import threading
import uuid
from pathlib import Path
from typing import Any

import httpx2
import pytest

from custody.act import read_entry
from custody.ports import Submission
from custody.values import from_base64
from tests.support import doors, examples
from tests.support.doors import Person

pytestmark = [pytest.mark.s3, pytest.mark.slow]

CLIENTS = 32
EACH = 12
KILL_AFTER = 60  # acknowledged intakes


class Client(threading.Thread):
    """Sends intakes one after another until the server is gone; keeps the receipts."""

    def __init__(
        self, officer: Person, submissions: list[Submission], acknowledged: threading.Semaphore
    ) -> None:
        super().__init__()
        self.client = officer.server.client()
        self.client.headers["Authorization"] = officer.client.headers["Authorization"]
        self.submissions, self.acknowledged = submissions, acknowledged
        self.receipts: list[dict[str, Any]] = []

    def run(self) -> None:
        """Send until a connection breaks."""
        for submission in self.submissions:
            try:
                response = self.client.post(
                    "/acts",
                    json={"acts": [doors.written(submission)]},
                    headers={"Idempotency-Key": uuid.uuid4().hex},
                )
            except httpx2.TransportError:
                return
            assert response.status_code == 201, response.text
            self.receipts += response.json()["receipts"]
            self.acknowledged.release()


def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    """After the kill every receipt's entry is at its index, numbers have no gap, and the ledger verifies."""
    with doors.running(tmp_path / "data") as server:
        founder = doors.found(server)
        officer = doors.enrol(founder, "officer", "officer")
        auditor = doors.enrol(founder, "auditor", "auditor")
        case = doors.open_case(officer, "KILL-1")
        acknowledged = threading.Semaphore(0)
        clients = [Client(officer, composed(officer, case), acknowledged) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        for _ in range(KILL_AFTER):
            assert acknowledged.acquire(timeout=60)
        server.kill()
        for client in clients:
            client.join()
        server.start()

        receipts = [receipt for client in clients for receipt in client.receipts]
        told = [auditor.client.get(f"/entries/{each['index']}").json() for each in receipts]
        size = auditor.client.get("/ledger").json()["size"]
        entries = [auditor.client.get(f"/entries/{index}").json()["entry"] for index in range(size)]
        verdict = verify(auditor)
        again = officer.send(clients[0].submissions[0])
        doors.physical(officer, case)  # it takes acts again

    assert len(receipts) >= KILL_AFTER
    assert [each["entry"] for each in told] == [each["entry"] for each in receipts]
    ordinals = [read_entry(from_base64(each, "entry")).ordinal for each in entries]
    numbers = [each for each in ordinals if each is not None]
    assert numbers == list(range(1, len(numbers) + 1))
    assert again.status_code == 200
    questions = {name: each["answer"] for name, each in verdict["questions"].items()}
    assert {questions[name] for name in ("integrity", "authorship", "order", "continuity")} == {"holds"}, (
        verdict
    )


def composed(officer: Person, case: str) -> list[Submission]:
    """Return signed intakes of physical exhibits, each with a seal of its own."""
    look = officer.look()
    public = examples.intake(case, collected_at=doors.COLLECTED)
    return [
        look.compose(
            "exhibit.received.v1",
            f"exhibit/{uuid.uuid4()}",
            public,
            examples.physical(seal=uuid.uuid4().hex[:12]),
            occurred_at=doors.now(),
        )
        for _ in range(EACH)
    ]


def verify(auditor: Person, checkpoint: str | None = None) -> dict[str, Any]:
    """Have the whole ledger verified, held against a checkpoint, or its own newest one."""
    note = checkpoint or auditor.client.get("/checkpoint").text
    body = {"scope": "ledger", "files": False, "checkpoint": note}
    response = auditor.client.post("/verifications", json=body, headers={"Idempotency-Key": uuid.uuid4().hex})
    return auditor.finish(response.json()["operation"])

"""An officer's intake of one small file that goes on where it was after the server was killed."""

import secrets
import threading
import uuid
from typing import Any

import httpx2

from custody.values import ExhibitId
from tests.support import doors, examples
from tests.support.doors import Person

TUS = {"Tus-Resumable": "1.0.0"}


class Intake:
    """One exhibit of one file. `bring` does what is left of: deposit, store, record."""

    def __init__(self, officer: Person, case: str, data: bytes) -> None:
        self.officer, self.data = officer, data
        self.file, self.exhibit = str(uuid.uuid4()), ExhibitId(f"exhibit/{uuid.uuid4()}")
        public = examples.intake(case, "digital", [self.file], collected_at=doors.COLLECTED)
        self.submission = officer.officer.compose(
            "exhibit.received.v1",
            self.exhibit,
            public,
            doors.digital_body(self.file, data),
            occurred_at=doors.now(),
        )
        self.key = secrets.token_hex(16)
        self.path: str | None = None
        self.stored = False
        self.receipt: dict[str, Any] | None = None

    def bring(self, client: httpx2.Client, answered: threading.Semaphore) -> None:
        """Go on until the intake is recorded; raises TransportError when the server goes away."""
        while not self.stored:
            path = self._deposit(client)
            answered.release()
            self.stored = self._store(client, path)
            answered.release()
        if self.receipt is None:
            body = {"acts": [doors.written(self.submission)]}
            response = client.post("/acts", json=body, headers={"Idempotency-Key": self.key})
            assert response.status_code in {200, 201}, response.text
            (self.receipt,) = response.json()["receipts"]
            answered.release()

    def _deposit(self, client: httpx2.Client) -> str:
        """Send what is missing of the file; return the path of the complete deposit."""
        at = None if self.path is None else self._offset(client, self.path)
        if self.path is None or at is None:
            response = self.officer.begin_deposit(self.exhibit, self.file, self.data, client)
            assert response.status_code == 201, response.text
            self.path, at = response.headers["location"].removeprefix("/api/v1"), 0
        for end in (at + (len(self.data) - at) // 2, len(self.data)):
            told = client.patch(self.path, content=self.data[at:end], headers=doors.piece(at))
            assert told.status_code == 204, told.text
            at = end
        return self.path

    def _offset(self, client: httpx2.Client, path: str) -> int | None:
        told = client.head(path, headers=TUS)
        return None if told.status_code == 404 else int(told.headers["Upload-Offset"])

    def _store(self, client: httpx2.Client, path: str) -> bool:
        """Have the deposit stored; False when a killed server left that unfinished."""
        response = client.post(f"{path}/store", json={}, headers={"Idempotency-Key": secrets.token_hex(8)})
        assert response.status_code == 202, response.text
        operation = response.json()["operation"]
        while True:
            told = client.get(f"/operations/{operation}", params={"wait": 20}).json()
            if told["state"] == "failed":
                assert told["problem"]["code"] == "unavailable", told
                return False
            if told["state"] == "done":
                assert told["result"]["outcome"] == "match", told
                return True


class Desk(threading.Thread):
    """Brings intakes in one after another; waits while the server is down, and goes on."""

    def __init__(self, intakes: list[Intake], up: threading.Event, answered: threading.Semaphore) -> None:
        super().__init__()
        officer = intakes[0].officer
        self.client = officer.server.client()
        self.client.headers["Authorization"] = officer.client.headers["Authorization"]
        self.intakes, self.up, self.answered = intakes, up, answered
        self.broken = 0
        self.fault: BaseException | None = None

    def run(self) -> None:
        """Bring everything in; what is not the server's going away is kept in `fault`."""
        try:
            for intake in self.intakes:
                while intake.receipt is None:
                    self._try(intake)
        except BaseException as fault:  # noqa: BLE001 - raised by the test, in its own thread
            self.fault = fault

    def _try(self, intake: Intake) -> None:
        assert self.up.wait(120)
        try:
            intake.bring(self.client, self.answered)
        except httpx2.TransportError:
            assert not self.up.is_set() or self.broken < 100, "the server went away by itself"
            self.broken += 1

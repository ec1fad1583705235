"""A real server process, and people who use its doors: compose, sign, send, and check what comes back."""

import base64
import hashlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from custody.act import SESSION_PREFIX, Seen, write_signature
from custody.canonical import Json, canonical
from custody.ports import Submission
from custody.values import LedgerId, from_base64, to_base64, to_base64url, write_recorded
from events.checkpoint import open_checkpoint
from events.note import parse_vkey
from events.receipt import parse_receipt
from storage import free_ports
from tests.support import examples
from tests.support.composing import Officer

START_SECONDS = 90
COLLECTED = "2026-01-10T09:00:00+02:00"


class Server:
    """`python -m api serve` on a data folder; may be killed and started again."""

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self.data_dir = data_dir
        self.port = free_ports.pick(1)[0]
        self.url = f"http://127.0.0.1:{self.port}"
        self.api = f"{self.url}/api/v1"
        self.log = data_dir.with_name(f"{data_dir.name}.log")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CUSTODY_")}
        own = {
            "CUSTODY_DATA_DIR": str(data_dir),
            "CUSTODY_PORT": str(self.port),
            "CUSTODY_LOG_FORMAT": "json",
            "CUSTODY_SIGN_INS_PER_MINUTE": "100000",  # all people of all tests come from one address
        }
        self.environment = kept | own | settings
        self.process: subprocess.Popen[bytes] | None = None
        self.clients: list[httpx2.Client] = []

    def client(self) -> httpx2.Client:
        """Return a connection that is closed with the server."""
        self.clients.append(httpx2.Client(base_url=self.api, timeout=60))
        return self.clients[-1]

    def start(self) -> "Server":
        """Start the process and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "api", "serve"],
                cwd=Path(__file__).parents[2],
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if httpx2.get(f"{self.url}/livez", timeout=2).status_code == 200:
                    return self
            except httpx2.TransportError:
                time.sleep(0.05)
        pytest.fail(f"the server did not start:\n{self.log.read_text(errors='replace')[-3000:]}")

    def stop(self) -> None:
        """Tell the process to stop, and wait for it."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the process at once, as a power cut would."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(60)
            self.process = None

    @property
    def founding_token(self) -> str:
        """The one-time token, as its file has it."""
        return (self.data_dir / "founding-token").read_text().strip()


class Person:
    """Somebody with keys and a connection; `write` composes, signs, sends and checks the receipts."""

    def __init__(self, server: Server, name: str) -> None:
        self.server = server
        self.officer = Officer.of(name)
        self.client = server.client()

    @property
    def id(self) -> str:
        """The person's stream."""
        return self.officer.person

    def sign_in(self, **changes: Json) -> httpx2.Response:
        """Ask for a session, with members of the message changed."""
        body = self.sign_in_body(SESSION_PREFIX, **changes)
        response = self.client.post("/sessions", json=body)
        if response.status_code == 201:
            self.client.headers["Authorization"] = f"Bearer {response.json()['token']}"
        return response

    def sign_in_body(self, signed_as: bytes = SESSION_PREFIX, /, **changes: Json) -> dict[str, Any]:
        """Return a signed sign-in."""
        message: dict[str, Json] = {
            "expires": write_recorded(datetime.now(UTC) + timedelta(minutes=4)),
            "key": self.officer.session.fingerprint,
            "ledger": self.client.get("/ledger").json()["ledger"],
            "nonce": to_base64url(secrets.token_bytes(16)),
            "person": self.officer.person,
            "server": self.server.url,
        } | changes
        value = to_base64(self.officer.session.sign(signed_as + canonical(message)))
        return {"message": message, "signature": {"algorithm": "ed25519", "value": value}}

    def look(self) -> Officer:
        """Return this person having seen the newest checkpoint."""
        ledger = self.client.get("/ledger").json()
        self.officer = self.officer.at(
            LedgerId(ledger["ledger"]), ledger["size"], from_base64(ledger["root"], "root", 32)
        )
        return self.officer

    def compose(
        self,
        kind: str,
        stream: str,
        public: Mapping[str, Json] | None = None,
        body: Mapping[str, Json] | None = None,
        *,
        new: bool = False,
        occurred_at: str | None = None,
    ) -> Submission:
        """Return a signed act that follows what is recorded of its stream."""
        officer = self.look()
        after: Any = None
        if not new:
            response = self.client.get(f"/streams/{stream}")
            assert response.status_code == 200, response.text
            told = response.json()
            after = After(told["version"], told["previous"]) if told["version"] else None
        when = occurred_at or now()
        return officer.compose(kind, stream, public, body, after=after, occurred_at=when)

    def send(self, *submissions: Submission, key: str | None = None) -> httpx2.Response:
        """Send signed acts."""
        headers = {"Idempotency-Key": key or secrets.token_hex(16)}
        return self.client.post(
            "/acts", json={"acts": [written(each) for each in submissions]}, headers=headers
        )

    def write(self, kind: str, stream: str, *args: Any, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - as `compose`
        """Compose, sign and send one act; return its receipt, once it is checked."""
        response = self.send(self.compose(kind, stream, *args, **more))
        assert response.status_code == 201, response.text
        receipt = response.json()["receipts"][0]
        check_receipt(self.client.get("/ledger").json()["log"][0], receipt)
        return receipt  # type: ignore[no-any-return]

    def deposit(self, exhibit: str, file: str, data: bytes) -> dict[str, Any]:
        """Send a file by tus in two pieces, have it stored, and return the result."""
        response = self.begin_deposit(exhibit, file, data)
        assert response.status_code == 201, response.text
        path = response.headers["location"].removeprefix("/api/v1")
        for start, end in ((0, len(data) // 2), (len(data) // 2, len(data))):
            told = self.client.patch(path, content=data[start:end], headers=piece(start))
            assert told.status_code == 204, told.text
        return self.store(path)

    def begin_deposit(
        self, exhibit: str, file: str, data: bytes, client: httpx2.Client | None = None
    ) -> httpx2.Response:
        """Begin a deposit, over another connection of this person where one is given."""
        values = {
            "exhibit": exhibit,
            "file": file,
            "sha256": hashlib.sha256(data).hexdigest(),
            "sha512": hashlib.sha512(data).hexdigest(),
        }
        metadata = ",".join(f"{n} {base64.b64encode(v.encode()).decode()}" for n, v in values.items())
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(len(data)),
            "Upload-Metadata": metadata,
            "Idempotency-Key": secrets.token_hex(8),
        }
        return (client or self.client).post("/deposits", headers=headers)

    def store(self, path: str) -> dict[str, Any]:
        """Have a complete deposit stored, and return the operation's result."""
        key = {"Idempotency-Key": secrets.token_hex(8)}
        response = self.client.post(f"{path}/store", json={}, headers=key)
        assert response.status_code == 202, response.text
        return self.finish(response.json()["operation"])

    def finish(self, operation: str) -> dict[str, Any]:
        """Wait for an operation and return its result."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            told = self.client.get(f"/operations/{operation}", params={"wait": 20}).json()
            if told["state"] in {"done", "failed"}:
                assert told["state"] == "done", told
                return told["result"]  # type: ignore[no-any-return]
        raise AssertionError("the operation did not end")


class After:
    """Where a stream stands: what the next act follows."""

    def __init__(self, version: int, previous: str) -> None:
        self.version, self.previous = version, previous


def piece(offset: int) -> dict[str, str]:
    """Return the headers of a PATCH."""
    return {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": str(offset),
        "Content-Type": "application/offset+octet-stream",
    }


def now() -> str:
    """Return the present instant as a person writes it."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def written(submission: Submission) -> dict[str, Any]:
    """Return a signed act as it is sent."""
    act = json.loads(submission.act.message.partition(b"\n")[2])
    disclosures = [[each.salt, each.name, each.value] for each in submission.disclosures]
    return {"act": act, "disclosures": disclosures, "signature": write_signature(submission.signature)}


def check_receipt(vkey: str, receipt: dict[str, Any]) -> Seen:
    """Check a receipt as its holder would, and return the head that it shows."""
    entry = from_base64(receipt["entry"], "entry")
    head = parse_receipt(receipt["proof"].encode()).verify(entry, parse_vkey(vkey))
    return Seen(head.size, head.root)


def check_note(vkey: str, note: bytes) -> Seen:
    """Check a checkpoint and return its head."""
    head = open_checkpoint(note, parse_vkey(vkey))
    return Seen(head.size, head.root)


def found(server: Server, name: str = "founder") -> Person:
    """Found the ledger of a server, and return its founder, signed in."""
    founder, response = ask_to_found(server, name)
    assert response.status_code == 201, response.text
    assert founder.sign_in().status_code == 201
    return founder


def ask_to_found(server: Server, name: str = "founder", **changes: Json) -> tuple[Person, httpx2.Response]:
    """Send a founding act, with public members changed, and return the founder and the answer."""
    founder = Person(server, name)
    token = {"Authorization": f"Bearer {server.founding_token}"}
    told = founder.client.get("/founding", headers=token).json()
    officer = founder.officer
    public: dict[str, Json] = {
        "format": "custody-entry/1",
        "founder": {
            "key": officer.key.public(),
            "person": officer.person,
            "session_key": officer.session.public(),
        },
        "log": told["log"],
        "origin": told["origin"],
        "service": told["service"],
    } | changes
    act = officer.compose(
        "ledger.founded.v1", f"ledger/{uuid.uuid4()}", public, {"deployment": "test"}, occurred_at=now()
    )
    return founder, founder.client.post("/founding", json={"acts": [written(act)]}, headers=token)


def renamed(person: Person) -> Submission:
    """Return a signed act of a person on their own name, not sent yet."""
    body: dict[str, Json] = {"name": f"{person.officer.person[-4:]} renamed", "reason": "married"}
    return person.compose("person.amended.v1", person.id, {}, body)


def enrol(founder: Person, name: str, *roles: str) -> Person:
    """Enrol somebody with a session key, have them confirm, grant roles, and sign them in."""
    person = Person(founder.server, name)
    stream = person.officer.person
    public, body = examples.enrolment(person.officer), examples.enrolled(name)
    founder.write("person.enrolled.v1", stream, public, body, new=True)
    assert person.sign_in().status_code == 201
    person.write("person.confirmed.v1", stream, {"key": person.officer.key.fingerprint})
    for role in roles:
        founder.write("person.role-granted.v1", stream, {"role": role}, {"reason": None})
    return person


def open_case(officer: Person, reference: str, **members: Person) -> str:
    """Open a case and add members by role; return its stream."""
    case = f"case/{uuid.uuid4()}"
    officer.write("case.opened.v1", case, {}, examples.case(reference), new=True)
    for role, person in members.items():
        public = {"person": person.id, "role": role}
        officer.write("case.member-added.v1", case, public, {"reason": None})
    return case


def physical(officer: Person, case: str) -> str:
    """Take in a physical exhibit and return its stream."""
    exhibit = f"exhibit/{uuid.uuid4()}"
    body = examples.physical(seal=secrets.token_hex(6))
    officer.write(
        "exhibit.received.v1", exhibit, examples.intake(case, collected_at=COLLECTED), body, new=True
    )
    return exhibit


def digital(officer: Person, case: str, data: bytes) -> tuple[str, str]:
    """Deposit one file and take it in; return exhibit and file."""
    exhibit, file = f"exhibit/{uuid.uuid4()}", str(uuid.uuid4())
    officer.deposit(exhibit, file, data)
    submission = officer.compose(
        "exhibit.received.v1",
        exhibit,
        examples.intake(case, "digital", [file], collected_at=COLLECTED),
        digital_body(file, data),
        new=True,
    )
    response = officer.send(submission)
    assert response.status_code == 201, response.text
    return exhibit, file


def digital_body(file: str, data: bytes) -> dict[str, Json]:
    """Return the body of an intake of one file."""
    return examples.digital([file]) | {f"files/{file}/digests": examples.digests(data)}


@contextmanager
def running(data_dir: Path, **settings: str) -> Iterator[Server]:
    """Run a server for as long as the context is open."""
    server = Server(data_dir, **settings).start()
    try:
        yield server
    finally:
        for client in server.clients:
            client.close()
        server.stop()


class House:
    """A founded ledger behind a real server, with people in their roles and one case."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.founder = found(server)
        self.officer = enrol(self.founder, "officer", "officer")
        self.custodian = enrol(self.founder, "custodian")
        self.prosecutor = enrol(self.founder, "prosecutor")
        self.auditor = enrol(self.founder, "auditor", "auditor")
        self.stranger = enrol(self.founder, "stranger", "officer")
        self.case = open_case(self.officer, "UKR2-25", custodian=self.custodian, prosecutor=self.prosecutor)
        self.data = b"\xff\xd8" + bytes(range(256)) * 700
        self.exhibit, self.file = digital(self.officer, self.case, self.data)


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A running house that all tests of a run share: each adds, none takes away."""
    with running(tmp_path_factory.mktemp("house") / "data") as server:
        yield House(server)

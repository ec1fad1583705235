"""Bundles over HTTP: asked for by somebody, made by the service, fetched, and checked by custody-verify."""

import hashlib
import json
import secrets
import subprocess
import sys
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from custody.canonical import Json
from custody.ports import Submission
from tests.support.doors import Person, written

RECIPIENT: dict[str, Json] = {"contact": None, "name": "Апеляційний суд", "organisation": "Київ"}


@dataclass(frozen=True)
class Fetched:
    """A zip with its receipt, and what the operation told of it."""

    bundle: str
    data: bytes
    receipt: bytes
    told: Mapping[str, Any]

    def write(self, folder: Path, name: str = "bundle") -> Path:
        """Write zip and receipt side by side; return the zip's path."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.zip"
        path.write_bytes(self.data)
        path.with_name(f"{name}.zip.receipt").write_bytes(self.receipt)
        return path


def request(
    person: Person,
    case: str | None = None,
    exhibits: Sequence[str] = (),
    *,
    files: Json = "all",
    withheld: Sequence[str] = (),
    also: Sequence[str] = (),
) -> Submission:
    """Return a signed request of a bundle."""
    public: dict[str, Json] = {
        "also": list[Json](also),
        "case": case,
        "exhibits": list[Json](sorted(exhibits)),
    }
    body: dict[str, Json] = {
        "contents": {"files": files, "withheld": list[Json](sorted(withheld))},
        "purpose": "засідання 3 грудня",
        "recipient": RECIPIENT,
    }
    return person.compose("bundle.requested.v1", f"bundle/{uuid.uuid4()}", public, body, new=True)


def ask(person: Person, submission: Submission, key: str | None = None) -> httpx2.Response:
    """Send a request."""
    return post(person, {"act": written(submission)}, key)


def post(person: Person, body: Mapping[str, Any], key: str | None = None) -> httpx2.Response:
    """Send a body to /bundles."""
    headers = {"Idempotency-Key": key or secrets.token_hex(16)}
    return person.client.post("/bundles", json=body, headers=headers)


def finished(person: Person, response: httpx2.Response) -> dict[str, Any]:
    """Wait for the operation that a reply names; return what is told of it."""
    assert response.status_code == 202, response.text
    while True:
        path = f"/operations/{response.json()['operation']}?wait=20"
        found: dict[str, Any] = person.client.get(path).json()
        if found["state"] in ("done", "failed"):
            return found


def made(person: Person, submission: Submission) -> dict[str, Any]:
    """Have a bundle made; return the operation's result."""
    over = finished(person, ask(person, submission))
    assert over["state"] == "done", over
    result: dict[str, Any] = over["result"]
    return result


def fetch(person: Person, told: Mapping[str, Any]) -> Fetched:
    """Fetch zip and receipt of a made bundle, whose digest must be the one told."""
    path = f"/bundles/{told['bundle'].partition('/')[2]}"
    response = person.client.get(f"{path}/zip", timeout=300)
    assert response.status_code == 200, response.text
    assert told["sha256"] == digest(response.content)
    receipt = person.client.get(f"{path}/receipt")
    assert receipt.status_code == 200, receipt.text
    return Fetched(told["bundle"], response.content, receipt.content, told)


def digest(data: bytes) -> str:
    """Return the SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def policy(person: Person) -> str:
    """Return the trust file of a reader who knows this ledger's log key, and no witness."""
    vkeys = person.client.get("/ledger").json()["log"]
    return "".join(f"log {each}\n" for each in vkeys) + "quorum none\n"


def verify(bundle: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """Run custody-verify; return its exit status and its verdict."""
    command = [sys.executable, "-m", "custody_verifier", str(bundle), "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout) if done.stdout else {"stderr": done.stderr}

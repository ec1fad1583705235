"""Files too large to hold in memory: digested and sent over HTTP from disk, a MiB at a time."""

import base64
import hashlib
import secrets
import uuid
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

from custody.ports import FileDigests
from tests.support.doors import Person

MIB = 1 << 20


@dataclass(frozen=True)
class Large:
    """A file on disk, and what its officer declares of it."""

    path: Path
    declared: FileDigests
    file: str
    exhibit: str

    @classmethod
    def at(cls, path: Path) -> "Large":
        """Digest a file and give it names."""
        sha256, sha512 = hashlib.sha256(), hashlib.sha512()
        with path.open("rb", buffering=0) as source:
            while block := source.read(MIB):
                sha256.update(block)
                sha512.update(block)
        size = path.stat().st_size
        declared = FileDigests(size=size, sha256=sha256.hexdigest(), sha512=sha512.hexdigest())
        return cls.named(path, declared)

    @classmethod
    def named(cls, path: Path, declared: FileDigests) -> "Large":
        """Give new names to a file whose digests are known."""
        return cls(path, declared, file=str(uuid.uuid4()), exhibit=f"exhibit/{uuid.uuid4()}")


def begin(person: Person, large: Large) -> str:
    """Begin a deposit and return its path."""
    declared = large.declared
    values = {
        "exhibit": large.exhibit,
        "file": large.file,
        "sha256": declared.sha256,
        "sha512": declared.sha512,
    }
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(declared.size),
        "Upload-Metadata": ",".join(
            f"{n} {base64.b64encode(v.encode()).decode()}" for n, v in values.items()
        ),
        "Idempotency-Key": secrets.token_hex(16),
    }
    response = person.client.post("/deposits", headers=headers)
    assert response.status_code == 201, response.text
    return response.headers["location"].removeprefix("/api/v1")


def offset(person: Person, path: str) -> int:
    """Return how many bytes of a deposit are durable."""
    return int(person.client.head(path, headers={"Tus-Resumable": "1.0.0"}).headers["Upload-Offset"])


def send(person: Person, path: str, large: Large, start: int = 0) -> None:
    """Send everything from `start` on in one PATCH."""
    connection = HTTPConnection("127.0.0.1", person.server.port, timeout=600, blocksize=MIB)
    with large.path.open("rb", buffering=0) as source, closing(connection):
        source.seek(start)
        headers = {
            "Authorization": person.client.headers["Authorization"],
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": str(start),
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(large.declared.size - start),
        }
        connection.request("PATCH", f"/api/v1{path}", body=source, headers=headers)
        _require_taken(connection.getresponse())


def deposit(person: Person, large: Large) -> dict[str, Any]:
    """Take a file all the way in; return what is told of it once it is durable, read back and compared."""
    path = begin(person, large)
    send(person, path, large)
    return person.store(path)


def _require_taken(response: HTTPResponse) -> None:
    content = response.read()
    assert response.status == 204, content

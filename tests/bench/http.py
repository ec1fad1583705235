"""The doors against their peer: one POST /acts with 1 and with 32 clients (issue 2, I 2)."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from custody.act import Act
from storage import free_ports
from tests.bench import peer, servers
from tests.bench.measuring import rate, row
from tests.support import doors
from tests.support.doors import Person

MANY = 32
REQUESTS = {1: 300, MANY: 1920}  # of one round
MUST = {1: 0.4, MANY: 1.0}


class Ours:
    """A founded server with an exhibit for each client; requests are composed ahead of the clock."""

    def __init__(self, folder: Path) -> None:
        self.server = doors.Server(folder / "data").start()
        founder = doors.found(self.server)
        self.officer: Person = doors.enrol(founder, "officer", "officer")
        case = doors.open_case(self.officer, "BENCH-1")
        self.exhibits = [doors.physical(self.officer, case) for _ in range(MANY)]
        self.last: dict[str, Act] = {}
        self.entry_size = 0

    def steps(self, clients: int, count: int) -> list[Callable[[], int]]:
        """Return one step per client."""
        self.officer.look()
        return [
            sending(self.server.port, [self._request(each, n) for n in range(count // clients)])
            for each in self.exhibits[:clients]
        ]

    def _request(self, exhibit: str, number: int) -> bytes:
        body = {
            "title": f"Mobile telephone, black, {number}",
            "description": "a scratch on the back",
            "remarks": "seen again",
            "reason": "looked closer",
        }
        after: Any = self.last.get(exhibit)
        if after is None:
            told = self.officer.client.get(f"/streams/{exhibit}").json()
            after = doors.After(told["version"], told["previous"])
        act = self.officer.officer.compose(
            "exhibit.amended.v1", exhibit, {}, body, after=after, occurred_at=doors.now()
        )
        self.last[exhibit] = act.act
        self.entry_size = len(act.act.message) + 230  # with its signature and recorded_at
        content = json.dumps({"acts": [doors.written(act)]}, ensure_ascii=False).encode()
        headers = {
            "Authorization": self.officer.client.headers["Authorization"],
            "Idempotency-Key": secrets.token_hex(16),
        }
        return request("/api/v1/acts", content, headers)


class Theirs:
    """The peer in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.port = free_ports.pick(1)[0]
        command = [sys.executable, "-m", "tests.bench.http_peer", str(folder / "peer.sqlite"), str(self.port)]
        self.process = subprocess.Popen(command, cwd=Path(__file__).parents[2])
        _wait(f"http://127.0.0.1:{self.port}/livez")

    def steps(self, clients: int, count: int, note: str) -> list[Callable[[], int]]:
        """Return one step per client."""
        found = []
        for item in range(clients):
            content = json.dumps({"item": item, "note": note}).encode()
            found.append(sending(self.port, [request("/changes", content, {})] * (count // clients)))
        return found


def request(path: str, content: bytes, headers: dict[str, str]) -> bytes:
    """Return the bytes of a POST of JSON."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"Content-Length: {len(content)}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + content


def sending(port: int, requests: Sequence[bytes]) -> Callable[[], int]:
    """Return a step that sends requests one after another on one connection; each must be answered by 201."""

    def run() -> int:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for each in requests:
                connection.sendall(each)
                _require_created(connection)
        return len(requests)

    return run


def _require_created(connection: socket.socket) -> None:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, rest = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(rest) < length:
        rest += _more(connection)
    if not head.startswith(b"HTTP/1.1 201"):
        raise RuntimeError(f"{head.decode()}\n{rest.decode()}")


def _more(connection: socket.socket) -> bytes:
    found = connection.recv(65536)
    if not found:
        raise RuntimeError("the server closed the connection")
    return found


def _wait(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx2.get(url, timeout=2).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise RuntimeError(f"{url} does not answer")


@contextmanager
def _both() -> Iterator[tuple[Ours, Theirs]]:
    with servers.folder() as folder:
        ours, theirs = Ours(folder), Theirs(folder)
        try:
            yield ours, theirs
        finally:
            theirs.process.terminate()
            theirs.process.wait()
            for client in ours.server.clients:
                client.close()
            ours.server.stop()


def rows(rounds: int = 5) -> list[dict[str, object]]:
    """Return the rows of I(2)."""
    found = []
    with _both() as (ours, theirs), servers.folder() as folder, peer.on_sqlite(folder / "size") as sizing:
        ours.steps(1, 1)[0]()  # composed and sent: its entry's size is the peer's
        note = sizing.note_for(ours.entry_size)
        for clients, count in REQUESTS.items():
            mine, other = [], []
            for _ in range(rounds + 1):  # the first warms up
                mine.append(rate(ours.steps(clients, count)))
                other.append(rate(theirs.steps(clients, count, note)))
            name = f"POST /acts, {clients} client{'s' * (clients > 1)}"
            found.append(row(name, mine[1:], other[1:], "requests/s", MUST[clients]))
    return found


if __name__ == "__main__":
    for each in rows(3):
        print(each)

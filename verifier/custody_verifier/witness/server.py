"""The witness over HTTP: bounded in size, time and number of requests; each answer in one write."""

from __future__ import annotations

import sqlite3
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import IPPROTO_TCP, TCP_NODELAY
from threading import BoundedSemaphore

from custody_verifier.witness.deciding import Reply, Witness

MOST_BYTES = 1_000_000
MOST_AT_ONCE = 32
SECONDS = 10.0


class WitnessServer(ThreadingHTTPServer):
    """Serves one witness at an address; port 0 picks one."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], witness: Witness) -> None:
        super().__init__(address, _Handler)
        self.witness = witness
        self.free = BoundedSemaphore(MOST_AT_ONCE)

    @property
    def url(self) -> str:
        """The address that a policy names."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    protocol_version = "HTTP/1.1"
    server_version = "custody-witness"
    sys_version = ""
    timeout = SECONDS
    wbufsize = -1  # head and body leave together

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)

    def do_POST(self) -> None:
        if self.path.rstrip("/") != "/add-checkpoint":
            self._send(Reply(404, b"not found\n"), close=True)
            return
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdecimal()) or len(length) > 9 or int(length) > MOST_BYTES:
            self._send(Reply(400, b"a body of known length is needed, at most 1,000,000 bytes\n"), close=True)
            return
        body = self.rfile.read(int(length))
        if len(body) == int(length):
            self._answer(body)

    def do_GET(self) -> None:
        parts = self.path.strip("/").split("/")
        if len(parts) == 2 and parts[1] == "checkpoint":
            self._send(self.server.witness.shown(parts[0]))
        elif self.path == "/":
            self._send(Reply(200, "".join(f"{vkey}\n" for vkey in self.server.witness.vkeys).encode()))
        else:
            self._send(Reply(404, b"not found\n"))

    def _answer(self, body: bytes) -> None:
        if not self.server.free.acquire(timeout=SECONDS):
            self._send(Reply(503, b"busy\n"), close=True)
            return
        try:
            self._send(self.server.witness.add_checkpoint(body))
        except (sqlite3.Error, OSError) as fault:  # not stored, so not cosigned
            self.log_error("no cosignature: %s", fault)
            self._send(Reply(500, b"the witness cannot store its state\n"), close=True)
        finally:
            self.server.free.release()

    def _send(self, reply: Reply, *, close: bool = False) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.media_type)
        self.send_header("Content-Length", str(len(reply.body)))
        if close:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(reply.body)
        self.wfile.flush()

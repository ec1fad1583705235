"""A proxy between client and server that alters what the client sees, and keeps count of what the client sends."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Alter = Callable[[str, str, bytes], bytes]
"""Takes method, path and the answer's body, and returns the body that the client gets."""

_HOP = frozenset({"connection", "content-length", "host", "keep-alive", "transfer-encoding"})


@dataclass
class LyingProxy:
    """`seen` are the requests that passed, as (method, path without query)."""

    url: str
    alter: Alter = field(default=lambda _method, _path, body: body)
    seen: list[tuple[str, str]] = field(default_factory=list)

    @property
    def written(self) -> list[tuple[str, str]]:
        """Return the requests that carried signed acts."""
        return [
            each for each in self.seen if each in {("POST", "/api/v1/acts"), ("POST", "/api/v1/founding")}
        ]


def altering(path: str, change: Callable[[Any], object], method: str = "GET") -> Alter:
    """Return a lie about one address: the JSON of its answers goes through `change`, which may alter it in place.

    A path that ends in `*` stands for all that begin so.
    """

    def alter(used: str, address: str, body: bytes) -> bytes:
        fits = address.startswith(path[:-1]) if path.endswith("*") else address == path
        if used != method or not fits:
            return body
        told = json.loads(body)
        changed = change(told)
        return json.dumps(told if changed is None else changed).encode()

    return alter


@contextmanager
def lying(port: int, target: str) -> Iterator[LyingProxy]:
    """Run a proxy on a port, before a server."""
    proxy = LyingProxy(f"http://127.0.0.1:{port}")
    server = ThreadingHTTPServer(("127.0.0.1", port), _handler(proxy, target.removeprefix("http://")))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(proxy: LyingProxy, target: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Passes each request on, and the altered answer back."""

        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            """Pass one request on."""
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if length else None
            path = self.path.partition("?")[0]
            proxy.seen.append((self.command, path))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
            connection = http.client.HTTPConnection(target, timeout=60)
            try:
                connection.request(self.command, self.path, body, headers)
                answer = connection.getresponse()
                told = answer.read()
                if answer.status < 300 and self.command != "HEAD":
                    told = proxy.alter(self.command, path, told)
                self._answer(answer, told)
            finally:
                connection.close()

        def _answer(self, answer: http.client.HTTPResponse, told: bytes) -> None:
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP:
                    self.send_header(name, value)
            if answer.status != 204:
                self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            if answer.status != 204:
                self.wfile.write(told)

        do_GET = do_POST = do_PATCH = do_DELETE = do_HEAD = pass_on  # noqa: N815 - the library's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    return Handler

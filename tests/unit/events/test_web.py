"""Requests to other parties: no redirect is followed, no answer is too long, and silence is told as such."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from custody.errors import Unavailable
from events.web import LIMIT, DirectWeb
from tests.support.trickling import keypair, trickling

_over = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "/here")
            self.end_headers()
            return
        self.send_response(200 if self.path != "/refused" else 403)
        self.send_header("Content-Type", "text/x.tlog.size")
        if self.path == "/cut":
            self.send_header("Content-Length", "9")
        self.end_headers()
        if self.path == "/slow":
            self._drip()
            return
        self.wfile.write(b"x" * (LIMIT + 1) if self.path == "/long" else b"7\n")

    def _drip(self) -> None:
        """Send a byte now and then, until nobody listens."""
        with contextlib.suppress(OSError):
            while not _over.wait(0.02):
                self.wfile.write(b"x")
                self.wfile.flush()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body[::-1] + self.headers["Content-Type"].encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    """Run a server of one's own."""
    server = HTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    _over.clear()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    _over.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_answers_come_as_they_are(url: str) -> None:
    """Status, type and body of an answer and of a refusal; what is posted arrives."""
    web = DirectWeb(20)
    assert (200, "text/x.tlog.size", b"7\n") == _parts(web, f"{url}/")
    assert (403, "text/x.tlog.size", b"7\n") == _parts(web, f"{url}/refused")
    assert b"cbatext/plain" == web.post(url, b"abc").body
    assert b"cbax/y" == web.post(url, b"abc", "x/y").body


def test_no_redirect_is_followed(url: str) -> None:
    """What is signed for one address is not taken to another."""
    assert 302 == DirectWeb(20).get(f"{url}/away").status


def test_a_long_answer_is_refused(url: str) -> None:
    """More than a note can be is no answer."""
    with pytest.raises(Unavailable, match="over"):
        DirectWeb(20).get(f"{url}/long")


def test_a_slow_answer_is_refused(url: str) -> None:
    """Bytes that come one by one do not make an answer last: all of it has to be there in time."""
    with pytest.raises(Unavailable, match="too long"):
        DirectWeb(0.5).get(f"{url}/slow")


@pytest.mark.parametrize("head", [b"HTTP/1.", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
@pytest.mark.parametrize("is_encrypted", [False, True])
def test_what_trickles_in_is_refused(
    head: bytes, is_encrypted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status, head or body that come byte by byte hold nobody longer than the whole answer may take."""
    own = keypair(tmp_path) if is_encrypted else None
    if own is not None:
        monkeypatch.setenv("SSL_CERT_FILE", str(own))
    with trickling(head, own) as url:
        until = time.monotonic() + 5
        with pytest.raises(Unavailable, match="too long"):
            DirectWeb(0.5).get(url)
        assert time.monotonic() < until


def test_encrypted_answers_come_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over TLS too, from whom this machine trusts; from nobody else."""
    own = keypair(tmp_path)
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    with trickling(whole, own) as url:
        with pytest.raises(Unavailable, match="certificate"):
            DirectWeb(20).get(url)
        monkeypatch.setenv("SSL_CERT_FILE", str(own))
        assert b"ok" == DirectWeb(20).get(url).body


def test_an_answer_that_was_cut_off_is_refused(url: str) -> None:
    """Fewer bytes than were promised are no answer."""
    with pytest.raises(Unavailable, match="cut off"):
        DirectWeb(20).get(f"{url}/cut")


@pytest.mark.parametrize("address", ["file:///etc/hostname", "ftp://127.0.0.1/", "127.0.0.1", "", "http://"])
def test_other_addresses_are_refused(address: str) -> None:
    """Only http and https, with a host."""
    with pytest.raises(Unavailable):
        DirectWeb(1).get(address)


def test_silence_is_unavailable() -> None:
    """A closed port, a server that says nothing in time, and one that is not of the web."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(Unavailable):
            DirectWeb(0.05).get(f"http://127.0.0.1:{port}/")
    with pytest.raises(Unavailable):
        DirectWeb(1).get(f"http://127.0.0.1:{port}/")


def _parts(web: DirectWeb, url: str) -> tuple[int, str, bytes]:
    answer = web.get(url)
    return answer.status, answer.media_type, answer.body

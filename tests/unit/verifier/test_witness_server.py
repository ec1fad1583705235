"""The witness over HTTP, in this process: bounds, faults and what it shows; and its command and key file."""

from __future__ import annotations

import http.client
import runpy
import socket
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from custody_verifier.cosignatures import ML_DSA_44, Signer
from custody_verifier.errors import Malformed
from custody_verifier.note import Checkpoint
from custody_verifier.witness import __main__ as command
from custody_verifier.witness import server as serving
from custody_verifier.witness.deciding import Witness, write_line
from custody_verifier.witness.keys import open_keys
from custody_verifier.witness.server import MOST_AT_ONCE, WitnessServer
from custody_verifier.witness.state import State
from tests.support.composing import seed, tree_root
from tests.support.trees import LOG, ORIGIN, Log
from tests.support.witnesses import Running, running, signers

TREE = Log((b"one", b"two", b"three"))
REQUEST = b"old 0\n\n" + TREE.checkpoint(3)
ML_DSA = Signer.from_seed(ORIGIN, ML_DSA_44, seed("log"))


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Running]:
    """A witness that listens, and knows the log."""
    with running(tmp_path, "w1", [LOG.vkey]) as found:
        yield found


@contextmanager
def _connected(witness: Running) -> Iterator[http.client.HTTPConnection]:
    where = urlsplit(witness.url)
    assert where.hostname is not None
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=20)
    try:
        yield connection
    finally:
        connection.close()


def _ask(witness: Running, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    with _connected(witness) as connection:
        connection.request(method, path, body)
        response = connection.getresponse()
        return response.status, response.read()


def test_it_cosigns_and_shows(witness: Running) -> None:
    """The answer to a checkpoint is shown with it, under the hash of its origin; its keys stand at the root."""
    name = sha256(ORIGIN.encode()).hexdigest()
    assert _ask(witness, "GET", f"/{name}/checkpoint")[0] == 404
    status, lines = _ask(witness, "POST", "/add-checkpoint", REQUEST)
    assert (status, lines.count(b"\n")) == (200, 2)
    assert _ask(witness, "GET", f"/{name}/checkpoint") == (200, TREE.checkpoint(3) + lines)
    assert _ask(witness, "GET", "/") == (200, "".join(f"{vkey}\n" for vkey in witness.vkeys).encode())
    assert _ask(witness, "GET", "/elsewhere") == (404, b"not found\n")


def test_what_is_no_request(witness: Running) -> None:
    """Another path, no length and a length over 1,000,000 bytes are refused, and the connection ends."""
    for path, length, expected in (
        ("/elsewhere", "3", 404),
        ("/add-checkpoint", None, 400),
        ("/add-checkpoint", "1000001", 400),
        ("/add-checkpoint", "9" * 10, 400),
        ("/add-checkpoint", "-1", 400),
    ):
        with _connected(witness) as connection:
            connection.putrequest("POST", path)
            if length is not None:
                connection.putheader("Content-Length", length)
            connection.endheaders()
            response = connection.getresponse()
            assert (response.status, response.getheader("Connection")) == (expected, "close")
    assert witness.state.tree(ORIGIN) is None


def test_a_body_that_is_cut_off(witness: Running) -> None:
    """Who goes away before the end of the body is not answered, and nothing is cosigned."""
    where = urlsplit(witness.url)
    with socket.create_connection((where.hostname, where.port), timeout=20) as connection:
        head = f"POST /add-checkpoint HTTP/1.1\r\nContent-Length: {len(REQUEST) + 1}\r\n\r\n"
        connection.sendall(head.encode() + REQUEST)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    assert witness.state.tree(ORIGIN) is None


def test_it_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When all its places are taken for too long, it says so, and takes the request later."""
    monkeypatch.setattr(serving, "SECONDS", 0.01)
    taken: list[WitnessServer] = []
    monkeypatch.setattr(WitnessServer, "server_activate", _keeping(taken))
    with running(tmp_path, "w1", [LOG.vkey]) as witness:
        for _ in range(MOST_AT_ONCE):
            assert taken[0].free.acquire(blocking=False)
        assert _ask(witness, "POST", "/add-checkpoint", REQUEST) == (503, b"busy\n")
        assert witness.state.tree(ORIGIN) is None
        taken[0].free.release()
        assert _ask(witness, "POST", "/add-checkpoint", REQUEST)[0] == 200


def _keeping(taken: list[WitnessServer]) -> object:
    activate = WitnessServer.server_activate

    def keep(server: WitnessServer) -> None:
        taken.append(server)
        activate(server)

    return keep


def test_a_state_that_cannot_be_written(witness: Running, capfd: pytest.CaptureFixture[str]) -> None:
    """What is not stored is not cosigned: 500, a word in the log, and the place is free again."""
    witness.state.close()
    for _ in range(MOST_AT_ONCE + 1):
        status, body = _ask(witness, "POST", "/add-checkpoint", REQUEST)
        assert (status, body) == (500, b"the witness cannot store its state\n")
    assert "no cosignature: Cannot operate on a closed database" in capfd.readouterr().err


def test_a_log_with_two_keys(tmp_path: Path) -> None:
    """Each line of a key that is known is checked; a note without one is refused, one with either is taken."""
    tree = Checkpoint(ORIGIN, 3, tree_root(TREE.entries))
    text = TREE.checkpoint(3).rpartition(b"\n\n")[0] + b"\n\n"
    own = TREE.checkpoint(3)[len(text) :]
    second = write_line(ML_DSA.cosign(tree, 0)).encode()
    other = write_line(ML_DSA.cosign(replace(tree, size=2), 0)).encode()
    stranger = write_line(signers("w2")[0].cosign(tree, 1)).encode()
    for name, lines, expected in (
        ("both", own + second, 200),
        ("ml-dsa", second, 200),
        ("ed25519", own + stranger, 200),
        ("other tree", own + other, 403),
        ("other tree before", LOG.line(TREE.text(2)).encode() + second, 403),
        ("stranger", stranger, 403),
    ):
        state = State(tmp_path / f"{name}.sqlite")
        for vkey in (LOG.vkey, ML_DSA.cosigner.vkey):
            state.add_log(ORIGIN, vkey)
        reply = Witness(state, signers("w1")).add_checkpoint(b"old 0\n\n" + text + lines)
        assert expected == reply.status, (name, reply.body)
        state.close()


def test_keys_are_kept(tmp_path: Path) -> None:
    """A key file is made once, for its owner alone; it is opened again by its name, or without one."""
    file = tmp_path / "keys.json"
    made = [each.cosigner for each in open_keys(file, "w.example/1")]
    assert made == [each.cosigner for each in open_keys(file, "w.example/1")]
    assert made == [each.cosigner for each in open_keys(file, None)]
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Malformed, match=r"this witness is called w\.example/1"):
        open_keys(file, "w.example/2")


def test_the_command_serves_until_interrupted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It prints its keys with its address, serves, and ends well by Ctrl-C; a log may have another origin."""
    served: list[tuple[WitnessServer, list[str]]] = []

    def interrupted(server: WitnessServer, poll_interval: float) -> None:
        assert poll_interval > 0
        with sqlite3.connect(tmp_path / "w/state.sqlite") as connection:
            rows = connection.execute("SELECT origin FROM log ORDER BY origin").fetchall()
        connection.close()
        served.append((server, [str(origin) for (origin,) in rows]))
        raise KeyboardInterrupt

    monkeypatch.setattr(WitnessServer, "serve_forever", interrupted)
    logs = ["--log", LOG.vkey, "--log", f"elsewhere.example/1={LOG.vkey}"]
    assert command.main([str(tmp_path / "w"), "--name", "w.example/1", "--listen", "127.0.0.1:0", *logs]) == 0
    ((server, origins),) = served
    assert origins == [ORIGIN, "elsewhere.example/1"]
    printed = capsys.readouterr().out
    for vkey in server.witness.vkeys:
        assert f"  witness w.example/1 {vkey} {server.url}\n" in printed
    assert printed.endswith(f"Listening on {server.url}\n")


def test_the_module_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m custody_verifier.witness` is the command."""
    monkeypatch.setattr(sys, "argv", ["custody-witness", str(tmp_path / "w")])
    monkeypatch.delitem(sys.modules, "custody_verifier.witness.__main__")
    with pytest.raises(SystemExit) as end:
        runpy.run_module("custody_verifier.witness", run_name="__main__")
    assert end.value.code == 2

"""A witness never cosigns two histories: not under load, not after a kill, not for a line that it did not check."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custody_verifier.note import read_checkpoint, read_note
from custody_verifier.witness.__main__ import main
from custody_verifier.witness.deciding import Witness
from custody_verifier.witness.state import State, Tree
from events.checkpoint import LogKey
from events.merkle import Coordinate, Frontier, leaf_hash
from events.note import Note, NoteSignature
from events.proofs import consistency_path
from events.web import DirectWeb
from events.witnessing import write_request
from tests.support.composing import seed
from tests.support.witnesses import signers

LOG = LogKey.from_seed("custody.example.org/5f0c11ab", seed("log"))
MOST = 40


class History:
    """A tree that grows, with its checkpoints and proofs."""

    def __init__(self, name: str) -> None:
        leaves = [leaf_hash(f"{name} {number}".encode()) for number in range(MOST)]
        self.roots = [Frontier.empty().grown(leaves[:size])[0].root for size in range(MOST + 1)]
        _, nodes = Frontier.empty().grown(leaves)
        self._hash_of = {Coordinate(node.level, node.number): node.hash for node in nodes}.__getitem__

    def note(self, size: int) -> bytes:
        """Return the checkpoint of a size."""
        return LOG.sign(size, self.roots[size])

    def request(self, old: int, new: int) -> bytes:
        """Return a request that shows the way from one size to another."""
        path = consistency_path(old, new, self._hash_of) if 0 < old < new else []
        return write_request(old, path, self.note(new))


OURS, FORGED = History("ours"), History("forged")


@contextmanager
def opened(folder: Path, clock: float = 1_700_000_000.0) -> Iterator[tuple[Witness, State]]:
    """Open a witness that knows the log."""
    state = State(folder / "state.sqlite")
    state.add_log(LOG.origin, LOG.vkey)
    try:
        yield Witness(state, signers("w1"), lambda: clock), state
    finally:
        state.close()


@pytest.mark.parametrize(
    ("seen", "body", "expected"),
    [
        (0, OURS.request(0, 0), 200),
        (0, OURS.request(0, 7), 200),
        (7, OURS.request(7, 7), 200),
        (7, OURS.request(7, 9), 200),
        (7, OURS.request(0, 9), 409),
        (7, OURS.request(3, 9), 409),
        (7, OURS.request(7, 3), 400),
        (7, OURS.request(3, 7), 409),
        (7, FORGED.request(7, 9), 422),
        (7, FORGED.request(7, 7), 422),
        (0, OURS.request(0, 7).replace(b"old 0\n", b"old 0\n" + b"A" * 43 + b"=\n"), 422),
        (0, b"old 00\n\n" + OURS.note(7), 400),
        (0, b"old 0\n" + OURS.note(7), 400),
        (0, b"old 0\n" + (b"A" * 43 + b"=\n") * 64 + b"\n" + OURS.note(7), 400),
        (0, b"old 0\n\n" + LOG.sign(0, OURS.roots[0]).replace(b"47DEQpj8", b"48DEQpj8"), 403),
        (0, b"\xff", 400),
        (0, OURS.request(0, 7).replace(b"\n7\n", b"\n8\n"), 403),
        (0, OURS.request(0, 7).replace(LOG.origin.encode(), b"custody.example.org/00000000"), 404),
    ],
)
def test_each_case_has_its_status(tmp_path: Path, seen: int, body: bytes, expected: int) -> None:
    """Form, origin, signature, sizes and proof are each refused by their own status; nothing else is stored."""
    with opened(tmp_path) as (witness, state):
        if seen:
            assert 200 == witness.add_checkpoint(OURS.request(0, seen)).status
        before = state.tree(LOG.origin)

        reply = witness.add_checkpoint(body)

        assert expected == reply.status, reply.body
        assert expected == 200 or before == state.tree(LOG.origin)
        if expected == 409:
            assert (f"{seen}\n".encode(), "text/x.tlog.size") == (reply.body, reply.media_type)


def test_an_empty_tree_has_one_root(tmp_path: Path) -> None:
    """A signed checkpoint of size 0 with another root is 422, after its signature was checked."""
    private = Ed25519PrivateKey.from_private_bytes(seed("log"))
    text = f"{LOG.origin}\n0\n{'A' * 43}=\n"
    key_id = LOG.verifier.key_id
    line = NoteSignature(LOG.origin, key_id, private.sign(text.encode()))
    with opened(tmp_path) as (witness, state):
        assert 422 == witness.add_checkpoint(b"old 0\n\n" + Note(text, (line,)).to_bytes()).status
        assert state.tree(LOG.origin) is None


def test_only_verified_lines_are_stored(tmp_path: Path) -> None:
    """A line of nobody, and one under the witness's own name, leave no trace in what it keeps and shows."""
    fake = "".join(
        f"\u2014 {name} AAAAAAAAAAA=\n" for name in ("stranger", "witness.example.org/w1")
    ).encode()
    with opened(tmp_path) as (witness, state):
        assert 200 == witness.add_checkpoint(OURS.request(0, 7) + fake).status

        tree = state.tree(LOG.origin)
        assert tree is not None
        names = [line.name for line in read_note(tree.note).lines]
        assert [LOG.origin, "witness.example.org/w1", "witness.example.org/w1"] == names
        assert 200 == witness.add_checkpoint(OURS.request(7, 9)).status


def test_a_false_line_of_the_log_is_refused(tmp_path: Path) -> None:
    """A second line of the log's key that does not verify is 403, though the first one does."""
    bad = OURS.note(7).rsplit(b"\n\n", 1)[1].replace(b"A", b"B")
    with opened(tmp_path) as (witness, _):
        assert 403 == witness.add_checkpoint(OURS.request(0, 7) + bad).status


def test_what_it_cosigned_is_shown(tmp_path: Path) -> None:
    """The newest checkpoint is shown with both cosignatures under the hash of its origin; another name is 404."""
    from hashlib import sha256  # noqa: PLC0415 - for a name only

    name = sha256(LOG.origin.encode()).hexdigest()
    with opened(tmp_path) as (witness, _):
        assert 404 == witness.shown(name).status
        reply = witness.add_checkpoint(OURS.request(0, 7))
        shown = witness.shown(name)

        assert OURS.note(7) + reply.body == shown.body
        assert 404 == witness.shown("00" * 32).status


def test_a_clock_before_1970_cosigns_nothing(tmp_path: Path) -> None:
    """A time of 0 would claim nothing: no answer, and nothing stored."""
    with opened(tmp_path, clock=0.0) as (witness, state):
        with pytest.raises(OSError, match="1970"):
            witness.add_checkpoint(OURS.request(0, 7))
        assert state.tree(LOG.origin) is None


def test_racing_requests_never_fork(tmp_path: Path) -> None:
    """Two histories at once, many times: what is cosigned is one history, in growing sizes, and the rest is refused."""
    cosigned: list[tuple[str, int]] = []
    with opened(tmp_path) as (witness, _):

        def push(name: str, history: History) -> None:
            old = 0
            while old < MOST:
                reply = witness.add_checkpoint(history.request(old, old + 1))
                if reply.status == 200:
                    cosigned.append((name, old := old + 1))
                elif reply.status == 409 and int(reply.body) > old:
                    old = int(reply.body)
                else:
                    return

        threads = [
            threading.Thread(target=push, args=each) for each in (("ours", OURS), ("forged", FORGED)) * 3
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    winner = cosigned[0][0]
    assert [(winner, size) for size in range(1, MOST + 1)] == cosigned


def test_the_table_itself_refuses_to_go_back(tmp_path: Path) -> None:
    """Whoever writes the state: a smaller tree, another root of one size, and forgetting are refused."""
    with opened(tmp_path) as (witness, state):
        witness.add_checkpoint(OURS.request(0, 7))
        for tree in (Tree(6, OURS.roots[6], b""), Tree(7, FORGED.roots[7], b"")):
            with pytest.raises(sqlite3.IntegrityError), state.step(LOG.origin) as step:
                step.store(tree)
    with sqlite3.connect(tmp_path / "state.sqlite") as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute("DELETE FROM tree")
    connection.close()


@pytest.mark.parametrize(
    "arguments",
    [[], ["--name", "a+b"], ["--name", "w", "--listen", "nowhere"], ["--name", "w", "--log", "x"]],
)
def test_what_cannot_be_served_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """A new witness without a good name, a bad address and a bad key are told, with status 2."""
    assert 2 == main([str(tmp_path / "w"), *arguments])
    assert "custody-witness: " in capsys.readouterr().err


def test_it_keeps_its_word_through_kills(tmp_path: Path) -> None:
    """Run as a command and killed with SIGKILL after each answer, it remembers every size that it cosigned."""
    folder, keys = tmp_path / "witness", set[str]()
    for old in range(3):
        with _command(folder) as (process, url, printed):
            keys.add(printed)
            web = DirectWeb(20)
            for history, expected in ((OURS, 200), (FORGED, 409), (OURS, 409)):
                assert expected == web.post(f"{url}/add-checkpoint", history.request(old, old + 1)).status
            process.send_signal(signal.SIGKILL)
    assert 1 == len(keys)
    with State(folder / "state.sqlite").step(LOG.origin) as step:
        assert step.tree is not None
        assert (3, OURS.roots[3]) == (step.tree.size, read_checkpoint(read_note(step.tree.note)).root)
    assert 0o600 == (folder / "keys.json").stat().st_mode & 0o777


@contextmanager
def _command(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    command = [sys.executable, "-m", "custody_verifier.witness", str(folder), "--name", "w.example/1"]
    process = subprocess.Popen(
        [*command, "--log", LOG.vkey, "--listen", "127.0.0.1:0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    with process:
        try:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(4)]
            yield process, lines[3].split()[-1], lines[1].split()[2]
        finally:
            process.kill()

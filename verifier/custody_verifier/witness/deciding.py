"""What a witness answers to a checkpoint, and what it shows (log-v1 5.2)."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from custody_verifier import text
from custody_verifier.cosignatures import Cosigner, Signer, check_cosignatures, read_cosigner
from custody_verifier.errors import Failed, Malformed
from custody_verifier.merkle import check_consistency
from custody_verifier.note import (
    Checkpoint,
    Line,
    LogKey,
    Note,
    check_note,
    read_checkpoint,
    read_note,
    read_vkey,
)
from custody_verifier.witness.state import State, Tree

PLAIN = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, media type and body of an answer."""

    status: int
    body: bytes
    media_type: str = PLAIN


@dataclass(frozen=True, slots=True)
class Request:
    """The body of add-checkpoint: the old size, the proof from it, and the checkpoint."""

    old: int
    path: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint


class Witness:
    """Cosigns with all its signers what continues what it has seen. May be used by several threads."""

    def __init__(
        self, state: State, signers: Sequence[Signer], clock: Callable[[], float] = time.time
    ) -> None:
        self._state, self._signers, self._clock = state, signers, clock

    @property
    def vkeys(self) -> list[str]:
        """The public halves, for policies."""
        return [each.cosigner.vkey for each in self._signers]

    def add_checkpoint(self, body: bytes) -> Reply:
        """Answer a request, in the order of log-v1 5.2: form, origin, signature, old size, state, proof."""
        try:
            request = read_request(body)
        except Malformed as fault:
            return _refusal(400, str(fault))
        vkeys = self._state.vkeys(request.checkpoint.origin)
        if not vkeys:
            return _refusal(404, "unknown log")
        try:
            own = _signed_lines(request, vkeys)
        except Failed as fault:
            return _refusal(403, f"invalid signature: {fault}")
        if request.old > request.checkpoint.size:
            return _refusal(400, "the old size is above the checkpoint's")
        return self._decide(request, own)

    def shown(self, name: str) -> Reply:
        """Answer for the newest checkpoint of the origin whose SHA-256 in hex is `name`."""
        for origin in self._state.origins():
            if sha256(origin.encode()).hexdigest() == name:
                tree = self._state.tree(origin)
                if tree is not None:
                    return Reply(200, tree.note)
        return _refusal(404, "no checkpoint")

    def _decide(self, request: Request, own: list[Line]) -> Reply:
        """Check against what was seen, sign and store in one step; the answer goes out after it."""
        checkpoint = request.checkpoint
        with self._state.step(checkpoint.origin) as step:
            seen = 0 if step.tree is None else step.tree.size
            if request.old != seen:
                return Reply(409, f"{seen}\n".encode(), SIZE)
            try:
                _check_continues(step.tree, request)
            except Failed as fault:
                return _refusal(422, f"consistency proof: {fault}")
            lines = self._cosigned(checkpoint)
            note = write_note(Note(request.note.text, (*own, *lines)))
            step.store(Tree(checkpoint.size, checkpoint.root, note))
        return Reply(200, "".join(map(write_line, lines)).encode())

    def _cosigned(self, checkpoint: Checkpoint) -> list[Line]:
        now = int(self._clock())
        if now <= 0:
            raise OSError("this machine's clock stands before 1970")
        return [each.cosign(checkpoint, now) for each in self._signers]


def read_request(body: bytes, path: str = "request") -> Request:
    """Return the parts of an add-checkpoint body. Raises Malformed."""
    head, gap, rest = body.partition(b"\n\n")
    lines = head.split(b"\n")
    if not gap or not head.isascii() or not lines[0].startswith(b"old ") or len(lines) > 64:
        raise Malformed(path, "is not an old size, at most 63 hashes, an empty line and a checkpoint")
    old = text.number(lines[0][4:].decode("ascii"), f"{path}.old")
    hashes = tuple(text.base64_bytes(line.decode("ascii"), f"{path}.path", 32) for line in lines[1:])
    note = read_note(rest, f"{path}.checkpoint")
    return Request(old, hashes, note, _read_tree(note, f"{path}.checkpoint"))


def _read_tree(note: Note, path: str) -> Checkpoint:
    """Like `read_checkpoint`; a root that no empty tree has is a matter for the proof, with its own answer."""
    lines = note.text.split("\n")
    if len(lines) == 4 and lines[0] and lines[1] == "0":
        return Checkpoint(lines[0], 0, text.base64_bytes(lines[2], f"{path}.root", 32))
    return read_checkpoint(note, path)


def _signed_lines(request: Request, vkeys: list[str]) -> list[Line]:
    """Return the lines of the log's known keys, every one of them checked; none is a Failed."""
    own: list[Line] = []
    for vkey in vkeys:
        key = _read_key(vkey)
        lines = [line for line in request.note.lines if (line.name, line.key_id) == (key.name, key.key_id)]
        if lines and isinstance(key, LogKey):
            check_note(request.note, key)
        elif lines and isinstance(key, Cosigner):
            check_cosignatures(lines, key, request.checkpoint)
        own += lines
    if not own:
        raise Failed("no known key has signed")
    return own


def _read_key(vkey: str) -> LogKey | Cosigner:
    return read_cosigner(vkey) if vkey.split("+", 2)[-1].startswith("B") else read_vkey(vkey)


def check_log_vkey(vkey: str) -> str:
    """Return the name of a log's key (type 0x01 or 0x06). Raises Malformed."""
    return _read_key(vkey).name


def _check_continues(tree: Tree | None, request: Request) -> None:
    checkpoint = request.checkpoint
    if checkpoint.size == 0 and checkpoint.root != sha256(b"").digest():
        raise Failed("an empty tree has another root")
    if tree is None or tree.size == 0:
        if request.path:
            raise Failed("from size 0 there is nothing to prove")
        return
    check_consistency(tree.size, tree.root, checkpoint.size, checkpoint.root, request.path)


def write_line(line: Line) -> str:
    """Return a signature line with its newline."""
    return f"\u2014 {line.name} {text.base64_text(line.key_id + line.signature)}\n"


def write_note(note: Note) -> bytes:
    """Return the bytes of a note."""
    return f"{note.text}\n{''.join(map(write_line, note.lines))}".encode()


def _refusal(status: int, reason: str) -> Reply:
    return Reply(status, f"{reason}\n".encode())

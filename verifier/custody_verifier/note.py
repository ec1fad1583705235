"""Signed notes and checkpoints (ledger-v1 section 5; c2sp.org/signed-note, c2sp.org/tlog-checkpoint)."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from custody_verifier import keys, text
from custody_verifier.errors import Failed, Malformed

_ED25519_SPKI_HEAD = bytes.fromhex("302a300506032b6570032100")


@dataclass(frozen=True, slots=True)
class Line:
    """One signature line of a note: the key's name, its 4-byte id and the signature."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text with its last newline, and its signature lines."""

    text: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class LogKey:
    """A log's Ed25519 key as the verifier was told it: name, key id and 32-byte key."""

    name: str
    key_id: bytes
    raw: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A head of a ledger: origin, number of entries, 32-byte root."""

    origin: str
    size: int
    root: bytes


def read_vkey(vkey: str, path: str = "vkey") -> LogKey:
    """Return the key of `<name>+<id in hex>+<base64>`; raises Malformed, also for a weak key."""
    parts = vkey.split("+", 2)
    if len(parts) != 3 or not _is_name(parts[0]):
        raise Malformed(path, "is not <name>+<key id>+<key>")
    typed = text.base64_bytes(parts[2], path, 33)
    key_id = sha256(parts[0].encode() + b"\n" + typed).digest()[:4]
    if typed[0] != 1 or parts[1] != key_id.hex():
        raise Malformed(path, "is not of an Ed25519 key, or has another key's id")
    try:
        keys.check_key("ed25519", _ED25519_SPKI_HEAD + typed[1:])
    except Failed as fault:
        raise Malformed(path, fault.reason) from fault
    return LogKey(parts[0], key_id, typed[1:])


def read_note(data: bytes, path: str = "note") -> Note:
    """Return the parts of a note; no signature is checked here. Raises Malformed."""
    if len(data) > 1_000_000:
        raise Malformed(path, "is longer than 1,000,000 bytes")
    try:
        lines = data.decode().split("\n")
    except UnicodeDecodeError as fault:
        raise Malformed(path, "is not UTF-8") from fault
    if any(sign < " " for line in lines for sign in line):
        raise Malformed(path, "has a control character")
    # The empty line that parts text and signatures is the last but the one that the last newline makes.
    gap = max((at for at, line in enumerate(lines[:-1]) if not line), default=0)
    signed, signatures = lines[:gap], lines[gap + 1 : -1]
    if lines[-1] or not signed or not signatures:
        raise Malformed(path, "is not a text, an empty line and signature lines")
    if len(signatures) > 100:
        raise Malformed(path, "has more than 100 signatures")
    return Note("".join(f"{line}\n" for line in signed), tuple(_line(line, path) for line in signatures))


def check_note(note: Note, log: LogKey) -> None:
    """Raise Failed unless the log signed the note; every line of its key must fit."""
    lines = [line for line in note.lines if (line.name, line.key_id) == (log.name, log.key_id)]
    if not lines:
        raise Failed("the log has not signed the note")
    for line in lines:
        keys.check_signature("ed25519", _ED25519_SPKI_HEAD + log.raw, note.text.encode(), line.signature)


def read_checkpoint(note: Note, path: str = "checkpoint") -> Checkpoint:
    """Return the checkpoint of a note's text: three lines and no more. Raises Malformed."""
    lines = note.text.split("\n")
    if len(lines) != 4 or not lines[0]:
        raise Malformed(path, "is not the three lines origin, size and root")
    size = text.number(lines[1], f"{path}.size")
    root = text.base64_bytes(lines[2], f"{path}.root", 32)
    if size == 0 and root != sha256(b"").digest():
        raise Malformed(f"{path}.root", "is not the root of an empty tree")
    return Checkpoint(lines[0], size, root)


def check_checkpoint(data: bytes, log: LogKey, path: str = "checkpoint") -> Checkpoint:
    """Return the checkpoint of a note that the log signed, under its own origin. Raises Malformed, Failed."""
    note = read_note(data, path)
    check_note(note, log)
    checkpoint = read_checkpoint(note, path)
    if checkpoint.origin != log.name:
        raise Failed("the checkpoint is of another origin than the key's name")
    return checkpoint


def _is_name(name: str) -> bool:
    return name != "" and "+" not in name and not any(sign.isspace() for sign in name)


def _line(line: str, path: str) -> Line:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "\u2014" or not _is_name(parts[1]):
        raise Malformed(path, "has a line that is not a signature line")
    data = text.base64_bytes(parts[2], path)
    if len(data) < 5:
        raise Malformed(path, "has a signature line without a signature")
    return Line(parts[1], data[:4], data[4:])

"""Signed notes: a text and the signatures under it (c2sp.org/signed-note v1.0.0; ledger-v1 section 5)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from custody import values
from custody.errors import Malformed, NotProven, SignatureRefused
from events.public_keys import PublicKey, ed25519_from_raw

ED25519: Final = 0x01
MAX_SIGNATURES: Final = 100
MAX_NOTE: Final = 1_000_000  # bytes

_DASH: Final = "\u2014 "  # em dash and a space begin a signature line
_vkey = re.compile(r"([^+]+)\+([0-9a-f]{8})\+(.+)", re.DOTALL).fullmatch
_control = re.compile(r"[\x00-\x09\x0b-\x1f]").search


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: the key's name, its 4-byte id, and what follows the id."""

    name: str
    key_id: bytes
    payload: bytes

    def line(self) -> str:
        """Return the line as it stands in a note, with its newline."""
        return f"{_DASH}{self.name} {values.to_base64(self.key_id + self.payload)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text, which ends in a newline, and its signature lines in the order of the note."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def to_bytes(self) -> bytes:
        """Return the note, exactly as a reader expects it."""
        return f"{self.text}\n{''.join(each.line() for each in self.signatures)}".encode()


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """An Ed25519 key that signs notes (type 0x01), known by name and key id."""

    name: str
    key: PublicKey

    @property
    def key_id(self) -> bytes:
        """The first 4 bytes of SHA-256(name, newline, type, public key)."""
        return key_id(self.name, bytes((ED25519,)) + self.key.spki[-32:])

    @property
    def vkey(self) -> str:
        """The text that other programs take: `<name>+<key id in hex>+<base64 of type and key>`."""
        typed = bytes((ED25519,)) + self.key.spki[-32:]
        return f"{self.name}+{self.key_id.hex()}+{values.to_base64(typed)}"


def key_id(name: str, typed_key: bytes) -> bytes:
    """Return the key id of a type byte and public key under a name."""
    return sha256(name.encode() + b"\n" + typed_key).digest()[:4]


def require_key_name(name: str, path: str) -> str:
    """Return `name` if it can name a key: not empty, no Unicode space, no plus sign. Raises Malformed."""
    if not name or "+" in name or any(each.isspace() for each in name):
        raise Malformed(path, "is not the name of a key")
    return name


def parse_vkey(text: str, path: str = "vkey") -> VerifierKey:
    """Return the key of a vkey text. Raises Malformed, for other types than Ed25519 (0x01) as well."""
    match = _vkey(text)
    if not match:
        raise Malformed(path, "is not <name>+<key id>+<key>")
    name, typed = require_key_name(match[1], path), values.from_base64(match[3], path)
    if match[2] != key_id(name, typed).hex():
        raise Malformed(path, "has a key id that is not of this name and key")
    if typed[:1] != bytes((ED25519,)) or len(typed) != 33:
        raise Malformed(path, "is not an Ed25519 key of type 0x01")
    try:
        return VerifierKey(name, ed25519_from_raw(typed[1:]))
    except SignatureRefused as fault:
        raise Malformed(path, fault.reason) from fault


def parse_note(data: bytes, path: str = "note") -> Note:
    """Return the parts of a note without checking any signature. Raises Malformed."""
    if len(data) > MAX_NOTE:
        raise Malformed(path, f"is longer than {MAX_NOTE} bytes")
    try:
        whole = data.decode()
    except UnicodeDecodeError as fault:
        raise Malformed(path, "is not UTF-8") from fault
    if _control(whole):
        raise Malformed(path, "has a control character")
    head, gap, tail = whole.rpartition("\n\n")  # the text ends at the last empty line
    if not gap or not tail.endswith("\n"):
        raise Malformed(path, "is not a text, an empty line and signature lines")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise Malformed(path, f"has more than {MAX_SIGNATURES} signatures")
    return Note(f"{head}\n", tuple(_signature(line, path) for line in lines))


def open_note(
    data: bytes, known: Iterable[VerifierKey], path: str = "note"
) -> tuple[Note, list[VerifierKey]]:
    """Return the note and which of the known keys signed it, at least one.

    Lines of unknown keys, other types (0x04, 0x06) among them, are passed over. Raises Malformed, and
    NotProven when a known key's signature does not fit or no known key has signed.
    """
    note, message = parse_note(data, path), None
    keys = {(key.name, key.key_id): key for key in known}
    signers: dict[tuple[str, bytes], VerifierKey] = {}
    for signature in note.signatures:
        place = (signature.name, signature.key_id)
        if place not in keys:
            continue
        message = note.text.encode() if message is None else message
        try:
            keys[place].key.verify(message, signature.payload)
        except SignatureRefused as fault:
            raise NotProven(f"the signature of {signature.name} does not fit the note") from fault
        signers[place] = keys[place]
    if not signers:
        raise NotProven("no known key has signed the note")
    return note, list(signers.values())


def _signature(line: str, path: str) -> NoteSignature:
    name, gap, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not gap:
        raise Malformed(path, "has a line that is not a signature line")
    payload = values.from_base64(encoded, path)
    if len(payload) < 5:
        raise Malformed(path, "has a signature line without a signature")
    return NoteSignature(require_key_name(name, path), payload[:4], payload[4:])

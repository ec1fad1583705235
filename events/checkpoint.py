"""Checkpoints, the signed heads of the ledger, and the key that signs them (ledger-v1 section 5)."""

from __future__ import annotations

import re
from binascii import b2a_base64
from dataclasses import dataclass
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from custody import values
from custody.errors import Malformed
from events.merkle import EMPTY_ROOT, HASH_BYTES
from events.note import NoteSignature, VerifierKey, open_note
from events.public_keys import ed25519_from_raw

MAX_SIZE: Final = 2**53 - 1
"""The largest tree size or index: what an integer of the canonical form can hold."""

_decimal = re.compile(r"0|[1-9][0-9]{0,15}").fullmatch
_LABEL = r"[a-z0-9]+(?:[.-][a-z0-9]+)*"
_origin = re.compile(rf"(?=.{{1,255}}\Z){_LABEL}(?:/{_LABEL})*/[0-9a-f]{{8}}").fullmatch


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a ledger: its origin, the number of entries and the 32-byte Merkle root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed, with the last newline."""
        return _text(self.origin.encode(), self.size, self.root).decode()


class LogKey:
    """The Ed25519 key that signs the checkpoints of one ledger; its name is the ledger's origin."""

    __slots__ = ("_key_id", "_line", "_name", "_private", "_verifier")

    def __init__(self, origin: str, private: Ed25519PrivateKey) -> None:
        self._private = private
        raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self._verifier = VerifierKey(require_origin(origin), ed25519_from_raw(raw))
        self._name, self._key_id = origin.encode(), self._verifier.key_id
        line, space, _ = NoteSignature(origin, self._key_id, b"").line().rpartition(" ")
        self._line = (line + space).encode()  # all of it but its base64: a note is signed for each append

    @classmethod
    def generate(cls, origin: str) -> Self:
        """Make a new key for an origin (Malformed unless it is one)."""
        return cls(origin, Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, origin: str, seed: bytes) -> Self:
        """Return the key of a 32-byte seed."""
        return cls(origin, Ed25519PrivateKey.from_private_bytes(seed))

    def __repr__(self) -> str:
        return f"LogKey({self.vkey})"

    @property
    def origin(self) -> str:
        """The ledger's origin."""
        return self._verifier.name

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return self._verifier

    @property
    def vkey(self) -> str:
        """The public half as text, for trust files and other programs."""
        return self._verifier.vkey

    def sign(self, size: int, root: bytes) -> bytes:
        """Return the checkpoint of a tree as a signed note.

        Only a committed tree may be signed: two signed trees of one size, or without a consistency proof
        between them, are a fork. The same tree always gives the same bytes.
        """
        text = _text(self._name, _require_tree(size, root), root)
        return b"%b\n%b%b" % (text, self._line, b2a_base64(self._key_id + self._private.sign(text)))


def _text(origin: bytes, size: int, root: bytes) -> bytes:
    """Return the three lines that are signed; `b2a_base64` ends its line itself."""
    return b"%b\n%d\n%b" % (origin, size, b2a_base64(root))


def require_origin(origin: str, path: str = "origin") -> str:
    """Return `origin` if it is labels, slashes and 8 hex digits, at most 255 bytes. Raises Malformed."""
    if not _origin(origin):
        raise Malformed(path, "is not <label>/<8 hex digits>, such as custody.example.org/5f0c11ab")
    return origin


def parse_checkpoint(text: str, path: str = "checkpoint") -> Checkpoint:
    """Return the checkpoint of a note's text: exactly three lines; no extension lines. Raises Malformed."""
    lines = text.split("\n")
    if len(lines) != 4 or not lines[0] or lines[3]:
        raise Malformed(path, "is not the three lines origin, size and root")
    size = read_decimal(lines[1], f"{path}.size")
    root = values.from_base64(lines[2], f"{path}.root", HASH_BYTES)
    try:
        _require_tree(size, root)
    except ValueError as fault:
        raise Malformed(f"{path}.root", "is not the root of an empty tree") from fault
    return Checkpoint(lines[0], size, root)


def open_checkpoint(data: bytes, log: VerifierKey, path: str = "checkpoint") -> Checkpoint:
    """Return the checkpoint of a note signed by the log, whose name is the origin.

    Raises Malformed, and NotProven when the log's signature is missing or wrong.
    """
    note, _ = open_note(data, [log], path)
    checkpoint = parse_checkpoint(note.text, path)
    if checkpoint.origin != log.name:
        raise Malformed(f"{path}.origin", "is not the name of the key that signed")
    return checkpoint


def read_decimal(text: str, path: str) -> int:
    """Return a number without sign or leading zero, at most 2^53 - 1. Raises Malformed."""
    if not _decimal(text) or int(text) > MAX_SIZE:
        raise Malformed(path, "is not a decimal number from 0 to 2^53-1")
    return int(text)


def _require_tree(size: int, root: bytes) -> int:
    """Return `size` if a tree can have it together with `root`."""
    if not 0 <= size <= MAX_SIZE or len(root) != HASH_BYTES or (size == 0 and root != EMPTY_ROOT):
        raise ValueError(f"there is no tree of size {size} with this root")
    return size

"""Cosignatures of witnesses, and a log's ML-DSA line: read, checked and made (log-v1 section 4)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from custody_verifier import keys, text
from custody_verifier.errors import Failed, Malformed
from custody_verifier.note import Checkpoint, Line

ED25519 = 4
ML_DSA_44 = 6

_LENGTHS = {ED25519: (32, 64), ML_DSA_44: (1312, 2420)}  # of a key, of a signature
_ED25519_SPKI_HEAD = bytes.fromhex("302a300506032b6570032100")


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A key that cosigns, as the verifier was told it. `kind` is the type byte, 4 or 6."""

    name: str
    key_id: bytes
    kind: int
    raw: bytes

    @classmethod
    def of(cls, name: str, kind: int, raw: bytes) -> Cosigner:
        """Return the key with its id computed."""
        return cls(name, sha256(name.encode() + b"\n" + bytes([kind]) + raw).digest()[:4], kind, raw)

    @property
    def vkey(self) -> str:
        """The key as text."""
        return f"{self.name}+{self.key_id.hex()}+{text.base64_text(bytes([self.kind]) + self.raw)}"


@dataclass(frozen=True, slots=True)
class Signer:
    """A cosigner's private key."""

    cosigner: Cosigner
    private: Ed25519PrivateKey | MLDSA44PrivateKey

    @classmethod
    def from_seed(cls, name: str, kind: int, seed: bytes) -> Signer:
        """Return the key of a 32-byte seed."""
        private = (
            Ed25519PrivateKey.from_private_bytes(seed)
            if kind == ED25519
            else MLDSA44PrivateKey.from_seed_bytes(seed)
        )
        return cls(Cosigner.of(name, kind, private.public_key().public_bytes_raw()), private)

    def cosign(self, checkpoint: Checkpoint, time: int) -> Line:
        """Return a line over a checkpoint: the signer must have checked it before."""
        who = self.cosigner
        signature = self.private.sign(_message(who, checkpoint, time))
        return Line(who.name, who.key_id, struct.pack(">Q", time) + signature)


def read_cosigner(vkey: str, path: str = "vkey") -> Cosigner:
    """Return the key of a vkey of type 4 or 6. Raises Malformed, for weak keys as well."""
    name, _, rest = vkey.partition("+")
    stated, _, encoded = rest.partition("+")
    typed = text.base64_bytes(encoded, path)
    if not name or any(sign.isspace() for sign in name) or len(name.encode()) > 255:
        raise Malformed(path, "has no name, or one over 255 bytes")
    if typed[:1] not in (b"\4", b"\6") or len(typed) != 1 + _LENGTHS[typed[0]][0]:
        raise Malformed(path, "is not a cosigner's key of type 0x04 or 0x06")
    found = Cosigner.of(name, typed[0], typed[1:])
    if found.key_id.hex() != stated:
        raise Malformed(path, "has the id of another key")
    if found.kind == ED25519:
        try:
            keys.check_key("ed25519", _ED25519_SPKI_HEAD + found.raw)
        except Failed as fault:
            raise Malformed(path, fault.reason) from fault
    return found


def check_cosignatures(lines: Sequence[Line], who: Cosigner, checkpoint: Checkpoint) -> int | None:
    """Return the latest POSIX time at which `who` cosigned, or None; every line of its key must fit, else Failed."""
    times = [
        _check(line, who, checkpoint) for line in lines if (line.name, line.key_id) == (who.name, who.key_id)
    ]
    return max(times, default=None)


def _check(line: Line, who: Cosigner, checkpoint: Checkpoint) -> int:
    if len(line.signature) != 8 + _LENGTHS[who.kind][1] or line.signature[0] & 0x80:
        raise Failed(f"a line of {who.name} is not a time and a signature")
    (time,) = struct.unpack(">Q", line.signature[:8])
    message, signature = _message(who, checkpoint, time), line.signature[8:]
    try:
        if who.kind == ED25519:
            keys.check_signature("ed25519", _ED25519_SPKI_HEAD + who.raw, message, signature)
        else:
            MLDSA44PublicKey.from_public_bytes(who.raw).verify(signature, message)
    except (Failed, InvalidSignature, ValueError) as fault:
        raise Failed(f"the cosignature of {who.name} does not fit the checkpoint") from fault
    return int(time)


def _message(who: Cosigner, checkpoint: Checkpoint, time: int) -> bytes:
    root = text.base64_text(checkpoint.root)
    if who.kind == ED25519:  # log-v1 4.1
        lines = ("cosignature/v1", f"time {time}", checkpoint.origin, str(checkpoint.size), root)
        return "".join(f"{line}\n" for line in lines).encode()
    name, origin = who.name.encode(), checkpoint.origin.encode()  # log-v1 4.2
    if len(name) > 255 or len(origin) > 255:
        raise Failed("a name is over 255 bytes")
    shape = f">12sB{len(name)}sQB{len(origin)}sQQ32s"
    return struct.pack(
        shape,
        b"subtree/v1\n",
        len(name),
        name,
        time,
        len(origin),
        origin,
        0,
        checkpoint.size,
        checkpoint.root,
    )

"""Cosignatures: what witnesses, and the log's second key, sign about a checkpoint (docs/spec/log-v1.md section 4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from custody import values
from custody.errors import Malformed, NotProven, SignatureRefused
from events.checkpoint import Checkpoint, require_origin
from events.note import ED25519, NoteSignature, VerifierKey, key_id, parse_vkey, require_key_name
from events.public_keys import PublicKey, ed25519_from_raw

COSIGNER: Final = 0x04  # Ed25519, with a time
ML_DSA: Final = 0x06  # ML-DSA-44, with a time
ML_DSA_KEY: Final = 1312  # bytes of FIPS 204's smallest public key
ML_DSA_SIGNATURE: Final = 2420
MAX_NAME: Final = 255  # bytes: a length of one byte stands before it
MAX_TIME: Final = 2**63 - 1

_TIME: Final = 8  # bytes
_LABEL: Final = b"subtree/v1\n\0"
_vkey = re.compile(r"([^+]+)\+([0-9a-f]{8})\+(.+)", re.DOTALL).fullmatch


@dataclass(frozen=True, slots=True)
class CosignerKey:
    """A key that cosigns: type 0x04 or 0x06, its public bytes, and the name under which it signs."""

    name: str
    kind: int
    raw: bytes

    @property
    def key_id(self) -> bytes:
        """The first 4 bytes of SHA-256(name, newline, type, public key)."""
        return key_id(self.name, bytes((self.kind,)) + self.raw)

    @property
    def vkey(self) -> str:
        """The text that other programs take."""
        typed = bytes((self.kind,)) + self.raw
        return f"{self.name}+{self.key_id.hex()}+{values.to_base64(typed)}"

    def made(self, line: NoteSignature) -> bool:
        """Whether a line claims to be of this key: by name and key id, so it must verify."""
        return (line.name, line.key_id) == (self.name, self.key_id)

    def verify(self, line: NoteSignature, checkpoint: Checkpoint) -> int:
        """Return the POSIX time of a cosignature over the checkpoint. Raises NotProven."""
        time, signature = int.from_bytes(line.payload[:_TIME], "big"), line.payload[_TIME:]
        if len(line.payload) < _TIME or time > MAX_TIME:
            raise NotProven(f"the cosignature of {self.name} has no time")
        try:
            if self.kind == COSIGNER:
                ed25519_from_raw(self.raw).verify(ed25519_message(checkpoint, time), signature)
            else:
                _ml_dsa(self.raw).verify(signature, ml_dsa_message(self.name, checkpoint, time))
        except (SignatureRefused, InvalidSignature, ValueError) as fault:
            raise NotProven(f"the cosignature of {self.name} does not fit the checkpoint") from fault
        return time


LogVerifier: TypeAlias = VerifierKey | CosignerKey
"""A key of a log: type 0x01, or type 0x06."""


@dataclass(frozen=True, slots=True)
class MlDsaLogKey:
    """The ML-DSA-44 key of a log, which signs published checkpoints beside the Ed25519 key; same name."""

    verifier: CosignerKey
    _private: MLDSA44PrivateKey

    @classmethod
    def from_seed(cls, origin: str, seed: bytes) -> Self:
        """Return the key of a 32-byte seed."""
        private = MLDSA44PrivateKey.from_seed_bytes(seed)
        raw = private.public_key().public_bytes_raw()
        return cls(CosignerKey(require_origin(origin), ML_DSA, raw), private)

    @classmethod
    def generate(cls, origin: str) -> tuple[Self, bytes]:
        """Make a new key for an origin; also return its 32-byte seed, which is all that must be kept."""
        seed = MLDSA44PrivateKey.generate().private_bytes_raw()
        return cls.from_seed(origin, seed), seed

    def __repr__(self) -> str:
        return f"MlDsaLogKey({self.verifier.name}+{self.verifier.key_id.hex()})"

    @property
    def vkey(self) -> str:
        """The public half as text."""
        return self.verifier.vkey

    def sign(self, checkpoint: Checkpoint) -> NoteSignature:
        """Return the line of a committed tree. Signing is randomised: keep the line, never make it twice."""
        message = ml_dsa_message(self.verifier.name, checkpoint, 0)  # log-v1 4.2: the log's own time is 0
        payload = bytes(_TIME) + self._private.sign(message)
        return NoteSignature(self.verifier.name, self.verifier.key_id, payload)


def ed25519_message(checkpoint: Checkpoint, time: int) -> bytes:
    """Return what an Ed25519 cosigner signs (log-v1 4.1)."""
    return f"cosignature/v1\ntime {time}\n{checkpoint.text}".encode()


def ml_dsa_message(name: str, checkpoint: Checkpoint, time: int) -> bytes:
    """Return what an ML-DSA-44 cosigner signs (log-v1 4.2). Raises NotProven for a name over 255 bytes."""
    numbers = (part.to_bytes(8, "big") for part in (0, checkpoint.size))
    return b"".join(
        (
            _LABEL,
            _with_length(name),
            time.to_bytes(_TIME, "big"),
            _with_length(checkpoint.origin),
            *numbers,
            checkpoint.root,
        )
    )


def parse_cosigner(text: str, path: str = "vkey") -> CosignerKey:
    """Return the key of a vkey of type 0x04 or 0x06. Raises Malformed, for a weak key as well."""
    match = _vkey(text)
    if not match:
        raise Malformed(path, "is not <name>+<key id>+<key>")
    name, typed = require_key_name(match[1], path), values.from_base64(match[3], path)
    if match[2] != key_id(name, typed).hex():
        raise Malformed(path, "has a key id that is not of this name and key")
    if len(name.encode()) > MAX_NAME:
        raise Malformed(path, f"has a name over {MAX_NAME} bytes")
    _require_key(typed, path)
    return CosignerKey(name, typed[0], typed[1:])


def parse_log_vkey(text: str, path: str = "vkey") -> LogVerifier:
    """Return the key of a log's vkey: type 0x01 or 0x06. Raises Malformed."""
    kind = values.from_base64(text.split("+", 2)[-1], path)[:1]
    if kind == bytes((ED25519,)):
        return parse_vkey(text, path)
    found = parse_cosigner(text, path)
    if found.kind != ML_DSA:
        raise Malformed(path, "is not a log's key: type 0x01 or 0x06")
    return found


def _require_key(typed: bytes, path: str) -> PublicKey | MLDSA44PublicKey:
    try:
        if typed[:1] == bytes((COSIGNER,)) and len(typed) == 33:
            return ed25519_from_raw(typed[1:])
        if typed[:1] == bytes((ML_DSA,)) and len(typed) == 1 + ML_DSA_KEY:
            return _ml_dsa(typed[1:])
    except (SignatureRefused, ValueError) as fault:
        raise Malformed(path, "is not a good key") from fault
    raise Malformed(path, "is not a cosigner's key: type 0x04 or 0x06")


def _ml_dsa(raw: bytes) -> MLDSA44PublicKey:
    return MLDSA44PublicKey.from_public_bytes(raw)


def _with_length(text: str) -> bytes:
    data = text.encode()
    if len(data) > MAX_NAME:
        raise NotProven(f"a name is over {MAX_NAME} bytes")
    return bytes((len(data),)) + data

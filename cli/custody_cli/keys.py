"""The officer's private keys: made here, kept encrypted, never sent anywhere (entry-v1, keys; PKCS#8 PEM)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from custody_cli.faults import Denied, Misuse
from custody_verifier.canonical import Json
from custody_verifier.keys import fingerprint
from custody_verifier.text import base64_text

Use = Literal["act", "session"]
ALGORITHM = "ed25519"


@dataclass(frozen=True, slots=True)
class Key:
    """A private key and what it may be used for; `fingerprint` is the hex SHA-256 of its SPKI DER."""

    use: Use
    private: Ed25519PrivateKey

    @property
    def spki(self) -> bytes:
        """The DER of the public half."""
        return self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def fingerprint(self) -> str:
        """The name of the key."""
        return fingerprint(self.spki)

    def public(self) -> dict[str, Json]:
        """Return the public half as acts carry it."""
        return {"algorithm": ALGORITHM, "spki": base64_text(self.spki), "use": self.use}

    def sign(self, message: bytes) -> dict[str, Json]:
        """Return the signature over a message as acts and sessions carry it."""
        return {"algorithm": ALGORITHM, "value": base64_text(self.private.sign(message))}


def new_key(use: Use) -> Key:
    """Make a key."""
    return Key(use, Ed25519PrivateKey.generate())


def to_pem(key: Key, passphrase: bytes | None) -> bytes:
    """Return the PKCS#8 PEM of a key, encrypted unless there is no passphrase."""
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def is_encrypted(pem: bytes) -> bool:
    """Tell whether a PEM needs a passphrase."""
    return b"ENCRYPTED" in pem.partition(b"\n")[0]


def from_pem(pem: bytes, use: Use, passphrase: bytes | None) -> Key:
    """Return the key of a PEM. Raises Denied for a wrong passphrase, Misuse for another kind of key."""
    try:
        private = load_pem_private_key(pem, passphrase if is_encrypted(pem) else None)
    except (ValueError, TypeError) as fault:
        raise Denied("key.passphrase-wrong") from fault
    if not isinstance(private, Ed25519PrivateKey):
        raise Misuse("key.kind", algorithm=ALGORITHM)
    return Key(use, private)


def read_aloud(name: str) -> str:
    """Return a fingerprint in groups of four digits, as one person reads it to another."""
    return " ".join(name[at : at + 4] for at in range(0, len(name), 4))

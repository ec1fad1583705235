"""Compose signed acts as a client does, with real keys that are derived from names: the same story each run."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from custody.act import (
    ACT_PREFIX,
    ACTS_PREFIX,
    ENROL_PREFIX,
    Act,
    Batch,
    Disclosure,
    Seen,
    Signature,
    read_act,
)
from custody.canonical import Json, canonical
from custody.keys import fingerprint
from custody.ports import Submission
from custody.states import State
from custody.values import Fingerprint, LedgerId, PersonId, to_base64, to_base64url

NOON = "2026-11-22T12:00:00+02:00"


def seed(name: str) -> bytes:
    """Return 32 bytes that belong to a name."""
    return hashlib.sha256(b"custody test seed\n" + name.encode()).digest()


def uuid_of(name: str) -> str:
    """Return the UUID that belongs to a name, version 4 in form."""
    return str(uuid.UUID(bytes=seed(name)[:16], version=4))


@dataclass(frozen=True)
class SigningKey:
    """A private key of one algorithm and one use."""

    private: Ed25519PrivateKey | ec.EllipticCurvePrivateKey
    algorithm: str
    use: str

    @classmethod
    def of(cls, name: str, algorithm: str = "ed25519", use: str = "act") -> SigningKey:
        """Return the key that belongs to a name."""
        if algorithm == "ed25519":
            return cls(Ed25519PrivateKey.from_private_bytes(seed(name)), algorithm, use)
        number = int.from_bytes(seed(name), "big") >> 1
        return cls(ec.derive_private_key(number, ec.SECP256R1()), algorithm, use)

    @property
    def spki(self) -> bytes:
        """The public key's SubjectPublicKeyInfo in DER."""
        return self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def fingerprint(self) -> Fingerprint:
        """Hex SHA-256 of the SPKI."""
        return fingerprint(self.spki)

    def public(self) -> dict[str, Json]:
        """Return the member of an act that carries this key."""
        return {"algorithm": self.algorithm, "spki": to_base64(self.spki), "use": self.use}

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message: Ed25519, or ECDSA over SHA-256 in DER."""
        if isinstance(self.private, Ed25519PrivateKey):
            return self.private.sign(message)
        return self.private.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))

    def proof(self, ledger: LedgerId, person: PersonId) -> str:
        """Return the proof of possession that person.key-added.v1 carries for a session key."""
        claim: Json = {"key": self.fingerprint, "ledger": ledger, "person": person}
        return to_base64(self.sign(ENROL_PREFIX + canonical(claim)))


@dataclass(frozen=True)
class Officer:
    """A person with keys, who signs in one ledger and has seen one of its checkpoints."""

    name: str
    person: PersonId
    key: SigningKey
    session: SigningKey
    ledger: LedgerId | None = None
    seen: Seen | None = None

    @classmethod
    def of(cls, name: str, algorithm: str = "ed25519") -> Officer:
        """Return the person that belongs to a name."""
        person = PersonId(f"person/{uuid_of(name)}")
        return cls(
            name, person, SigningKey.of(name, algorithm), SigningKey.of(f"{name} session", use="session")
        )

    def at(self, ledger: LedgerId, size: int, root: bytes) -> Officer:
        """Return this person, having verified a checkpoint of `size` entries."""
        return replace(self, ledger=ledger, seen=Seen(size, root))

    def with_key(self, key: SigningKey) -> Officer:
        """Return this person, signing with another key."""
        return replace(self, key=key)

    def act(
        self,
        kind: str,
        stream: str,
        public: Mapping[str, Json] | None = None,
        body: Mapping[str, Json] | None = None,
        *,
        after: State | Act | None = None,
        occurred_at: str = NOON,
        salts: str | None = None,
    ) -> tuple[Act, tuple[Disclosure, ...]]:
        """Return an act that follows `after` in its stream, unsigned, with the disclosures of its body.

        Salts derive from the stream, the place in it and the member's name, so that a story repeats itself.
        """
        previous = after.hash if isinstance(after, Act) else None if after is None else after.previous
        version = 1 if after is None else after.version + 1
        origin = salts or f"{self.ledger} {stream} {version} {previous}"
        disclosures = tuple(
            Disclosure(to_base64url(seed(f"{origin} {name}")[:16]), name, value)
            for name, value in sorted((body or {}).items())
        )
        found: Json = {
            "actor": {"key": self.key.fingerprint, "person": self.person},
            "body": {each.name: each.commitment() for each in disclosures},
            "ledger": self.ledger,
            "occurred_at": occurred_at,
            "previous": previous,
            "public": dict(public or {}),
            "seen": None
            if self.seen is None
            else {"root": to_base64(self.seen.root), "size": self.seen.size},
            "stream": stream,
            "type": kind,
            "version": version,
        }
        return read_act(found), disclosures

    def compose(
        self,
        kind: str,
        stream: str,
        public: Mapping[str, Json] | None = None,
        body: Mapping[str, Json] | None = None,
        *,
        after: State | Act | None = None,
        occurred_at: str = NOON,
    ) -> Submission:
        """Return a signed act with its disclosures; `after` is its stream's state or last act."""
        act, disclosures = self.act(kind, stream, public, body, after=after, occurred_at=occurred_at)
        return self.sign(act, disclosures)

    def sign(self, act: Act, disclosures: tuple[Disclosure, ...]) -> Submission:
        """Return an act signed by itself."""
        signature = Signature(self.key.algorithm, self.key.sign(act.message), None)
        return Submission(act, disclosures, signature)

    def sign_together(self, acts: Sequence[tuple[Act, tuple[Disclosure, ...]]]) -> list[Submission]:
        """Return acts under one signature (entry-v1, section 6)."""
        messages = [act.message for act, _ in acts]
        signed = self.key.sign(ACTS_PREFIX + to_base64(tree_root(messages)).encode() + b"\n")
        size = len(messages)
        return [
            Submission(
                act,
                disclosures,
                Signature(self.key.algorithm, signed, Batch(at, size, tree_path(at, messages))),
            )
            for at, (act, disclosures) in enumerate(acts)
        ]


# --- RFC 6962 section 2.1, as its text has it: slow and plain ------------------------------------------


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """Return the Merkle tree hash of one or more leaves."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    middle = _middle(len(leaves))
    return hashlib.sha256(b"\1" + tree_root(leaves[:middle]) + tree_root(leaves[middle:])).digest()


def tree_path(at: int, leaves: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return the inclusion path of the leaf at an index."""
    if len(leaves) == 1:
        return ()
    middle = _middle(len(leaves))
    if at < middle:
        return (*tree_path(at, leaves[:middle]), tree_root(leaves[middle:]))
    return (*tree_path(at - middle, leaves[middle:]), tree_root(leaves[:middle]))


def _middle(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)


def recompose(
    act: Act, disclosures: tuple[Disclosure, ...], changed: Mapping[str, Json] | None = None, **members: Json
) -> tuple[Act, tuple[Disclosure, ...]]:
    """Return an act with some top members replaced: what an attacker, or a mistaken client, would make."""
    found = _parsed(act)
    found.update({**(changed or {}), **members})
    return read_act(found), disclosures


def _parsed(act: Act) -> dict[str, Json]:
    import json  # noqa: PLC0415 - only attacks read acts without the canonical reader

    found: dict[str, Json] = json.loads(act.message[len(ACT_PREFIX) :])
    return found

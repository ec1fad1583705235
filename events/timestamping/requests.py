"""Requests to a time-stamping authority (RFC 3161, 2.4.1; log-v1 9.1)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from asn1crypto import tsp

QUERY: Final = "application/timestamp-query"
NONCE_BITS: Final = 128


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: the SHA-256 digest to be stamped, a nonce, and the policy or None."""

    imprint: bytes
    nonce: int
    policy: str | None = None

    @classmethod
    def over(cls, imprint: bytes, policy: str | None = None) -> Self:
        """Return a request over a digest with a fresh nonce."""
        return cls(imprint, secrets.randbits(NONCE_BITS) | 1 << (NONCE_BITS - 1), policy)

    def to_bytes(self) -> bytes:
        """Return the TimeStampReq."""
        members: dict[str, object] = {
            "version": "v1",
            "message_imprint": {
                "hash_algorithm": {"algorithm": "sha256"},
                "hashed_message": self.imprint,
            },
            "nonce": self.nonce,
            "cert_req": True,
        }
        if self.policy is not None:
            members["req_policy"] = self.policy
        data: bytes = tsp.TimeStampReq(members).dump()
        return data


def imprint_of(text: str) -> bytes:
    """Return what is stamped of a checkpoint: the digest of its text."""
    return sha256(text.encode()).digest()

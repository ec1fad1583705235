"""Public keys that may sign: strict reading, weak keys refused, signatures checked (ledger-v1 section 7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from custody.errors import SignatureRefused
from custody.keys import ED25519, ES256, Key, fingerprint, weakness
from custody.values import Fingerprint

# RFC 8410 section 4: SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING of 32 bytes }
ED25519_SPKI: Final = bytes.fromhex("302a300506032b6570032100")
# RFC 5480: SEQUENCE { SEQUENCE { OID ecPublicKey, OID prime256v1 }, BIT STRING of an uncompressed point }
ES256_SPKI: Final = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200") + b"\x04"

ED25519_ORDER: Final = 2**252 + 27742317777372353535851937790883648493  # RFC 8032 5.1
P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # SEC 2 2.4.2

_ECDSA: Final = ec.ECDSA(SHA256())


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that passed every check of ledger-v1 section 7. `fingerprint` is the hex SHA-256 of `spki`."""

    algorithm: str
    spki: bytes
    fingerprint: Fingerprint
    _check: Callable[[bytes, bytes], None]

    def verify(self, message: bytes, signature: bytes) -> None:
        """Check a signature over `message`; raises SignatureRefused."""
        self._check(message, signature)


def verify(algorithm: str, spki: bytes, message: bytes, signature: bytes) -> None:
    """Check a signature by the key with this SPKI DER.

    Raises SignatureRefused when the key is refused or the signature does not fit the message.
    """
    read_public_key(algorithm, spki).verify(message, signature)


@lru_cache(maxsize=4096)
def read_public_key(algorithm: str, spki: bytes) -> PublicKey:
    """Return the key of an exact SPKI DER; keys read before are kept, since each act asks for one.

    Raises SignatureRefused for another algorithm or encoding and for weak keys.
    """
    if algorithm == ED25519:
        check = _ed25519(spki)
    elif algorithm == ES256:
        check = _es256(spki)
    else:
        raise SignatureRefused(f"there is no key algorithm {algorithm[:20]!r}")
    return PublicKey(algorithm, spki, fingerprint(spki), check)


def ed25519_from_raw(raw: bytes) -> PublicKey:
    """Return the key of 32 raw bytes, as a vkey of a signed note holds it; raises SignatureRefused."""
    return read_public_key(ED25519, ED25519_SPKI + raw)


def _ed25519(spki: bytes) -> Callable[[bytes, bytes], None]:
    if not spki.startswith(ED25519_SPKI) or len(spki) != len(ED25519_SPKI) + 32:
        raise SignatureRefused("the key is not the DER of an Ed25519 public key")
    _refuse_weak(ED25519, spki)
    key = Ed25519PublicKey.from_public_bytes(spki[-32:])

    def check(message: bytes, signature: bytes) -> None:
        # RFC 8032 5.1.7: 64 bytes, S < L; said here although the library says it too.
        if len(signature) != 64 or int.from_bytes(signature[32:], "little") >= ED25519_ORDER:
            raise SignatureRefused("the signature is not an Ed25519 signature")
        try:
            key.verify(signature, message)
        except InvalidSignature as fault:
            raise SignatureRefused("the signature does not fit the message and the key") from fault

    return check


def _es256(spki: bytes) -> Callable[[bytes, bytes], None]:
    if not spki.startswith(ES256_SPKI) or len(spki) != len(ES256_SPKI) + 64:
        raise SignatureRefused("the key is not the DER of a P-256 public key")
    _refuse_weak(ES256, spki)
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), spki[-65:])

    def check(message: bytes, signature: bytes) -> None:
        _refuse_loose_ecdsa(signature)
        try:
            key.verify(signature, message, _ECDSA)
        except InvalidSignature as fault:
            raise SignatureRefused("the signature does not fit the message and the key") from fault

    return check


def _refuse_weak(algorithm: str, spki: bytes) -> None:
    reason = weakness(Key(algorithm, spki, "act", fingerprint(spki)))
    if reason is not None:
        raise SignatureRefused(f"the key is refused: {reason}")


def _refuse_loose_ecdsa(signature: bytes) -> None:
    """Refuse all but the DER of SEQUENCE { INTEGER r, INTEGER s }, 0 < r, s < n; a high s is allowed.

    Both numbers are below 2^256, so every length fits in one byte.
    """
    if len(signature) < 8 or signature[0] != 0x30 or signature[1] != len(signature) - 2:
        raise SignatureRefused("the signature is not the DER of an ECDSA signature")
    rest = signature[2:]
    for _ in "rs":
        rest = _after_scalar(rest)
    if rest:
        raise SignatureRefused("the signature has bytes after its end")


def _after_scalar(data: bytes) -> bytes:
    """Read one INTEGER from 1 to n-1 in its shortest form and return what follows it."""
    length = data[1] if len(data) > 2 and data[0] == 0x02 else 0
    body = data[2 : 2 + length]
    shortest = body[:1] != b"\x00" or (len(body) > 1 and body[1] >= 0x80)
    if not body or len(body) != length or body[0] >= 0x80 or not shortest:
        raise SignatureRefused("the signature is not the DER of an ECDSA signature")
    if not 0 < int.from_bytes(body, "big") < P256_ORDER:
        raise SignatureRefused("a number of the signature is out of range")
    return data[2 + length :]

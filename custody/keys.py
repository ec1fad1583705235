"""Public keys as acts carry them: their form, their fingerprint, and keys too weak to trust (entry-v1, section 7)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from custody import values
from custody.canonical import Json
from custody.errors import Malformed
from custody.values import Fingerprint

ED25519: Final = "ed25519"
ES256: Final = "es256"
USES: Final = frozenset({"act", "session"})

# RFC 8410 section 4: AlgorithmIdentifier id-Ed25519 without parameters, then 32 bytes of key.
_ED25519_SPKI = bytes.fromhex("302a300506032b6570032100")
# RFC 5480 section 2: id-ecPublicKey with prime256v1, then an uncompressed point (0x04, X, Y).
_ES256_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
_LENGTHS = {ED25519: (_ED25519_SPKI, 44), ES256: (_ES256_SPKI, 91)}


@dataclass(frozen=True, slots=True)
class Key:
    """A public key: `spki` is the SubjectPublicKeyInfo in DER, `use` is `act` or `session`."""

    algorithm: str
    spki: bytes
    use: str
    fingerprint: Fingerprint


def fingerprint(spki: bytes) -> Fingerprint:
    """Return the hex SHA-256 of a key's SPKI DER, by which acts name it."""
    return Fingerprint(hashlib.sha256(spki).hexdigest())


def read_key(value: Json, path: str, use: str | None = None) -> Key:
    """Return the key of `{algorithm, spki, use}`; `use` demands one use. Raises Malformed."""
    if not isinstance(value, dict) or value.keys() != {"algorithm", "spki", "use"}:
        raise Malformed(path, "is not {algorithm, spki, use}")
    algorithm = values.text(value["algorithm"], f"{path}.algorithm")
    if algorithm not in _LENGTHS:
        raise Malformed(f"{path}.algorithm", "is not a known algorithm")
    found = values.text(value["use"], f"{path}.use")
    if found not in USES or (use is not None and found != use):
        raise Malformed(f"{path}.use", f"is not {use or 'act or session'}")
    spki = values.from_base64(value["spki"], f"{path}.spki")
    prefix, length = _LENGTHS[algorithm]
    if len(spki) != length or not spki.startswith(prefix):
        raise Malformed(f"{path}.spki", f"is not the one DER form of a key for {algorithm}")
    return Key(algorithm, spki, found, fingerprint(spki))


# --- weak keys: under them anybody, or nobody, can sign ------------------------------------------------

_P25519 = 2**255 - 19
_D25519 = -121665 * pow(121666, -1, _P25519) % _P25519
_P256 = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B256 = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


def weakness(key: Key) -> str | None:
    """Return why nobody can be bound by a signature of `key`, or None when it is sound."""
    if key.algorithm == ED25519:
        return _weakness_ed25519(key.spki[len(_ED25519_SPKI) :])
    return _weakness_es256(key.spki[len(_ES256_SPKI) :])


def _weakness_ed25519(encoded: bytes) -> str | None:
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= _P25519:
        return "the point is not in canonical form (RFC 8032 section 5.1.3)"
    x = _x_of(y, sign)
    if x is None:
        return "the point is not on the curve (RFC 8032 section 5.1.3)"
    point = (x, y)
    for _ in range(3):  # the cofactor is 8: eight times a point of small order is the neutral point
        point = _doubled(point)
    return "the point has small order" if point == (0, 1) else None


def _x_of(y: int, sign: int) -> int | None:
    """Return x of a compressed point (RFC 8032 section 5.1.3), or None when there is none."""
    square = (y * y - 1) * pow(_D25519 * y * y + 1, -1, _P25519) % _P25519
    x = pow(square, (_P25519 + 3) // 8, _P25519)
    if (x * x - square) % _P25519:
        x = x * pow(2, (_P25519 - 1) // 4, _P25519) % _P25519
    if (x * x - square) % _P25519 or (x == 0 and sign):
        return None
    return x if x & 1 == sign else _P25519 - x


def _doubled(point: tuple[int, int]) -> tuple[int, int]:
    x, y = point
    product = _D25519 * x * x * y * y % _P25519
    return (
        2 * x * y * pow(1 + product, -1, _P25519) % _P25519,
        (y * y + x * x) * pow(1 - product, -1, _P25519) % _P25519,
    )


def _weakness_es256(encoded: bytes) -> str | None:
    x, y = int.from_bytes(encoded[:32], "big"), int.from_bytes(encoded[32:], "big")
    if x >= _P256 or y >= _P256 or (y * y - (x * x * x - 3 * x + _B256)) % _P256:
        return "the point is not on the curve P-256"
    return None

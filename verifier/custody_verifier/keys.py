"""Public keys and signatures: exact encodings, weak keys refused (ledger-v1 section 7)."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from custody_verifier.errors import Failed, NotKnown

_ED25519_HEAD = bytes.fromhex("302a300506032b6570032100")
_P256_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")

_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
_L = 2**252 + 27742317777372353535851937790883648493
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

_Y_OF_ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
SMALL_ORDER_Y = frozenset({1, _P - 1, 0, _Y_OF_ORDER_8, _P - _Y_OF_ORDER_8})
"""The y coordinates of the points of order 1, 2, 4 and 8: those of order 8 solve d y^4 + 2 y^2 - 1 = 0."""


def fingerprint(spki: bytes) -> str:
    """Return the name of a key: the hex SHA-256 of its SPKI DER."""
    return sha256(spki).hexdigest()


def check_key(algorithm: str, spki: bytes) -> None:
    """Raise Failed unless `spki` is the exact DER of a strong key of `algorithm`; NotKnown for another one."""
    _load(algorithm, spki)


def check_signature(algorithm: str, spki: bytes, message: bytes, signature: bytes) -> None:
    """Raise Failed unless the key made the signature over `message`; NotKnown for another algorithm."""
    key = _load(algorithm, spki)
    try:
        if isinstance(key, Ed25519PublicKey):
            _check_ed25519_form(signature)
            key.verify(signature, message)
        else:
            _check_es256_form(signature)
            key.verify(signature, message, ec.ECDSA(SHA256()))
    except InvalidSignature as fault:
        raise Failed("the signature does not fit the message and the key") from fault


@lru_cache(maxsize=4096)
def _load(algorithm: str, spki: bytes) -> Ed25519PublicKey | ec.EllipticCurvePublicKey:
    if algorithm == "ed25519":
        return _load_ed25519(spki)
    if algorithm == "es256":
        return _load_es256(spki)
    raise NotKnown("key", f"the algorithm {algorithm!r}")


def _load_ed25519(spki: bytes) -> Ed25519PublicKey:
    raw = spki[len(_ED25519_HEAD) :]
    if spki[: len(_ED25519_HEAD)] != _ED25519_HEAD or len(raw) != 32:
        raise Failed("the key is not the exact DER of an Ed25519 key")
    y = int.from_bytes(raw, "little") % 2**255
    if y >= _P:
        raise Failed("the key's point is not encoded canonically")
    if y in SMALL_ORDER_Y:  # x = 0 with a sign bit, the other bad encoding, has y = 1 or y = -1
        raise Failed("the key is a point of small order")
    # x^2 = (y^2 - 1) / (d y^2 + 1) must have a root: Euler's criterion over the product of both
    if pow((y * y - 1) * (_D * y * y + 1), (_P - 1) // 2, _P) != 1:
        raise Failed("the key is not a point of the curve")
    return Ed25519PublicKey.from_public_bytes(raw)


def _load_es256(spki: bytes) -> ec.EllipticCurvePublicKey:
    if spki[: len(_P256_HEAD)] != _P256_HEAD or len(spki) != len(_P256_HEAD) + 64:
        raise Failed("the key is not the exact DER of a P-256 key")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + spki[-64:])
    except ValueError as fault:
        raise Failed("the key is not a point of P-256") from fault


def _check_ed25519_form(signature: bytes) -> None:
    """RFC 8032 5.1.7: 64 bytes, S < L."""
    if len(signature) != 64 or int.from_bytes(signature[32:], "little") >= _L:
        raise Failed("the signature is not an Ed25519 signature")


def _check_es256_form(signature: bytes) -> None:
    """DER of two numbers from 1 to n - 1, in its only spelling; a high s is allowed."""
    try:
        r, s = utils.decode_dss_signature(signature)
    except ValueError as fault:
        raise Failed("the signature is not the DER of an ECDSA signature") from fault
    if not (0 < r < _N and 0 < s < _N) or utils.encode_dss_signature(r, s) != signature:
        raise Failed("the signature is not the only spelling of two numbers in range")

"""Weak keys and loose signatures are refused by both implementations."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from custody_verifier.keys import SMALL_ORDER_Y
from tests.conformance.implementations import Implementation, both

KEYS = json.loads((Path(__file__).parents[1] / "vectors/weak_keys/keys.json").read_text())
MESSAGE = b"custody-act/1\n{}"

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
L = 2**252 + 27742317777372353535851937790883648493
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

ED25519 = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ED25519_SPKI = ED25519.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
ES256 = ec.derive_private_key(12345, ec.SECP256R1())
ES256_SPKI = ES256.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _added(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    (x, y), (u, v) = one, other
    product = D * x * u * y * v % P
    return (x * v + u * y) * pow(1 + product, -1, P) % P, (y * v + x * u) * pow(1 - product, -1, P) % P


def _times(count: int, point: tuple[int, int]) -> tuple[int, int]:
    total = (0, 1)
    while count:
        if count & 1:
            total = _added(total, point)
        point, count = _added(point, point), count >> 1
    return total


def _small_order_points() -> set[tuple[int, int]]:
    """Multiply points by L until one of order 8 is left; its multiples are all points of small order."""
    y = 1
    while True:
        y += 1
        x_squared = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
        x = pow(x_squared, (P + 3) // 8, P)
        for root in (x, x * pow(2, (P - 1) // 4, P) % P):
            torsion = _times(L, (root, y)) if root * root % P == x_squared else (0, 1)
            points = {_times(count, torsion) for count in range(8)}
            if len(points) == 8:
                return points


def test_all_encodings_of_small_order_are_in_the_vectors() -> None:
    """The eight points give 14 encodings that a lax decoder takes, and the vectors hold each."""
    encodings = {
        (written | sign << 255).to_bytes(32, "little")
        for x, y in _small_order_points()
        for written in (y, y + P)
        if written < 2**255
        for sign in ([0, 1] if x == 0 else [x & 1])
    }
    listed = {bytes.fromhex(each["spki"])[-32:] for each in KEYS["bad"] if each["why"].startswith("order ")}
    assert (14, encodings) == (len(encodings), listed)


def test_the_verifiers_table_is_that_of_the_curve() -> None:
    """The verifier's table holds exactly the y coordinates of the points of small order."""
    assert {y for _, y in _small_order_points()} == SMALL_ORDER_Y


def test_the_library_alone_takes_a_weak_key() -> None:
    """The check is ours to make: under the neutral element the library takes one signature for any message."""
    neutral = (1).to_bytes(32, "little")
    for message in (MESSAGE, b"anything"):
        Ed25519PublicKey.from_public_bytes(neutral).verify(neutral + bytes(32), message)


@both
@pytest.mark.parametrize("case", KEYS["bad"], ids=lambda case: f"{case['algorithm']}: {case['why']}")
def test_a_bad_key_is_refused(implementation: Implementation, case: dict[str, str]) -> None:
    """Each bad key of the vectors is refused."""
    with pytest.raises(implementation.refusals):
        implementation.check_key(case["algorithm"], bytes.fromhex(case["spki"]))


@both
@pytest.mark.parametrize("algorithm", ["ed25519", "es256"])
def test_a_good_key_is_taken(implementation: Implementation, algorithm: str) -> None:
    """The good keys of the vectors are taken, and under no other algorithm's name."""
    implementation.check_key(algorithm, bytes.fromhex(KEYS["good"][algorithm]))
    for other in {"ed25519", "es256", "rsa", ""} - {algorithm}:
        with pytest.raises(implementation.refusals):
            implementation.check_key(other, bytes.fromhex(KEYS["good"][algorithm]))


@both
def test_signatures_of_both_algorithms_hold(implementation: Implementation) -> None:
    """A sound signature holds, over its message only."""
    for algorithm, spki, signature in (
        ("ed25519", ED25519_SPKI, ED25519.sign(MESSAGE)),
        ("es256", ES256_SPKI, ES256.sign(MESSAGE, ec.ECDSA(SHA256()))),
    ):
        implementation.check_signature(algorithm, spki, MESSAGE, signature)
        with pytest.raises(implementation.refusals):
            implementation.check_signature(algorithm, spki, MESSAGE + b" ", signature)


@both
def test_a_high_s_is_allowed(implementation: Implementation) -> None:
    """Signers may use s or n - s (entry-v1, section 6)."""
    r, s = utils.decode_dss_signature(ES256.sign(MESSAGE, ec.ECDSA(SHA256())))
    for each in (s, N - s):
        implementation.check_signature("es256", ES256_SPKI, MESSAGE, utils.encode_dss_signature(r, each))


def _loose_ed25519() -> dict[str, bytes]:
    sound = ED25519.sign(MESSAGE)
    s = int.from_bytes(sound[32:], "little")
    return {
        "S + L": sound[:32] + (s + L).to_bytes(32, "little"),
        "one byte too few": sound[:-1],
        "one byte too many": sound + b"\0",
        "empty": b"",
        "a flipped bit of R": bytes([sound[0] ^ 1]) + sound[1:],
    }


def _loose_es256() -> dict[str, bytes]:
    r, s = utils.decode_dss_signature(ES256.sign(MESSAGE, ec.ECDSA(SHA256())))
    sound = utils.encode_dss_signature(r, s)
    zero_padded = b"\x02" + bytes([sound[3] + 1]) + b"\0" + sound[4 : 4 + sound[3]] + sound[4 + sound[3] :]
    return {
        "r = 0": utils.encode_dss_signature(0, s),
        "s = 0": utils.encode_dss_signature(r, 0),
        "r = n": utils.encode_dss_signature(N, s),
        "s + n": utils.encode_dss_signature(r, s + N),
        "a negative number": b"\x30\x06\x02\x01\x81\x02\x01\x01",
        "a zero in front": b"\x30" + bytes([len(zero_padded)]) + zero_padded,
        "no number": b"\x30\x06\x02\x00\x02\x02\x01\x01",
        "a number cut off": b"\x30\x06\x02\x01\x01\x02\x20\x01",
        "only one number": b"\x30\x06\x02\x04\x01\x01\x01\x01",
        "long form of the length": b"\x30\x81" + sound[1:],
        "indefinite length": b"\x30\x80" + sound[2:] + b"\0\0",
        "a byte after the end": sound + b"\0",
        "a byte after the end, inside": b"\x30" + bytes([sound[1] + 1]) + sound[2:] + b"\0",
        "a set": b"\x31" + sound[1:],
        "an octet string inside": b"\x30" + sound[1:2] + b"\x04" + sound[3:],
        "r and s side by side": r.to_bytes(32, "big") + s.to_bytes(32, "big"),
        "empty": b"",
        "too short": b"\x30\x02\x02\x00",
        "other numbers": utils.encode_dss_signature(r, s ^ 1),
    }


LOOSE = [("ed25519", name, value) for name, value in _loose_ed25519().items()]
LOOSE += [("es256", name, value) for name, value in _loose_es256().items()]


@both
@pytest.mark.parametrize(("algorithm", "name", "signature"), LOOSE, ids=[f"{a}: {n}" for a, n, _ in LOOSE])
def test_a_loose_signature_is_refused(
    implementation: Implementation, algorithm: str, name: str, signature: bytes
) -> None:
    """A signature in another encoding than the only one, or out of range, is refused."""
    spki = {"ed25519": ED25519_SPKI, "es256": ES256_SPKI}[algorithm]
    with pytest.raises(implementation.refusals):
        implementation.check_signature(algorithm, spki, MESSAGE, signature)

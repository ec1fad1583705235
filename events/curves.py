"""Which points of the two curves are keys: just enough arithmetic to refuse the others (ledger-v1 section 7).

None of these numbers is secret, so nothing here needs to run in constant time.
"""

from __future__ import annotations

from typing import Final

from custody.errors import SignatureRefused

# RFC 8032 5.1: -x^2 + y^2 = 1 + d x^2 y^2 over 2^255 - 19, a group of order 8 L
_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P
_SQRT_OF_MINUS_1: Final = pow(2, (_P - 1) // 4, _P)
ED25519_ORDER: Final = 2**252 + 27742317777372353535851937790883648493

# SEC 2 2.4.2: y^2 = x^3 - 3 x + b, a group of prime order n, so no point but infinity is of small order
_Q: Final = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
_B: Final = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def refuse_weak_ed25519(raw: bytes) -> None:
    """Refuse 32 bytes that are not the one encoding of a curve point, or whose point is of small order.

    Under a key of small order anybody can sign some messages. Raises SignatureRefused.
    """
    x, y = _ed25519_point(raw)
    for _ in range(3):  # 8 P is the neutral element exactly when the order of P divides 8
        x, y = _doubled(x, y)
    if (x, y) == (0, 1):
        raise SignatureRefused("the key is a point of small order")


def refuse_off_p256(x: int, y: int) -> None:
    """Refuse coordinates that are not a point of P-256 in its one encoding. Raises SignatureRefused."""
    if x >= _Q or y >= _Q or (y * y - (x * x - 3) * x - _B) % _Q:
        raise SignatureRefused("the key is not a point of P-256")


def _ed25519_point(raw: bytes) -> tuple[int, int]:
    """Decode a point (RFC 8032 5.1.3), refusing what is not its one encoding."""
    number = int.from_bytes(raw, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= _P:
        raise SignatureRefused("the key is not the one encoding of its point")
    x_squared = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P  # d is no square, so d y^2 + 1 is never 0
    x = pow(x_squared, (_P + 3) // 8, _P)
    if x * x % _P != x_squared:
        x = x * _SQRT_OF_MINUS_1 % _P
    if x * x % _P != x_squared:
        raise SignatureRefused("the key is not a point of the curve")
    if x == 0 and sign:
        raise SignatureRefused("the key is not the one encoding of its point")
    return (_P - x if x & 1 != sign else x), y


def _doubled(x: int, y: int) -> tuple[int, int]:
    """Return 2 (x, y) by the addition law of the curve, which has no exceptions."""
    product = _D * x * x * y * y % _P
    return (
        2 * x * y * pow(1 + product, -1, _P) % _P,
        (y * y + x * x) * pow(1 - product, -1, _P) % _P,
    )

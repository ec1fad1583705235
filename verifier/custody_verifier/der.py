"""DER: a small strict reader of tags and lengths (X.690), for time-stamp tokens."""

from __future__ import annotations

from dataclasses import dataclass

from custody_verifier.errors import Malformed

SEQUENCE, SET, INTEGER, OCTETS, OID, TIME = 0x30, 0x31, 0x02, 0x04, 0x06, 0x18


@dataclass(frozen=True, slots=True)
class Value:
    """One value: its tag byte, its content, and all its bytes."""

    tag: int
    content: bytes
    whole: bytes

    def inside(self) -> list[Value]:
        """Return the values that the content holds, one after another."""
        found, left = [], self.content
        while left:
            value = first(left)
            found.append(value)
            left = left[len(value.whole) :]
        return found

    def need(self, *tags: int) -> list[Value]:
        """Return what is inside a SEQUENCE; raises Malformed unless it begins with values of these tags."""
        found = self.inside()
        if self.tag != SEQUENCE or [each.tag for each in found[: len(tags)]] != list(tags):
            raise Malformed("token", "is not of the form of RFC 3161")
        return found

    def oid(self) -> str:
        """Return an object identifier in dots."""
        if self.tag != OID or not self.content or self.content[-1] & 0x80:
            raise Malformed("token", "has a malformed object identifier")
        numbers, number = [], 0
        for byte in self.content:
            number = number << 7 | byte & 0x7F
            if not byte & 0x80:
                numbers.append(number)
                number = 0
        head = min(numbers[0] // 40, 2)
        return ".".join(map(str, [head, numbers[0] - 40 * head, *numbers[1:]]))


def first(data: bytes) -> Value:
    """Return the value that the bytes begin with; raises Malformed for what is not DER."""
    if len(data) < 2 or data[0] & 0x1F == 0x1F:
        raise Malformed("token", "is not DER")
    length, head = data[1], 2
    if length & 0x80:
        head += length & 0x7F
        length = int.from_bytes(data[2:head], "big")
        if not 2 < head <= 6 or length < 0x80 or data[2] == 0:
            raise Malformed("token", "is not DER")
    if len(data) < head + length:
        raise Malformed("token", "is cut off")
    return Value(data[0], data[head : head + length], data[: head + length])


def only(data: bytes, tag: int) -> Value:
    """Return the one value that the bytes are; raises Malformed."""
    value = first(data)
    if value.tag != tag or len(value.whole) != len(data):
        raise Malformed("token", "is not one DER value of its type")
    return value

"""Where the values of a DER structure stand in its bytes, and a certificate set put in DER's order (X.690)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from custody.errors import Malformed

SEQUENCE: Final = 0x30
SET: Final = 0x31
FIRST: Final = 0xA0  # [0], constructed


@dataclass(frozen=True, slots=True)
class Place:
    """One value: its tag, where it starts, where its content starts, where it ends."""

    data: bytes
    tag: int
    start: int
    content: int
    end: int

    @classmethod
    def at(cls, data: bytes, start: int, limit: int) -> Self:
        """Return the value that starts at a byte and ends at `limit` or before. Raises Malformed."""
        if start + 2 > limit or data[start] & 0x1F == 0x1F:
            raise Malformed("token", "is not DER")
        length, content = data[start + 1], start + 2
        if length & 0x80:
            content += length & 0x7F
            length = int.from_bytes(data[start + 2 : content], "big")
            if not start + 2 < content <= min(start + 6, limit) or length < 0x80 or not data[start + 2]:
                raise Malformed("token", "is not DER")
        if content + length > limit:
            raise Malformed("token", "is cut off")
        return cls(data, data[start], start, content, content + length)

    @property
    def whole(self) -> bytes:
        """Tag, length and content."""
        return self.data[self.start : self.end]

    def parts(self) -> list[Place]:
        """Return the values inside. Raises Malformed."""
        found, at = list[Place](), self.content
        while at < self.end:
            found.append(Place.at(self.data, at, self.end))
            at = found[-1].end
        return found

    def part(self, number: int, tag: int) -> Place:
        """Return one of the values inside. Raises Malformed unless it is there with this tag."""
        found = self.parts()
        if number >= len(found) or found[number].tag != tag:
            raise Malformed("token", "is not a time-stamp in DER")
        return found[number]


def token_of(response: bytes) -> Place | None:
    """Return the ContentInfo of a TimeStampResp, None where there is none. Raises Malformed."""
    whole = Place.at(response, 0, len(response))
    if whole.tag != SEQUENCE or whole.end != len(response):
        raise Malformed("token", "is not one DER value")
    return whole.part(1, SEQUENCE) if len(whole.parts()) > 1 else None


def in_order(response: bytes) -> bytes:
    """Return a TimeStampResp with its certificate set in DER's order; every other byte as it is.

    Some authorities do not sort the set, which no signature covers; strict readers refuse that. Raises Malformed.
    """
    token = token_of(response)
    if token is None:
        return response
    signed = token.part(1, FIRST).part(0, SEQUENCE)
    found = [each for each in signed.parts()[3:4] if each.tag == FIRST]
    for certificates in found:
        members = sorted(each.whole for each in certificates.parts())
        head, tail = response[: certificates.content], response[certificates.end :]
        return head + b"".join(members) + tail
    return response


def content_info(response: bytes) -> bytes:
    """Return the token of a TimeStampResp in DER: what log-v1 9.5 takes the leaf of. Raises Malformed."""
    token = token_of(in_order(response))
    if token is None:
        raise Malformed("token", "is not there")
    return token.whole

"""Ranges of what is sent: the one that a request asks for, and the first piece before the reply begins."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass

from api import problems

_range = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})", re.IGNORECASE).fullmatch


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes [start, end) of what is sent; `partial` when a range was asked for."""

    start: int
    end: int
    partial: bool


def span_of(header: str | None, size: int, *, if_range: str | None = None, etag: str | None = None) -> Span:
    """Return the bytes of a Range header: one range, or else the whole (RFC 9110 14.2).

    The whole as well when a part was asked for of something else than what is sent: `if_range` is that header, and
    `etag` names what is sent, where it has a name (13.1.5).

    A header that is not of the form, or whose last position is below its first, is no valid range: it is ignored
    (14.1.2). A valid one that has no byte here is refused (15.5.17).
    """
    if if_range is not None and if_range != etag:
        return Span(0, size, partial=False)
    found = _range(header or "")
    if found is None or not (found[1] or found[2]) or _is_backwards(found[1], found[2]):
        return Span(0, size, partial=False)
    if found[1]:
        start, end = int(found[1]), min(size, int(found[2]) + 1) if found[2] else size
    else:
        start, end = max(0, size - int(found[2])), size
    if start >= end:
        raise problems.Refused(problems.range_not_satisfiable(), {"Content-Range": f"bytes */{size}"})
    return Span(start, end, partial=True)


def _is_backwards(first: str, last: str) -> bool:
    return bool(first and last) and int(last) < int(first)


def primed(pieces: Iterator[bytes]) -> Generator[bytes]:
    """Fetch the first piece now, so that what cannot be read is told as a problem."""
    first = next(pieces, b"")

    def rest() -> Generator[bytes]:
        yield first
        yield from pieces

    return rest()

"""Strings of the formats, each with its one strict reader: base64, numbers, names, times (entry-v1, ledger-v1)."""

from __future__ import annotations

import re
from base64 import b64encode, urlsafe_b64encode
from binascii import Error, a2b_base64
from datetime import UTC, datetime

from custody_verifier.errors import Malformed

MOST = 2**53 - 1
"""The largest integer of the formats."""

_HASH = 32
_ONE_HASH = re.compile("[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=")
_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_PATTERNS = {
    "a decimal number without sign or leading zero": re.compile("0|[1-9][0-9]*"),
    "64 lower-case hex digits": re.compile("[0-9a-f]{64}"),
    "person/<uuid>": re.compile(f"person/{_UUID}"),
    "<kind>/<uuid>": re.compile(f"[a-z]{{1,20}}/{_UUID}"),
    "the name of a body's member": re.compile(r"(?!.{101})[a-z][a-z0-9_]*(?:/[a-z0-9-]+)*"),
    "an act type": re.compile(r"(?!.{61})[a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*\.v[1-9][0-9]{0,2}"),
    "a claimed time": re.compile(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(?:\.\d{1,6})?(?!-00:00)[+-]\d\d:[0-5]\d", re.ASCII
    ),
    "a recorded time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d\.\d{6}Z", re.ASCII),
    # The last letter carries 4 or 2 bits beyond the last byte: only letters with zeros there are the one spelling.
    "unpadded base64url of 16 bytes": re.compile("[A-Za-z0-9_-]{21}[AQgw]"),
    "unpadded base64url of 32 bytes": re.compile("[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"),
    "an algorithm": re.compile("[a-z0-9-]{1,30}"),
}


def grammar(value: object, path: str, name: str) -> str:
    """Return `value` if it is text of the named grammar; raises Malformed."""
    if not isinstance(value, str) or not _PATTERNS[name].fullmatch(value):
        raise Malformed(path, f"is not {name}")
    return value


def number(text: str, path: str) -> int:
    """Return a decimal number of at most 2^53 - 1."""
    grammar(text, path, "a decimal number without sign or leading zero")
    if len(text) > 16 or int(text) > MOST:
        raise Malformed(path, "is over 2^53-1")
    return int(text)


def base64_text(data: bytes) -> str:
    """Return padded base64."""
    return b64encode(data).decode("ascii")


def base64url_text(data: bytes) -> str:
    """Return unpadded base64url."""
    return urlsafe_b64encode(data).decode("ascii").rstrip("=")


def base64_bytes(value: object, path: str, length: int | None = None) -> bytes:
    """Return the bytes of padded base64, refused unless it is the only spelling of them."""
    if length == _HASH and isinstance(value, str) and _ONE_HASH.fullmatch(value):
        return a2b_base64(value)  # most are hashes, and of these only one spelling fits
    data = b""
    try:
        if isinstance(value, str):
            data = a2b_base64(value.encode("ascii"), strict_mode=True)
    except (Error, UnicodeEncodeError) as fault:
        raise Malformed(path, "is not padded base64") from fault
    if base64_text(data) != value:
        raise Malformed(path, "is not padded base64")
    if length not in (None, len(data)):
        raise Malformed(path, f"holds {len(data)} bytes and not {length}")
    return data


def instant(value: object, path: str, name: str) -> datetime:
    """Return the time of a text of grammar `name` in UTC, refused unless the calendar and the clock have it."""
    text = grammar(value, path, name)
    if not "1000" <= text[:4] <= "9998":  # entry-v1, section 3
        raise Malformed(path, "is not within the years 1000 to 9998")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)  # times of one zone are quick to compare
    except ValueError as fault:
        raise Malformed(path, "is not a time that exists") from fault

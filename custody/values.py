"""The small values that everything is made of, with the one reader of each grammar (entry-v1, section 3)."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime
from typing import Final, NewType

from custody.errors import Malformed

StreamName = NewType("StreamName", str)  # "<kind>/<uuid>"
PersonId = NewType("PersonId", str)  # "person/<uuid>"
CaseId = NewType("CaseId", str)  # "case/<uuid>"
ExhibitId = NewType("ExhibitId", str)  # "exhibit/<uuid>"
FileId = NewType("FileId", str)  # "<uuid>"
LedgerId = NewType("LedgerId", str)  # hex SHA-256 of entry 0
ActHash = NewType("ActHash", str)  # hex SHA-256 of an act message
Fingerprint = NewType("Fingerprint", str)  # hex SHA-256 of a key's SPKI DER
Digest = NewType("Digest", str)  # hex SHA-256 of bytes

STREAM_KINDS: Final = frozenset({"ledger", "person", "case", "exhibit", "access", "fixity", "bundle"})

# So that every instant can be told in every zone, also by programs whose calendar ends at the years 1 and 9999.
FIRST_YEAR: Final = "1000"
LAST_YEAR: Final = "9998"

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_uuid = re.compile(_UUID).fullmatch
_stream = re.compile(rf"([a-z]{{1,20}})/{_UUID}").fullmatch
_hex256 = re.compile(r"[0-9a-f]{64}").fullmatch
_hex512 = re.compile(r"[0-9a-f]{128}").fullmatch
_member = re.compile(r"(?=.{1,100}\Z)[a-z][a-z0-9_]*(/[a-z0-9-]+)*").fullmatch
_act_type = re.compile(r"(?=.{1,60}\Z)[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*\.v[1-9][0-9]{0,2}").fullmatch
_decimal = re.compile(r"(?=.{1,40}\Z)-?(0|[1-9][0-9]*)(\.[0-9]+)?").fullmatch
_claimed = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](\.[0-9]{1,6})?(?!-00:00)[+-][0-9]{2}:[0-5][0-9]"
).fullmatch
_recorded = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9]\.[0-9]{6}Z").fullmatch
# 32 bytes in base64url: 42 digits, and one whose two lowest bits are zero.
_commitment = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]").fullmatch
_base64url = re.compile(r"[A-Za-z0-9_-]*").fullmatch
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")


def text(value: object, path: str) -> str:
    """Return `value` if it is text."""
    if not isinstance(value, str):
        raise Malformed(path, "is not text")
    return value


def uuid(value: object, path: str) -> str:
    """Return `value` if it is a lower-case hyphenated UUID."""
    found = text(value, path)
    if not _uuid(found):
        raise Malformed(path, "is not a lower-case UUID")
    return found


def stream(value: object, path: str, kind: str | None = None) -> StreamName:
    """Return `value` if it names a stream, `<kind>/<uuid>`; `kind` demands one kind."""
    found = text(value, path)
    match = _stream(found)
    if not match:
        raise Malformed(path, "is not <kind>/<uuid>")
    if kind is not None and match[1] != kind:
        raise Malformed(path, f"is not {kind}/<uuid>")
    return StreamName(found)


def person(value: object, path: str) -> PersonId:
    """Return `value` if it is `person/<uuid>`."""
    return PersonId(stream(value, path, "person"))


def case(value: object, path: str) -> CaseId:
    """Return `value` if it is `case/<uuid>`."""
    return CaseId(stream(value, path, "case"))


def exhibit(value: object, path: str) -> ExhibitId:
    """Return `value` if it is `exhibit/<uuid>`."""
    return ExhibitId(stream(value, path, "exhibit"))


def hex256(value: object, path: str) -> str:
    """Return `value` if it is 64 lower-case hex digits."""
    found = text(value, path)
    if not _hex256(found):
        raise Malformed(path, "is not 64 lower-case hex digits")
    return found


def hex512(value: object, path: str) -> str:
    """Return `value` if it is 128 lower-case hex digits."""
    found = text(value, path)
    if not _hex512(found):
        raise Malformed(path, "is not 128 lower-case hex digits")
    return found


def member_name(value: object, path: str) -> str:
    """Return `value` if it is a member name of a body."""
    found = text(value, path)
    if not _member(found):
        raise Malformed(path, "is not a member name")
    return found


def commitment(value: object, path: str) -> str:
    """Return `value` if it is a commitment: unpadded base64url of 32 bytes, in their one spelling."""
    found = text(value, path)
    if not _commitment(found):
        raise Malformed(path, "is not a commitment: unpadded base64url of 32 bytes")
    return found


def act_type(value: object, path: str) -> str:
    """Return `value` if it has the form of an act type, `noun.verb.vN`; it need not be a known one."""
    found = text(value, path)
    if not _act_type(found):
        raise Malformed(path, "is not an act type")
    return found


def decimal(value: object, path: str) -> str:
    """Return `value` if it is a decimal number as text, e.g. `-0.50`."""
    found = text(value, path)
    if not _decimal(found):
        raise Malformed(path, "is not a decimal number")
    return found


def claimed_instant(value: object, path: str) -> datetime:
    """Return the instant of a person's clock: `YYYY-MM-DDThh:mm:ss[.f{1,6}]±hh:mm`, never `Z` or `-00:00`."""
    found = text(value, path)
    if not _claimed(found):
        raise Malformed(path, "is not a date and time with an offset, such as 2026-11-22T10:14:00+02:00")
    return _instant(found, path)


def recorded_instant(value: object, path: str) -> datetime:
    """Return the instant of the server's clock: `YYYY-MM-DDThh:mm:ss.ffffffZ`."""
    found = text(value, path)
    if not _recorded(found):
        raise Malformed(path, "is not a date and time such as 2026-11-22T08:15:02.123456Z")
    return _instant(found, path)


def _instant(found: str, path: str) -> datetime:
    if not FIRST_YEAR <= found[:4] <= LAST_YEAR:
        raise Malformed(path, f"is not within the years {FIRST_YEAR} to {LAST_YEAR}")
    try:
        return datetime.fromisoformat(found)
    except ValueError as fault:
        raise Malformed(path, "is not a date and time that exists") from fault


def write_recorded(instant: datetime) -> str:
    """Return the text of an aware instant on the server's clock, UTC with six digits."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def from_base64(value: object, path: str, length: int | None = None) -> bytes:
    """Return the bytes of padded base64 (RFC 4648 section 4), refused unless it is the one spelling of them."""
    found = text(value, path)
    try:
        data = base64.b64decode(found, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise Malformed(path, "is not padded base64") from fault
    if base64.b64encode(data).decode() != found:  # non-zero tail bits
        raise Malformed(path, "is not padded base64")
    return _of_length(data, path, length)


def from_base64url(value: object, path: str, length: int | None = None) -> bytes:
    """Return the bytes of unpadded base64url (RFC 4648 section 5), refused unless it is their one spelling."""
    found = text(value, path)
    if not _base64url(found) or len(found) % 4 == 1:
        raise Malformed(path, "is not unpadded base64url")
    data = base64.urlsafe_b64decode(found + "=" * (-len(found) % 4))
    if to_base64url(data) != found:  # non-zero tail bits
        raise Malformed(path, "is not unpadded base64url")
    return _of_length(data, path, length)


def _of_length(data: bytes, path: str, length: int | None) -> bytes:
    if length is not None and len(data) != length:
        raise Malformed(path, f"holds {len(data)} bytes, not {length}")
    return data


def to_base64(data: bytes) -> str:
    """Return padded base64."""
    return binascii.b2a_base64(data, newline=False).decode()


def to_base64url(data: bytes) -> str:
    """Return unpadded base64url."""
    return binascii.b2a_base64(data, newline=False).translate(_URL_SAFE, b"=").decode()  # "=" only pads

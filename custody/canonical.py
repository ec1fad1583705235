"""The canonical form: the one sequence of bytes for a value (entry-v1, section 2; a subset of RFC 8785).

Values are None, bool, int within ±(2^53-1), NFC text without NUL and lone surrogates, lists, and objects
with ASCII member names. There are no floats: decimals are text. Depth is at most 32.
"""

from __future__ import annotations

import json
import unicodedata
from typing import TypeAlias

from custody.errors import Malformed

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 32

# RFC 8785 3.2.2.2 and 3.2.3: Python's writer escapes the same characters in the same way, and for ASCII
# names code-point order is UTF-16 order. A property test holds this equal to the reference library.
_write = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode


def canonical(value: Json) -> bytes:
    """Return the canonical bytes of `value`.

    Raises Malformed with the path of the first member that the form does not allow.
    """
    check(value)
    return _write(value).encode()


def canonical_trusted(value: Json) -> bytes:
    """Return the canonical bytes of a value whose members were all checked before: the hot path."""
    return _write(value).encode()


def parse(data: bytes, path: str = "") -> Json:
    """Return the value of canonical `data`; anything that is not exactly the canonical form is refused."""
    try:
        value: Json = _read(data.decode())
        if not _plain(data):
            check(value, path)
        written = _write(value).encode()
    except Malformed:
        raise
    except UnicodeDecodeError as fault:
        raise Malformed(path, "is not UTF-8") from fault
    except (ValueError, RecursionError) as fault:
        raise Malformed(path, "is not JSON of the canonical form") from fault
    if written != data:
        raise Malformed(path, "is not in canonical form")
    return value


# Sixteen digits in a row may be an integer beyond ±(2^53-1); a hex string can hold such a run as well.
_DIGITS_AS_ZERO = bytes(0x30 if 0x30 <= byte <= 0x39 else 0x20 for byte in range(256))
_LONG_NUMBER = b"0" * 16


def _plain(data: bytes) -> bool:
    r"""Tell whether bytes that turn out to be what the writer writes cannot break a rule of `check`.

    The writer escapes control characters alone, so ASCII output has ASCII names and texts; without `\u0000`,
    long digits and more than 32 brackets there is nothing left to refuse. This spares entries the walk.
    """
    return (
        data.isascii()
        and b"\\u0000" not in data
        and data.count(b"{") + data.count(b"[") <= MAX_DEPTH
        and _LONG_NUMBER not in data.translate(_DIGITS_AS_ZERO)
    )


def _refuse_number(text: str) -> Json:
    raise Malformed("", f"{text[:20]} is not an integer")


_read = json.JSONDecoder(parse_float=_refuse_number, parse_constant=_refuse_number).decode


def check(value: Json, path: str = "", depth: int = 1) -> None:
    """Raise Malformed with the path of the first member that the canonical form does not allow."""
    if isinstance(value, str):
        check_text(value, path)
    elif isinstance(value, dict):
        _check_depth(depth, path)
        for name, member in value.items():
            here = f"{path}.{name}" if path else str(name)
            if not name.isascii() or "\0" in name:
                raise Malformed(path, "has a member name that is not ASCII")
            check(member, here, depth + 1)
    elif isinstance(value, list):
        _check_depth(depth, path)
        for place, member in enumerate(value):
            check(member, f"{path}[{place}]", depth + 1)
    elif value is None or isinstance(value, bool):
        return
    elif isinstance(value, int):
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise Malformed(path, "is beyond ±(2^53-1)")
    else:
        raise Malformed(path, f"is a {type(value).__name__}, which the canonical form does not have")


def _check_depth(depth: int, path: str) -> None:
    if depth > MAX_DEPTH:
        raise Malformed(path, f"is nested deeper than {MAX_DEPTH}")


def check_text(text: str, path: str) -> None:
    """Raise Malformed unless `text` is NFC and has neither NUL nor lone surrogates."""
    if "\0" in text:
        raise Malformed(path, "has a NUL character")
    if text.isascii():
        return
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise Malformed(path, "has a lone surrogate")
    if not unicodedata.is_normalized("NFC", text):
        raise Malformed(path, "is not in Unicode normal form C")

"""The canonical form: a strict reader, and a writer (entry-v1 section 2; RFC 8785, restricted)."""

from __future__ import annotations

import json
import unicodedata
from typing import TypeAlias

from custody_verifier.errors import Malformed
from custody_verifier.text import MOST

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"

MAX_DEPTH = 32

_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def write(value: Json) -> bytes:
    """Return the canonical bytes of a value that came from `read` or is built from checked parts."""
    return _encoder.encode(value).encode()


def read(data: bytes, path: str) -> Json:
    """Return the value of canonical bytes; raises Malformed for every other input."""
    try:
        value: Json = _decoder.decode(data.decode())
        same = (
            write(value) == data
        )  # a name twice, white space, order, escapes: all differ when written again
    except UnicodeError as fault:  # also: a lone surrogate, which UTF-8 cannot write
        raise Malformed(path, "is not text in UTF-8") from fault
    except (ValueError, RecursionError) as fault:
        raise Malformed(path, "is not canonical JSON") from fault
    if not same:
        raise Malformed(path, "is not in canonical form")
    if not _plain(data):
        _check(value, path, 1)
    return value


def _no_number(text: str) -> Json:
    raise ValueError(text)


def _integer(text: str) -> int:
    value = int(text)
    if abs(value) > MOST:
        raise ValueError(text)
    return value


_decoder = json.JSONDecoder(parse_float=_no_number, parse_constant=_no_number, parse_int=_integer)


def _plain(data: bytes) -> bool:
    """Tell quickly that nothing can be wrong inside: ASCII, nothing escaped, not deep."""
    return data.isascii() and b"\\" not in data and data.count(b"{") + data.count(b"[") <= MAX_DEPTH


def _check(value: Json, path: str, depth: int) -> None:
    if isinstance(value, str):
        if "\0" in value or not unicodedata.is_normalized("NFC", value):
            raise Malformed(path, "is text with a NUL, or not in Unicode normal form C")
    elif isinstance(value, dict | list):
        if depth > MAX_DEPTH:
            raise Malformed(path, f"is nested deeper than {MAX_DEPTH}")
        members = (
            value.items() if isinstance(value, dict) else ((str(at), each) for at, each in enumerate(value))
        )
        for name, member in members:
            if not name.isascii() or "\0" in name:
                raise Malformed(path, "has a member name that is not ASCII without NUL")
            _check(member, f"{path}.{name}", depth + 1)

"""Disclosures, opened from their boxes and held against the commitments of their entry (entry-v1, section 5)."""

from __future__ import annotations

import json
from binascii import b2a_base64
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from custody.act import DISCLOSURE_PREFIX, Act
from custody.canonical import Json, canonical
from custody.errors import ContentAltered, Malformed, TooLarge
from events.sealing import unsealed
from events.stream_keys import StreamKeys
from events.verification.stored import Box

_scan = json.JSONDecoder().raw_decode
_SALT: Final = 22  # base64url digits of 16 bytes
_URL: Final = bytes.maketrans(b"+/", b"-_")


class Altered(Exception):
    """A box or a disclosure is not what was recorded. Never leaves this package."""


class Withheld(Exception):
    """No box of the entry can be opened: nobody can say what is in it. Never leaves this package."""


def opened_values(keys: StreamKeys, act: Act, boxes: Sequence[Box], index: int) -> dict[str, Json]:
    """Return every value of an entry's body. Raises Withheld, Altered, Unavailable."""
    if not act.body:
        return {}
    for generation, box in boxes:
        try:
            key = keys.at(act.stream, generation)
            if key is not None:
                return _held(act, unsealed(key, act, bytes(box), index))
        except ContentAltered as fault:
            raise Altered(fault.message) from fault
    raise Withheld("no disclosure of this entry can be opened here")


def _held(act: Act, plain: bytes) -> dict[str, Json]:
    """Return the values of a canonical list of disclosures, each of which opens its commitment."""
    try:
        text = plain.decode()
        return _plain(act, text, plain) if text.isascii() else _any(act, text)
    except (ValueError, RecursionError) as fault:
        raise Altered("the box does not hold disclosures") from fault
    except (Malformed, TooLarge) as fault:
        raise Altered(fault.message) from fault


def _plain(act: Act, text: str, plain: bytes) -> dict[str, Json]:
    """As `_any`, for ASCII: what was committed is the very text of each member of the list."""
    found: dict[str, Json] = {}
    start, end = 1, len(text) - 1
    while start < end:
        value, stop = _scan(text, start)
        _require_opening(act, value, plain[start:stop])
        found[value[1]] = value[2]
        start = stop + 1
    return _whole(act, found)


def _any(act: Act, text: str) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for value in json.loads(text):
        _require_opening(act, value, canonical(value))
        found[value[1]] = value[2]
    return _whole(act, found)


def _require_opening(act: Act, value: Json, data: bytes) -> None:
    commitment = b2a_base64(sha256(DISCLOSURE_PREFIX + data).digest(), newline=False).translate(_URL)[:-1]
    if not isinstance(value, list) or len(value) != 3 or not isinstance(value[1], str):
        raise Altered("the box does not hold disclosures")
    if not isinstance(value[0], str) or len(value[0]) != _SALT:
        raise Altered("the box holds a salt that is not 16 bytes")
    if act.body.get(value[1]) != commitment.decode():
        raise Altered(f"the disclosure of {value[1][:100]} does not open its commitment")


def _whole(act: Act, found: dict[str, Json]) -> dict[str, Json]:
    if found.keys() != act.body.keys():
        odd = min(found.keys() ^ act.body.keys())
        raise Altered(f"the box does not open each member of the body: {odd}")
    return found

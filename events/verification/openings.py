"""Disclosures, opened from their boxes and held against the commitments of their entry (entry-v1, section 5)."""

from __future__ import annotations

import json
from binascii import b2a_base64
from collections.abc import Sequence
from hashlib import sha256
from typing import Final
from unicodedata import is_normalized

from custody.act import DISCLOSURE_PREFIX, Act
from custody.canonical import Json, canonical
from custody.errors import ContentAltered, Malformed, TooLarge
from custody.values import StreamName, to_base64url
from events.boxes import Box
from events.sealing import DataKey, unsealed
from events.stream_keys import StreamKeys
from events.verification.scanning import scan

_SALT: Final = 22  # base64url digits of 16 bytes
_URL: Final = bytes.maketrans(b"+/", b"-_")
_BETWEEN: Final = "A"  # base64url of the zero bits with which the group of a digest's last bytes is filled up


class Altered(Exception):
    """A box or a disclosure is not what was recorded. Never leaves this package."""


class Withheld(Exception):
    """No box of the entry can be opened: nobody can say what is in it. Never leaves this package."""


class Openings:
    """Opens the boxes of one ledger; the data keys of streams are kept while they are in use."""

    def __init__(self, keys: StreamKeys, capacity: int = 20_000) -> None:
        self._keys, self._capacity = keys, capacity
        self._known: dict[tuple[StreamName, int], DataKey | None] = {}

    def values(self, act: Act, boxes: Sequence[Box], index: int) -> dict[str, Json]:
        """Return every value of an entry's body. Raises Withheld, Altered, Unavailable."""
        if not act.body:
            return {}
        for generation, box in boxes:
            try:
                key = self._key(act.stream, generation)
                if key is not None:
                    return _held(act, unsealed(key, act, box, index))
            except ContentAltered as fault:
                raise Altered(fault.message) from fault
        raise Withheld("no disclosure of this entry can be opened here")

    def _key(self, stream: StreamName, generation: int) -> DataKey | None:
        name = stream, generation
        if name not in self._known:
            if len(self._known) >= self._capacity:
                self._known.clear()
            self._known[name] = self._keys.at(stream, generation)
        return self._known[name]


def _held(act: Act, plain: bytes) -> dict[str, Json]:
    """Return the values of a canonical list of disclosures, each of which opens its commitment."""
    try:
        text = plain.decode()
        common = text.isascii() or is_normalized("NFC", text)
        found = _common(act, text) if common else _any(act, text)
    except (ValueError, TypeError, RecursionError, StopIteration) as fault:
        raise Altered("the box does not hold disclosures") from fault
    except (Malformed, TooLarge) as fault:
        raise Altered(fault.message) from fault
    if found.keys() != act.body.keys():
        odd = min(found.keys() ^ act.body.keys())
        raise Altered(f"the box does not open each member of the body: {odd}")
    return found


def _common(act: Act, text: str) -> dict[str, Json]:
    """As `_any`, for text in normal form: what was committed is the very text of each member of the list."""
    found: dict[str, Json] = {}
    digests, commitments = [], []
    start, end, body = 1, len(text) - 1, act.body
    while start < end:
        (salt, name, value), stop = scan(text, start)
        digests.append(sha256(DISCLOSURE_PREFIX + text[start:stop].encode()).digest())
        commitments.append(body.get(name, "") if len(salt) == _SALT else "")
        found[name] = value
        start = stop + 1
    if _BETWEEN.join(commitments) != _written(digests):
        raise Altered(f"not every disclosure opens its commitment: {', '.join(map(str, found))[:300]}")
    return found


def _written(digests: list[bytes]) -> str:
    """Return base64url of digests, all at once: a zero byte after each makes its end a character of its own."""
    return b2a_base64(b"\0".join(digests)).translate(_URL, b"=\n").decode()


def _any(act: Act, text: str) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for salt, name, value in json.loads(text):
        digest = sha256(DISCLOSURE_PREFIX + canonical([salt, name, value])).digest()
        if act.body.get(name) != to_base64url(digest) or len(salt) != _SALT:
            raise Altered(f"the disclosure of {str(name)[:100]} does not open its commitment")
        found[name] = value
    return found

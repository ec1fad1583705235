"""Boxes: the opened values of one entry, encrypted under its stream's data key (docs/spec/ledger-v1.md section 9).

A box is 12 random bytes and AES-256-GCM over the canonical list of disclosures. What is authenticated with it
binds it to its act and to the generation of the key, so that boxes cannot be exchanged between rows.
"""

from __future__ import annotations

import json.encoder
import os
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from custody import values
from custody.act import DISCLOSURE_PREFIX, MAX_VALUE, Act, Disclosure, read_disclosure
from custody.canonical import Json, canonical, parse
from custody.errors import ContentAltered, Malformed, TooLarge
from custody.values import StreamName
from events.rows import StreamKeyRow

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
_quoted = json.encoder.encode_basestring  # what the canonical form's writer uses for text
_CONTEXT: Final = b"custody-box/1\n%b\n%d\n"
_FRAME: Final = 40  # bytes of `["<salt>",` and quotes around a name; a limit on the value needs no more


@dataclass(frozen=True, slots=True)
class DataKey:
    """The data key of a stream. `unrecorded` is its wrapped row until the first entry that uses it is recorded."""

    stream: StreamName
    generation: int
    cipher: AESGCM
    unrecorded: StreamKeyRow | None = None


def require_opened(act: Act, disclosures: Sequence[Disclosure], path: str = "disclosures") -> list[bytes]:
    """Return the canonical bytes of each disclosure if they open the act's body: each member exactly once.

    Raises Malformed with the path of the first that is missing, extra or does not open its commitment; TooLarge.
    """
    if len(disclosures) != len(act.body) or {each.name for each in disclosures} != act.body.keys():
        raise Malformed(path, "do not open each member of the body exactly once")
    opened = []
    for place, each in enumerate(disclosures):
        salt, name, value = each.salt, each.name, each.value
        data = _canonical(salt, name, value)
        if len(data) > MAX_VALUE and len(data) > MAX_VALUE + _FRAME + len(name):
            raise TooLarge(f"{path}[{place}].value ({name})", size=len(data), limit=MAX_VALUE)
        if act.body[name] != values.to_base64url(sha256(DISCLOSURE_PREFIX + data).digest()):
            raise Malformed(f"{path}[{place}]", f"does not open the commitment of {name}")
        opened.append(data)
    return opened


def _canonical(salt: str, name: str, value: Json) -> bytes:
    """Return the canonical bytes of `[salt, name, value]`; the short way where they are ASCII text without NUL."""
    if isinstance(value, str):
        written = f"[{_quoted(salt)},{_quoted(name)},{_quoted(value)}]"
        if written.isascii() and "\\u0000" not in written:
            return written.encode()
    return canonical([salt, name, value])


def seal(key: DataKey, act: Act, opened: Sequence[bytes]) -> bytes:
    """Return the box of disclosures given as canonical bytes."""
    nonce = os.urandom(NONCE_BYTES)
    plain = b"[" + b",".join(opened) + b"]"
    return nonce + key.cipher.encrypt(nonce, plain, _CONTEXT % (act.hash.encode(), key.generation))


def unsealed(key: DataKey, act: Act, box: bytes, index: int) -> bytes:
    """Return the canonical list that a box holds. Raises ContentAltered when it is not the box of this act."""
    context = _CONTEXT % (act.hash.encode(), key.generation)
    try:
        return key.cipher.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], context)
    except (InvalidTag, ValueError) as fault:
        raise _not_its_box(index) from fault


def open_box(key: DataKey, act: Act, box: bytes, index: int) -> tuple[Disclosure, ...]:
    """Return the disclosures of a box. Raises ContentAltered when it is not the box of this act under this key."""
    plain, what = unsealed(key, act, box, index), f"disclosures of entry {index}"
    try:
        found = parse(plain, what)
    except Malformed as fault:
        raise _not_its_box(index) from fault
    if not isinstance(found, list):
        raise ContentAltered(what, expected="a list", measured="something else")
    return tuple(read_disclosure(each, f"{what}[{place}]") for place, each in enumerate(found))


def _not_its_box(index: int) -> ContentAltered:
    what = f"disclosures of entry {index}"
    return ContentAltered(what, expected="a box of this act", measured="other bytes")

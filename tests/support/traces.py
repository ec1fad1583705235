"""Traces of a text in a file: how it may stand there, plain, wide, escaped, encoded, hashed, or compressed."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterator
from hashlib import sha256, sha512
from typing import Final

from custody.canonical import Json

SHORT: Final = 6  # characters: shorter texts stand everywhere
_streams = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL).findall  # of PDF files


def texts(value: Json) -> Iterator[str]:
    """Yield the texts of a value that are long enough to be looked for."""
    if isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str) and len(value) >= SHORT:
        yield value


def spellings(text: str) -> set[bytes]:
    """Return how a text may stand in a file: plain, wide, escaped, as hex, as base64 at any offset, hashed."""
    plain = text.encode()
    found = {plain, plain.upper(), plain.hex().encode(), json.dumps(text)[1:-1].encode()}
    found |= {text.encode("utf-16-le"), text.encode("utf-16-be")}
    for pad in range(3):
        whole = base64.b64encode(b"\0" * pad + plain)
        found.add(whole[4 if pad else 0 : len(whole) // 4 * 4 - 4])
    found |= {sha256(plain).digest(), sha256(plain).hexdigest().encode(), sha512(plain).hexdigest().encode()}
    return {each for each in found if len(each) >= SHORT}


def traces(text: str, data: bytes) -> list[bytes]:
    """Return the spellings of a text that stand in some bytes."""
    return sorted(each for each in spellings(text) if each in data)


def unfolded(data: bytes) -> bytes:
    """Return some bytes with what is compressed inside of them: the streams of a PDF file."""
    found = [data]
    for stream in _streams(data):
        try:
            found.append(zlib.decompressobj().decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(found)

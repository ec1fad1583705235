"""The public keys that entries bring, by fingerprint: what a signature is checked with before authority is judged.

A fingerprint is the SHA-256 of the key, so a key found anywhere in the ledger is the one that an act names. Whether
it was the actor's, and good, is judged by the fold.
"""

from __future__ import annotations

import re
from base64 import b64decode
from hashlib import sha256
from typing import Final

from events.verification.stored import Piece

_KEY: Final = slice(24, 88)  # where the actor's key stands in every entry: `{"act":{"actor":{"key":"`
_spki = re.compile(rb'"spki":"([A-Za-z0-9+/]+={0,2})"').findall


class KeyRing:
    """The keys of the pieces so far."""

    def __init__(self) -> None:
        self._keys: dict[bytes, bytes] = {}

    def work(self, piece: Piece) -> tuple[list[bytes], dict[bytes, bytes]]:
        """Return the entries of a piece and the keys that they name, as `checking.check_entries` takes them."""
        entries = [stored.data for stored in piece.entries]
        named = set()
        for data in entries:
            named.add(data[_KEY])
            if b'"spki":"' in data:
                self._learn(data)
        return entries, {name: self._keys[name] for name in named if name in self._keys}

    def _learn(self, data: bytes) -> None:
        for text in _spki(data):
            if len(text) % 4 == 0:
                spki = b64decode(text)
                self._keys[sha256(spki).hexdigest().encode()] = spki

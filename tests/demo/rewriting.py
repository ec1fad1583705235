"""What an attacker who rewrites history makes: the same entries, one of them changed, and all that follows mended.

A pure function of entry bytes. Hashes that acts carry of earlier acts, of entry 0 and of trees (`seen`) are mended,
so that the new ledger is consistent in itself. Signatures are made anew where the attacker has keys; where he keeps
an officer's key in the ledger he cannot, and leaves the old signature in place.
"""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from custody.act import ACT_PREFIX
from custody.canonical import canonical
from events.merkle import Frontier, leaf_hash

Parsed = dict[str, Any]
Change = Callable[[int, Parsed], None]
"""Gets an index and the parsed entry, and may change the entry in place."""


def rewritten(entries: Sequence[bytes], change: Change, forger: "Forger | None" = None) -> list[bytes]:
    """Return the entries after `change`, mended; signed anew by `forger`, or with the old signatures."""
    new: list[bytes] = []
    roots = [b""]
    frontier = Frontier.empty()
    renamed: dict[str, str] = {}
    for index, data in enumerate(entries):
        old = json.loads(data)
        entry = json.loads(_replaced(data.decode(), renamed))
        change(index, entry)
        if forger is not None:
            renamed |= forger.take_over(entry)
            entry = json.loads(_replaced(json.dumps(entry, ensure_ascii=False), renamed))
        if entry["act"]["seen"] is not None:
            entry["act"]["seen"]["root"] = b64encode(roots[entry["act"]["seen"]["size"]]).decode()
        if forger is not None:
            entry["signature"] = forger.signature(entry["act"])
        mended = canonical(entry)
        renamed[act_hash(old["act"])] = act_hash(entry["act"])
        if index == 0:
            renamed[hashlib.sha256(data).hexdigest()] = hashlib.sha256(mended).hexdigest()
        frontier, _ = frontier.grown([leaf_hash(mended)])
        roots.append(frontier.root)
        new.append(mended)
    return new


def act_hash(act: Parsed) -> str:
    """Return the hex SHA-256 of the act message."""
    return hashlib.sha256(ACT_PREFIX + canonical(act)).hexdigest()


def _replaced(text: str, renamed: dict[str, str]) -> str:
    for old, new in renamed.items():
        text = text.replace(old, new)
    return text


class Forger:
    """Puts a key of his own in the place of each key that the ledger names, and signs with it."""

    def __init__(self) -> None:
        self._keys: dict[str, Ed25519PrivateKey] = {}
        self._names: dict[str, str] = {}

    def take_over(self, entry: Parsed) -> dict[str, str]:
        """Return old to new texts (key and fingerprint) for the keys that an entry brings into the ledger."""
        renamed: dict[str, str] = {}
        for key in _keys_in(entry["act"]["public"]):
            old = _fingerprint(key["spki"])
            if old not in self._names.values():
                renamed |= self._replace(key["spki"], old)
        return renamed

    def _replace(self, spki: str, old: str) -> dict[str, str]:
        private = Ed25519PrivateKey.generate()
        der = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        forged = b64encode(der).decode()
        name = _fingerprint(forged)
        self._keys[name], self._names[old] = private, name
        return {spki: forged, old: name}

    def signature(self, act: Parsed) -> Parsed:
        """Return a signature of the act by the forged key that it names."""
        value = self._keys[act["actor"]["key"]].sign(ACT_PREFIX + canonical(act))
        return {"algorithm": "ed25519", "value": b64encode(value).decode()}


def _keys_in(value: object) -> list[Parsed]:
    """Return every `{algorithm, spki, use}` within a value."""
    if isinstance(value, dict):
        if "spki" in value:
            return [value]
        return [key for each in value.values() for key in _keys_in(each)]
    return []


def _fingerprint(spki: str) -> str:
    return hashlib.sha256(b64decode(spki)).hexdigest()

"""A witness's keys: an Ed25519 and an ML-DSA-44 seed in one private file, made at the first start."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from custody_verifier.cosignatures import ED25519, ML_DSA_44, Signer
from custody_verifier.errors import Malformed


def open_keys(file: Path, name: str | None) -> list[Signer]:
    """Return the signers of a key file; it is made where there is none, and then `name` is needed. Raises Malformed."""
    if not file.exists():
        if not name or "+" in name or any(sign.isspace() for sign in name) or len(name.encode()) > 255:
            raise Malformed("name", "a new witness needs a name without spaces and '+', at most 255 bytes")
        _write(file, name)
    found = json.loads(file.read_bytes())
    if name is not None and found["name"] != name:
        raise Malformed("name", f"this witness is called {found['name']}")
    seeds = {ED25519: found["ed25519"], ML_DSA_44: found["ml_dsa_44"]}
    return [Signer.from_seed(found["name"], kind, bytes.fromhex(seed)) for kind, seed in seeds.items()]


def _write(file: Path, name: str) -> None:
    content = {"name": name, "ed25519": secrets.token_hex(32), "ml_dsa_44": secrets.token_hex(32)}
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as opened:
        json.dump(content, opened, indent=1)
        opened.flush()
        os.fsync(opened.fileno())

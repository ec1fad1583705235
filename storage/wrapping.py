"""The master key in a file: wraps the data key of each stored file (docs/spec/vault-v1.md, section 3)."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from custody.errors import ContentAltered, Unavailable
from storage.private_files import write_private

KEY: Final = 32
NONCE: Final = 12
TAG: Final = 16
VERSION: Final = b"\x01"


class FileMasterKey:
    """AES-256-GCM under 32 random bytes in a file of mode 0600; `key_id` is public and names the key.

    Losing the file is losing every file and every description of evidence: keep a copy elsewhere.
    """

    __slots__ = ("_aead", "key_id")

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)
        self.key_id = "file:" + hashlib.sha256(b"custody-master-key/1\n" + key).hexdigest()[:16]

    def wrap(self, plain: bytes, context: bytes) -> bytes:
        """Return `plain` encrypted and bound to `context`: version, nonce, ciphertext, tag."""
        nonce = os.urandom(NONCE)
        return VERSION + nonce + self._aead.encrypt(nonce, plain, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return what was wrapped for `context`; ContentAltered for anything else, or another master key."""
        if len(wrapped) < 1 + NONCE + TAG or wrapped[:1] != VERSION:
            raise ContentAltered("wrapped key", expected="format 1", measured=f"{len(wrapped)} bytes")
        try:
            return self._aead.decrypt(wrapped[1 : 1 + NONCE], wrapped[1 + NONCE :], context)
        except InvalidTag as fault:
            raise ContentAltered("wrapped key", expected="an authentic tag", measured="another") from fault


def load(path: Path) -> FileMasterKey:
    """Return the master key in `path`; Unavailable if it is missing, not 32 bytes, or readable by others."""
    try:
        mode, key = path.stat().st_mode, path.read_bytes()
    except OSError as fault:
        raise Unavailable("master key", "the key file cannot be read") from fault
    if stat.S_IMODE(mode) & 0o077:
        raise Unavailable("master key", "the key file may be read by others: set its mode to 0600")
    if len(key) != KEY:
        raise Unavailable("master key", f"the key file holds {len(key)} bytes, not {KEY}")
    return FileMasterKey(key)


def load_or_make(path: Path) -> FileMasterKey:
    """Return the master key in `path`, made at the first start."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, os.urandom(KEY))
    return load(path)

"""What a stored file is called and what its encryption is bound to (docs/spec/vault-v1.md, sections 3 to 5)."""

from __future__ import annotations

import secrets
from typing import Final

from custody.canonical import canonical
from custody.values import ExhibitId, FileId, LedgerId

FILES: Final = "files/"
KEYS: Final = "keys/"
PROBE: Final = "probe/lock"


def associated_data(file: FileId, exhibit: ExhibitId, ledger: LedgerId) -> bytes:
    """Return what the bytes of a file are bound to (vault-v1, section 2.1)."""
    return b"custody-stored-file/1\n" + _binding(file, exhibit, ledger)


def key_context(file: FileId, exhibit: ExhibitId, ledger: LedgerId) -> bytes:
    """Return what the wrapped data key of a file is bound to (vault-v1, section 3.1)."""
    return b"custody-file-key/1\n" + _binding(file, exhibit, ledger)


def _binding(file: FileId, exhibit: ExhibitId, ledger: LedgerId) -> bytes:
    return canonical({"exhibit": exhibit, "file": file, "ledger": ledger})


def fresh_object_key(file: FileId) -> str:
    """Return a name never used before: each attempt at storing a file has an object of its own."""
    return f"{FILES}{file[:2]}/{file}/{secrets.token_hex(8)}"


def wrapped_key_name(object_key: str) -> str:
    """Return the name, in the keys bucket, of the wrapped key of an object."""
    return KEYS + object_key.removeprefix(FILES)

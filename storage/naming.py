"""What a stored file is called and what its encryption is bound to (docs/spec/vault-v1.md, sections 3 to 5)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

from custody.canonical import canonical
from custody.ports import StoredFile
from custody.values import ExhibitId, FileId, LedgerId

FILES: Final = "files/"
KEYS: Final = "keys/"
PROBE: Final = "probe/lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileNames:
    """Whose bytes these are: what the encryption of a file, and of its key, is bound to."""

    file: FileId
    exhibit: ExhibitId
    ledger: LedgerId

    @classmethod
    def of(cls, stored: StoredFile) -> FileNames:
        """Return the names of a stored file."""
        return cls(file=stored.file, exhibit=stored.exhibit, ledger=stored.ledger)

    def associated_data(self) -> bytes:
        """Return what the bytes of the file are bound to (vault-v1, section 2.1)."""
        return b"custody-stored-file/1\n" + self._binding()

    def key_context(self) -> bytes:
        """Return what the wrapped data key of the file is bound to (vault-v1, section 3.1)."""
        return b"custody-file-key/1\n" + self._binding()

    def _binding(self) -> bytes:
        return canonical({"exhibit": self.exhibit, "file": self.file, "ledger": self.ledger})


def fresh_object_key(file: FileId) -> str:
    """Return a name never used before: each attempt at storing a file has an object of its own."""
    return f"{FILES}{file[:2]}/{file}/{secrets.token_hex(8)}"


def wrapped_key_name(object_key: str) -> str:
    """Return the name, in the keys bucket, of the wrapped key of an object."""
    return KEYS + object_key.removeprefix(FILES)

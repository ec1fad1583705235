"""Digests of the officer's own files, read once, in constant memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from custody_cli import local_faults
from custody_cli.progress import Advance
from custody_verifier.canonical import Json

PIECE = 1 << 20


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Digests:
    """Hex SHA-256 and SHA-512 of a file, and its size in bytes."""

    sha256: str
    sha512: str
    size: int

    def to_json(self) -> dict[str, Json]:
        """Return the value of the member `files/<file>/digests`."""
        return {"sha256": self.sha256, "sha512": self.sha512, "size": self.size}


def measure(path: Path, advance: Advance) -> Digests:
    """Return the digests of a file. Raises Misuse when it cannot be read.

    The two digests run side by side: hashlib works outside the interpreter's lock.
    """
    sha256, sha512 = hashlib.sha256(), hashlib.sha512()
    size = 0
    try:
        with path.open("rb", buffering=0) as file, ThreadPoolExecutor(1) as beside:
            while piece := file.read(PIECE):
                other = beside.submit(sha512.update, piece)
                sha256.update(piece)
                other.result()
                size += len(piece)
                advance(len(piece))
    except OSError as fault:
        raise local_faults.fault_of(fault, path) from fault
    return Digests(sha256.hexdigest(), sha512.hexdigest(), size)


def sha256_of(pieces: Iterable[bytes]) -> str:
    """Return the hex SHA-256 of bytes that come in pieces."""
    digest: _Hash = (found := hashlib.sha256())
    for piece in pieces:
        digest.update(piece)
    return found.hexdigest()

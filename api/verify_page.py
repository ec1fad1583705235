"""The page that strangers check bundles with, verify.html: its bytes as this release has them, and their SHA-256."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

NAME: Final = "verify.html"
FILE: Final = Path(__file__).parents[1] / "verifier" / "html" / NAME
"""Served as it lies there: the server runs nothing of the verifiers."""


@dataclass(frozen=True, slots=True)
class VerifyPage:
    """The page, byte for byte."""

    data: bytes

    @property
    def digest(self) -> bytes:
        """The SHA-256, which the release notes publish."""
        return hashlib.sha256(self.data).digest()


def read_page(file: Path = FILE) -> VerifyPage | None:
    """Return the page of this release; None where it was not installed."""
    return VerifyPage(file.read_bytes()) if file.is_file() else None

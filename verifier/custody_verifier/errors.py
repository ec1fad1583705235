"""What a check can end in besides success: input that is not of the format, and a check that fails.

VerifierError
├─ Malformed   the input is not of the format; names the path of the member at fault
├─ Failed      the input is of the format and does not show what it should
└─ NotKnown    the input is newer than this verifier: neither good nor bad
"""

from __future__ import annotations


class VerifierError(Exception):
    """Root of the tree."""


class Malformed(VerifierError):
    """The input is not of the format. `path` is a dotted path to the member at fault."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path or 'input'}: {self.reason}"


class Failed(VerifierError):
    """The input is of the format and does not show what it should."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotKnown(VerifierError):
    """The input asks for something that this verifier does not know, `what`."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{path}: {what} is newer than this verifier")
        self.path = path
        self.what = what


class Stopped(VerifierError):
    """The check itself came to no end, whatever the input is."""

"""Encryption of a bundle to its recipient, in the age format, while it is sent (C2SP age v1)."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from typing import Final

import pyrage

from api.bundles.ahead import Give, written
from custody.errors import CustodyError, Malformed

PIECE: Final = 1 << 18


def read_recipient(text: str) -> pyrage.x25519.Recipient:
    """Return the public half of an age key (`age1…`). Raises Malformed."""
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as fault:
        raise Malformed("age", "is not a recipient of age: age1 and 58 letters and digits") from fault


def encrypted(pieces: Generator[bytes], recipient: pyrage.x25519.Recipient) -> Generator[bytes]:
    """Yield the pieces as one age file. No two runs give the same bytes: its keys are fresh."""

    def work(give: Give) -> None:
        reader, writer = _Reader(pieces), _Writer(give)
        with closing(pieces):
            try:
                pyrage.encrypt_io(reader, writer, [recipient])
            except pyrage.EncryptError:
                if reader.fault is not None:  # the library tells it as text alone
                    raise reader.fault from None
                raise
        writer.finish()

    return written(work)


class _Reader:
    """Pieces as a file to read from."""

    def __init__(self, pieces: Generator[bytes]) -> None:
        self._pieces, self._left = pieces, memoryview(b"")
        self.fault: CustodyError | None = None

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, none only at the end."""
        while not self._left:
            piece = self._next()
            if piece is None:
                return b""
            self._left = memoryview(piece)
        taken = self._left[:size] if size >= 0 else self._left
        self._left = self._left[len(taken) :]
        return bytes(taken)

    def _next(self) -> bytes | None:
        try:
            return next(self._pieces, None)
        except CustodyError as fault:
            self.fault = fault
            raise


class _Writer:
    """A file to write to, whose bytes go on in larger pieces."""

    def __init__(self, give: Give) -> None:
        self._give, self._held = give, bytearray()

    def write(self, data: bytes) -> int:
        """Take bytes."""
        self._held += data
        if len(self._held) >= PIECE:
            self.finish()
        return len(data)

    def flush(self) -> None:
        """Nothing waits longer than for the rest of its piece."""

    def finish(self) -> None:
        """Hand over what is held."""
        self._give(bytes(self._held))
        self._held = bytearray()

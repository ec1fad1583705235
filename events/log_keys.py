"""The keys of a log: Ed25519 on every checkpoint, ML-DSA-44 beside it on published ones (log-v1 2.3)."""

from __future__ import annotations

from dataclasses import dataclass

from events.checkpoint import Checkpoint, LogKey
from events.cosignatures import MlDsaLogKey
from events.note import Note, parse_note


@dataclass(frozen=True, slots=True)
class LogKeys:
    """Both keys have the origin as their name. Without `ml_dsa` there is no line of type 0x06."""

    ed25519: LogKey
    ml_dsa: MlDsaLogKey | None = None

    def __post_init__(self) -> None:
        """Refuse keys of two origins (ValueError)."""
        if self.ml_dsa is not None and self.ml_dsa.verifier.name != self.ed25519.origin:
            raise ValueError("the keys of one log have one name")

    @property
    def origin(self) -> str:
        """The ledger's origin."""
        return self.ed25519.origin

    @property
    def vkeys(self) -> list[str]:
        """The public halves as text: what `ledger.founded.v1` and policy files name."""
        return [self.ed25519.vkey, *([] if self.ml_dsa is None else [self.ml_dsa.vkey])]

    def sign_published(self, size: int, root: bytes) -> bytes:
        """Return the note of a committed tree with a line of each key. Never the same twice: keep it."""
        note = parse_note(self.ed25519.sign(size, root))
        if self.ml_dsa is None:
            return note.to_bytes()
        line = self.ml_dsa.sign(Checkpoint(self.origin, size, root))
        return Note(note.text, (*note.signatures, line)).to_bytes()

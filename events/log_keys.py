"""The keys of a log: Ed25519 on every checkpoint, ML-DSA-44 beside it on published ones (log-v1 2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from custody.act import read_entry
from custody.errors import Unavailable
from events.checkpoint import Checkpoint, LogKey
from events.cosignatures import LogVerifier, MlDsaLogKey
from events.database import Database
from events.note import Note, parse_note

_FIRST: Final = "SELECT state FROM stored_events WHERE notification_id = 1"


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

    @property
    def verifiers(self) -> list[LogVerifier]:
        """The public halves: what a policy that accepts this log names."""
        return [self.ed25519.verifier, *([] if self.ml_dsa is None else [self.ml_dsa.verifier])]

    def require_named(self, founded: Sequence[str]) -> None:
        """Raise Unavailable unless these are the keys that entry 0 names in `founded` (log-v1 2.3).

        Without one of them there would be a line less from now on, or one of a key that nobody was told of.
        """
        lost, strange = set(founded) - set(self.vkeys), set(self.vkeys) - set(founded)
        if lost:
            found = ", ".join(sorted(map(short, lost)))
            raise Unavailable("keys", f"entry 0 names {found}: bring its file back from the backup of keys")
        if strange:
            found = ", ".join(sorted(map(short, strange)))
            raise Unavailable("keys", f"{found} is not named by entry 0: take its file away")

    def sign_published(self, size: int, root: bytes) -> bytes:
        """Return the note of a committed tree with a line of each key. Never the same twice: keep it."""
        note = parse_note(self.ed25519.sign(size, root))
        if self.ml_dsa is None:
            return note.to_bytes()
        line = self.ml_dsa.sign(Checkpoint(self.origin, size, root))
        return Note(note.text, (*note.signatures, line)).to_bytes()


def founded_vkeys(database: Database) -> tuple[str, ...]:
    """Return the vkeys of the log that entry 0 names; none before the ledger is founded."""
    rows = database.read(_FIRST)
    if not rows:
        return ()
    return tuple(cast(list[str], read_entry(cast(bytes, rows[0][0])).act.public["log"]))


def require_founded(database: Database, keys: LogKeys) -> None:
    """Raise Unavailable unless `keys` are those that entry 0 names; before the founding any will do."""
    founded = founded_vkeys(database)
    if founded:
        keys.require_named(founded)


def short(vkey: str) -> str:
    """Return name and key id of a vkey, for people: that of ML-DSA-44 has 1,750 characters more."""
    return "+".join(vkey.split("+", 2)[:2])

"""One officer in contact with one server: pinned, proved to continue what was seen, and signed in when needed."""

from __future__ import annotations

from dataclasses import dataclass

from custody_cli import answers, checkpoints
from custody_cli.door import Door
from custody_cli.faults import IntegrityFault, Misuse, NotThere
from custody_cli.passphrase import Passphrase
from custody_cli.pins import Pin, require_same
from custody_cli.profile import Person, Profile
from custody_cli.settings import Settings
from custody_cli.showing import shown_to
from custody_verifier.canonical import Json
from custody_verifier.note import Checkpoint


@dataclass(slots=True, kw_only=True)
class Contact:
    """A door with what the officer holds it to. `seen` is the newest checkpoint that was verified."""

    door: Door
    profile: Profile
    pin: Pin
    settings: Settings
    passphrase: Passphrase
    seen: Checkpoint

    @property
    def person(self) -> Person:
        """Who the officer is."""
        return self.profile.person()

    def advance(self, note: str) -> Checkpoint:
        """Take a newer checkpoint after its proof, and keep it."""
        with shown_to(self.door, self.profile):
            self.seen = checkpoints.advance(self.profile, self.pin, note.encode(), self.consistency)
        return self.seen

    def require_consistent(self, note: bytes) -> None:
        """Take a checkpoint of any age after proof that it is of one tree with the tree that was seen."""
        with shown_to(self.door, self.profile):
            shown = checkpoints.require_covered(self.profile, self.pin, note, self.consistency)
        if shown.size > self.seen.size:
            self.seen = shown

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the consistency path between two sizes, as the server gives it."""
        return consistency(self.door, old, new)


def consistency(door: Door, old: int, new: int) -> list[bytes]:
    """Return the server's consistency path between two sizes; empty, which proves nothing, when it has none."""
    try:
        return answers.hashes(door.get("/consistency", old=old, new=new), "path")
    except (Misuse, NotThere, IntegrityFault):
        return []


def greet(door: Door, profile: Profile, pin: Pin) -> tuple[Json, Checkpoint]:
    """Ask the server who it is and where its ledger stands; refuse one that is not the pinned ledger grown.

    Raises IntegrityFault, keeps the evidence, and shows the server what was seen before.
    """
    told = door.get("/ledger")
    require_same(pin, told)
    note = answers.text(told, "checkpoint").encode()
    with shown_to(door, profile):
        seen = checkpoints.advance(profile, pin, note, lambda old, new: consistency(door, old, new))
    if answers.whole(told, "size") != seen.size:
        raise IntegrityFault("answer.shape", path="size")
    return told, seen

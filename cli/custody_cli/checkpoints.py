"""Keeps the newest checkpoint of a ledger and lets it only grow: a server must prove that it follows the old one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from custody_cli import private_files
from custody_cli.faults import NotContinued
from custody_cli.pins import Pin
from custody_cli.profile import Profile
from custody_verifier.errors import Failed
from custody_verifier.merkle import check_consistency
from custody_verifier.note import Checkpoint

FILE = "checkpoint"

Proof = Callable[[int, int], Sequence[bytes]]
"""Asks for the consistency path from one tree size to another."""


def kept(profile: Profile, pin: Pin) -> Checkpoint | None:
    """Return the newest checkpoint that this officer has verified."""
    note = kept_note(profile)
    return None if note is None else pin.check(note)


def kept_note(profile: Profile) -> bytes | None:
    """Return the note of the newest verified checkpoint, byte for byte."""
    file = profile.folder / FILE
    return file.read_bytes() if file.is_file() else None


def advance(profile: Profile, pin: Pin, note: bytes, proof: Proof) -> Checkpoint:
    """Take a checkpoint that the server shows, after proof that it continues the kept one, and keep it.

    Raises IntegrityFault when it is not signed by the pinned log, NotContinued when it is older than the kept
    one or does not continue it; both notes are then kept side by side as evidence.
    """
    with profile.alone(FILE):
        shown, old = pin.check(note), kept(profile, pin)
        if old is not None:
            _require_continuation(profile, old, shown, note, proof)
        if old is None or shown.size > old.size:
            private_files.write(profile.folder / FILE, note)
        return shown


def require_covered(profile: Profile, pin: Pin, note: bytes, proof: Proof) -> Checkpoint:
    """Return the checkpoint of a note of any age, after proof that the kept one continues it or it the kept one."""
    shown, old = pin.check(note), kept(profile, pin)
    if old is None or shown.size >= old.size:
        return advance(profile, pin, note, proof)
    _require_consistent(profile, shown, old, note, proof)
    return shown


def _require_continuation(
    profile: Profile, old: Checkpoint, shown: Checkpoint, note: bytes, proof: Proof
) -> None:
    if shown.size < old.size:
        folder = save_evidence(profile, note)
        raise NotContinued("checkpoint.rolled-back", old=old.size, new=shown.size, folder=folder)
    _require_consistent(profile, old, shown, note, proof)


def _require_consistent(
    profile: Profile, old: Checkpoint, new: Checkpoint, note: bytes, proof: Proof
) -> None:
    if old.size == new.size:
        holds = old.root == new.root
    elif old.size == 0:
        holds = True
    else:
        holds = _proved(old, new, proof(old.size, new.size))
    if not holds:
        folder = save_evidence(profile, note)
        raise NotContinued("checkpoint.forked", old=old.size, new=new.size, folder=folder)


def _proved(old: Checkpoint, new: Checkpoint, path: Sequence[bytes]) -> bool:
    try:
        check_consistency(old.size, old.root, new.size, new.root, path)
    except Failed:
        return False
    return True


def save_evidence(profile: Profile, note: bytes) -> str:
    """Keep the note that was shown beside the one that it contradicts; return the folder."""
    folder = profile.folder / "evidence" / datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    private_files.write(folder / "shown.checkpoint", note)
    private_files.write(folder / "kept.checkpoint", kept_note(profile) or b"")
    return str(folder)

"""Shows the kept checkpoint to a server that does not continue it: one restored from a backup then stops writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from custody_cli import checkpoints
from custody_cli.door import Door
from custody_cli.faults import Fault, NotContinued
from custody_cli.messages import say
from custody_cli.profile import Profile

_STOPPED: Final = frozenset({"writes-refused", "fork-seen"})


@contextmanager
def shown_to(door: Door, profile: Profile) -> Iterator[None]:
    """Within, a NotContinued makes the server see what is kept here; what came of it is noted on the fault."""
    try:
        yield
    except NotContinued as fault:
        fault.add_note(say(_shown(door, profile)))
        raise


def _shown(door: Door, profile: Profile) -> str:
    """Return the key of what came of it. No failure is raised: the finding is what the officer must read."""
    note = checkpoints.kept_note(profile)
    if note is None:
        return "shown.unheard"
    try:
        door.post("/checkpoint", {"checkpoint": note.decode("utf-8", "replace")})
    except Fault as fault:
        told = fault.facts.get("told")
        code = told.get("code") if isinstance(told, dict) else None
        return "shown.stopped" if code in _STOPPED else "shown.unheard"
    return "shown.denied"

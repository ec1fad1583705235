"""Waits for the server's long operations, and tells how far they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from custody_cli import answers, progress, refusals
from custody_cli.contact import Contact
from custody_cli.faults import Fault, IntegrityFault, Misuse, NoRoom
from custody_verifier.canonical import Json

_KINDS: Final[Mapping[str, type[Fault]]] = {
    **dict.fromkeys(("content-altered", "chain-broken", "not-proven"), IntegrityFault),
    "no-room": NoRoom,
}
WAIT = 20  # seconds that the server may hold one question


def wait(contact: Contact, operation: str, label: str | None = None) -> Json:
    """Return the result of an operation when it is done; raises the fault of one that failed."""
    name = operation.rpartition("/")[2]
    shown = 0
    told = contact.door.get(f"/operations/{name}")
    total = answers.record(told, "operation").get("total")
    with progress.bar(
        contact.settings, label or "", total if isinstance(total, int) else 0, unit="steps"
    ) as advance:
        while answers.text(told, "state") in {"queued", "running"}:
            told = contact.door.get(f"/operations/{name}", wait=WAIT if label is None else 1)
            done = answers.record(told, "operation").get("done")
            if isinstance(done, int):
                advance(max(0, done - shown))
                shown = max(shown, done)
    if answers.text(told, "state") == "failed":
        raise failure(answers.within(told, "problem"))
    return answers.within(told, "result")


def failure(problem: Json) -> Fault:
    """Return the fault that a failed operation tells."""
    code = answers.optional_text(problem, "code")
    return refusals.fault(_KINDS.get(code or "", Misuse), answers.record(problem, "problem"))

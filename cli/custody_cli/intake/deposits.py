"""Sends a file by the tus 1.0 core protocol, from where the server has it, and waits till it is stored."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Final

from custody_cli import answers, operations
from custody_cli.contact import Contact
from custody_cli.faults import Conflicting, IntegrityFault, Misuse, NotThere, Unreachable
from custody_cli.intake.plan import PlannedFile
from custody_cli.progress import Advance
from custody_verifier.canonical import Json

PIECE: Final = 8 << 20  # bytes of one PATCH: what is lost at most when the line breaks
TUS: Final = {"Tus-Resumable": "1.0.0"}
TRIES: Final = 5


def store(
    contact: Contact, exhibit: str, file: PlannedFile, save: Callable[[], None], advance: Advance
) -> None:
    """Bring one file into the vault; `save` is called after each step that must survive a crash.

    1. find or make the deposit; 2. send what is missing; 3. have it stored; 4. compare the outcome.
    Raises Misuse when the file changed since it was digested.
    """
    if file.stored:
        return
    offset = _offset(contact, file)
    if offset is None:
        file.deposit = _create(contact, exhibit, file)
        save()
        offset = 0
    advance(offset)
    _send(contact, file, offset, advance)
    _store(contact, exhibit, file)
    file.stored = True
    save()


def _create(contact: Contact, exhibit: str, file: PlannedFile) -> str:
    metadata = {
        "exhibit": exhibit,
        "file": file.file,
        "sha256": file.sha256,
        "sha512": file.sha512,
    }
    written = ",".join(
        f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in metadata.items()
    )
    headers = {**TUS, "Upload-Length": str(file.size), "Upload-Metadata": written}
    headers["Idempotency-Key"] = str(uuid.uuid4())
    answer = contact.door.send("POST", "/deposits", headers=headers)
    return answer.headers["Location"]


def _offset(contact: Contact, file: PlannedFile) -> int | None:
    """Return how much of the file the server has; None when there is no deposit, or no more."""
    if file.deposit is None:
        return None
    try:
        answer = contact.door.send("HEAD", file.deposit, headers=TUS)
        return int(answer.headers["Upload-Offset"])
    except NotThere:
        return None
    except (KeyError, ValueError) as fault:
        raise IntegrityFault("answer.shape", path="Upload-Offset") from fault


def _send(contact: Contact, file: PlannedFile, offset: int, advance: Advance) -> None:
    failures = 0
    with Path(file.path).open("rb", buffering=0) as source:
        while offset < file.size:
            source.seek(offset)
            piece = source.read(min(PIECE, file.size - offset))
            if not piece or not file.is_as_measured():
                raise Misuse("file.changed", file=file.path)
            try:
                reached = _patch(contact, file, offset, piece)
            except (Unreachable, Conflicting):
                failures += 1
                if failures == TRIES:
                    raise
                reached = _offset(contact, file) or 0
            advance(max(0, reached - offset))
            offset = reached


def _patch(contact: Contact, file: PlannedFile, offset: int, piece: bytes) -> int:
    headers = {**TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)}
    answer = contact.door.send("PATCH", file.deposit or "", headers=headers, content=piece)
    return int(answer.headers["Upload-Offset"])


def _store(contact: Contact, exhibit: str, file: PlannedFile) -> None:
    told = contact.door.post(f"{file.deposit}/store", {})
    outcome = operations.wait(contact, answers.text(told, "operation"))
    _require_match(exhibit, file, outcome)


def _require_match(exhibit: str, file: PlannedFile, outcome: Json) -> None:
    """The vault read the bytes back: what it found must be what was digested here."""
    found = (answers.text(outcome, "sha256"), answers.text(outcome, "sha512"), answers.whole(outcome, "size"))
    if found != (file.sha256, file.sha512, file.size) or answers.text(outcome, "outcome") != "match":
        raise IntegrityFault("deposit.differs", file=file.path)
    if answers.text(outcome, "file") != file.file or answers.text(outcome, "exhibit") != exhibit:
        raise IntegrityFault("deposit.differs", file=file.path)

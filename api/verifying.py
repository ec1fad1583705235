"""Runs a verification from stored bytes, and records what the checks of files found."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import structlog

from api.backing import backed
from api.operations import Operation, Progress
from api.services import Services
from custody.canonical import Json
from custody.errors import CustodyError
from custody.outcomes import worst
from custody.ports import FileCheck
from custody.values import ExhibitId, FileId, PersonId, StreamName
from events.files import StoredFiles
from events.stream_keys import StreamKeys
from events.verification.scopes import Scope
from events.verification.verifying import Outside, verify

MOST: Final = 8  # verifications that one person has queued or running: each may take hours
TOOL: Final = "custody server 1: fetch, decrypt, SHA-256 and SHA-512"

_log = structlog.get_logger("api.verifying")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be verified: one stream's scope or, with None, the ledger; `checkpoint` is the client's note."""

    stream: StreamName | None
    checkpoint: bytes | None
    files: bool


def start_verification(services: Services, person: PersonId, wanted: Wanted) -> Operation:
    """Begin a verification and return the operation; its result is the verdict. Raises Refused for one too many."""

    def work(progress: Progress) -> dict[str, Json]:
        files = Files(services)
        verdict = verify(
            services.database,
            StreamKeys(services.database, services.keys.master),  # none that was cached is believed
            Scope(wanted.stream),
            outside=Outside(checkpoints=[] if wanted.checkpoint is None else [wanted.checkpoint]),
            check_file=files.check if wanted.files else None,
            progress=progress.at,
        )
        files.record(person)
        return verdict.as_json() | {"witnesses": backed(services.log.policy, services.log.upgrade.newest())}

    return services.operations.start(
        person, "verify", unit="entries and files", total=None, work=work, most=MOST
    )


class Files:
    """The stored files that one verification checks, and what it found of each."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._stored = StoredFiles(services.database, services.ledger.ledger_id)
        self._lock = threading.Lock()
        self._found: dict[ExhibitId, list[FileCheck]] = {}

    def check(self, file: FileId) -> FileCheck:
        """Fetch, decrypt and compare a file. Raises NotFound, WritesRefused (no vault)."""
        stored = self._stored.get(file)
        found = self._services.require_vault().check(stored)
        with self._lock:
            self._found.setdefault(stored.exhibit, []).append(found)
        return found

    def record(self, person: PersonId) -> None:
        """Record one check per exhibit. That none can be recorded just now takes nothing from the verdict."""
        for exhibit, found in sorted(self._found.items()):
            try:
                self._record(exhibit, found, person)
            except CustodyError as error:
                _log.warning("fixity_not_recorded", exhibit=exhibit, code=error.code)

    def _record(self, exhibit: ExhibitId, found: Iterable[FileCheck], person: PersonId) -> None:
        files: dict[str, Json] = {
            each.file: {
                "outcome": each.outcome.value,
                "cause": each.cause,
                "measured_sha256": each.measured_sha256,
            }
            for each in found
        }
        outcome = worst(each.outcome.value for each in found)
        self._services.service.record(
            "fixity.checked.v1",
            StreamName(f"fixity/{exhibit.partition('/')[2]}"),
            {"exhibit": exhibit, "outcome": outcome.value, "requested_by": person},
            {"files": files, "tool": TOOL},
        )

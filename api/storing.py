"""From a complete deposit to a file that an intake may name: encrypted, stored, read back, compared, noted."""

from __future__ import annotations

from contextlib import suppress

from api.operations import Operation, Progress
from api.services import Services
from custody.canonical import Json
from custody.errors import AlreadyTaken, Conflict, NotFound
from custody.ports import LockGrade, Outcome, StoredFile
from custody.values import ExhibitId, FileId, LedgerId, PersonId
from events.files import StoredFiles
from storage.deposit_records import Deposit
from storage.forwarding import Forwarding
from storage.naming import FileNames


def run_ahead(services: Services, deposit: Deposit) -> None:
    """Have a large deposit stored while it arrives, where that pays; `start_storing` makes use of it."""
    if services.forwarding is not None:
        services.forwarding.begin(deposit, _names(deposit, services.ledger.ledger_id))


def start_storing(services: Services, person: PersonId, deposit: str) -> Operation:
    """Begin to store a complete deposit and return the operation.

    Raises NotFound, Conflict (not complete), AlreadyTaken (the file's id is in use), WritesRefused (no vault).
    """
    forwarding, grade = services.require_forwarding(), services.require_vault().grade()
    ledger = services.ledger.ledger_id
    found, _ = services.deposits.staged(deposit, person)
    _require_unused(services, found, ledger)

    def work(progress: Progress) -> dict[str, Json]:
        stored = _stored(services, forwarding, found, ledger)
        progress.at(stored.plain.size)
        with suppress(NotFound, Conflict):  # an idle copy of what is stored: it expires by itself
            services.deposits.delete(deposit, person)
        return result_of(stored, grade)

    return services.operations.start(person, "store", unit="bytes", total=found.declared.size, work=work)


def _stored(services: Services, forwarding: Forwarding, deposit: Deposit, ledger: LedgerId) -> StoredFile:
    """Return the stored file, which was noted as waiting after its bytes were durable and compared."""
    known = _known(services, deposit)
    if known is not None:
        return known  # stored before, and the reply was lost
    stored = forwarding.finish(deposit, _names(deposit, ledger))
    try:
        services.waiting.add(stored, deposit.person)
    except AlreadyTaken:
        known = _known(services, deposit)  # asked for twice at once, and the other was first
        if known is None:
            raise
        return known
    return stored


def _known(services: Services, deposit: Deposit) -> StoredFile | None:
    known = services.waiting.get(FileId(deposit.metadata["file"]), deposit.person)
    same = known is not None and (known.plain, known.exhibit) == (
        deposit.declared,
        deposit.metadata["exhibit"],
    )
    return known if same else None


def _names(deposit: Deposit, ledger: LedgerId) -> FileNames:
    found = deposit.metadata
    return FileNames(file=FileId(found["file"]), exhibit=ExhibitId(found["exhibit"]), ledger=ledger)


def _require_unused(services: Services, deposit: Deposit, ledger: LedgerId) -> None:
    try:
        StoredFiles(services.database, ledger).get(FileId(deposit.metadata["file"]))
    except NotFound:
        return
    raise AlreadyTaken("file")


def result_of(stored: StoredFile, grade: LockGrade) -> dict[str, Json]:
    """Return what its person is told of a stored file."""
    return {
        "file": stored.file,
        "exhibit": stored.exhibit,
        "sha256": stored.plain.sha256,
        "sha512": stored.plain.sha512,
        "size": stored.plain.size,
        "outcome": Outcome.MATCH.value,
        "lock": grade.value,
    }

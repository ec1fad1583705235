"""Files that the vault has stored and no entry refers to yet: what an intake may name."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Final, cast

import structlog

from api.tables import change
from custody.act import Act
from custody.catalogue.exhibit import INTAKE
from custody.errors import AlreadyTaken, CustodyError
from custody.ports import Appended, FileDigests, StoredFile
from custody.values import FileId, PersonId
from events.database import Database
from events.ledger import StoredLedger, Wanted

_log = structlog.get_logger("api.waiting_files")

MOST_FILES: Final = 250  # of one intake (acts-v1)


class WaitingFiles:
    """Stored files by their id, each with who stored it, until an intake names them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, stored: StoredFile, person: PersonId) -> None:
        """Keep a stored file. Raises AlreadyTaken when one of that id was stored before."""
        row = (stored.file, person, _written(stored), int(time.time()))
        statement = (
            "INSERT INTO waiting_file (file, person, stored, made) VALUES (?, ?, ?, ?) "
            "ON CONFLICT DO NOTHING RETURNING 1"
        )
        if not change(self._database, statement, row):
            raise AlreadyTaken("file")

    def get(self, file: FileId, person: PersonId) -> StoredFile | None:
        """Return a file that this person stored, or None."""
        rows = self._database.read(
            "SELECT stored FROM waiting_file WHERE file = ? AND person = ?", (file, person)
        )
        return _read(cast(bytes, rows[0][0])) if rows else None

    def named_by(self, act: Act) -> tuple[StoredFile, ...]:
        """Return those of an intake's files that its actor has stored for that exhibit; () for other acts.

        Whether they are all, and of the disclosed digests, is the ledger's to judge.
        """
        files = act.public.get("files") if act.type == INTAKE else None
        if not isinstance(files, list):
            return ()
        named = [each for each in files[:MOST_FILES] if isinstance(each, str)]
        if not named:
            return ()
        places = ",".join("?" * len(named))
        rows = self._database.read(
            f"SELECT stored FROM waiting_file WHERE person = ? AND file IN ({places})",  # noqa: S608 - places alone
            (act.person, *named),
        )
        found = (_read(cast(bytes, row[0])) for row in rows)
        return tuple(each for each in found if str(each.exhibit) == act.stream)

    def forget(self, files: Sequence[StoredFile]) -> None:
        """Drop files that an entry refers to now."""
        with self._database.transaction() as session:
            session.executemany("DELETE FROM waiting_file WHERE file = ?", [(each.file,) for each in files])

    def forget_recorded(self) -> None:
        """Drop what an entry refers to and a server that ended at once left here, each with its wrapped key."""
        change(self._database, "DELETE FROM waiting_file WHERE file IN (SELECT file FROM stored_file)")


class Recording:
    """Appends acts with the files that wait for them, which then wait no more."""

    def __init__(self, ledger: StoredLedger, waiting: WaitingFiles) -> None:
        self._ledger = ledger
        self._waiting = waiting

    def append_each(self, wanted: Sequence[Wanted]) -> list[Appended | CustodyError]:
        """Do what the ledger's `append_each` does, with each intake's files."""
        ready = [self._with_files(each) for each in wanted]
        found = self._ledger.append_each(ready)
        for each, outcome in zip(ready, found, strict=True):
            if each.files and isinstance(outcome, Appended):
                self._forget(each)
        return found

    def _forget(self, recorded: Wanted) -> None:
        """Drop what waits no more. That it cannot be dropped now is no refusal: all of the group is recorded."""
        try:
            self._waiting.forget(recorded.files)
        except CustodyError as fault:
            _log.warning("waiting_files_left", count=len(recorded.files), code=fault.code)

    def _with_files(self, wanted: Wanted) -> Wanted:
        files = tuple(file for each in wanted.submissions for file in self._waiting.named_by(each.act))
        return replace(wanted, files=files) if files else wanted


def _written(stored: StoredFile) -> bytes:
    members = asdict(stored)
    members["wrapped_key"] = stored.wrapped_key.hex()
    return json.dumps(members).encode()


def _read(data: bytes) -> StoredFile:
    members = json.loads(data)
    members["plain"] = FileDigests(**members["plain"])
    members["wrapped_key"] = bytes.fromhex(members["wrapped_key"])
    return StoredFile(**members)

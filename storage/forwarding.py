"""Stores large deposits while they are still arriving, so that little is left to do when they are complete."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Final

import structlog

from custody.errors import Unavailable
from custody.ports import StoredFile
from storage.deposit_records import Deposit
from storage.deposits import Deposits
from storage.following import Following
from storage.naming import FileNames
from storage.vault import S3Vault

LEAST: Final = 64 << 20  # smaller files are stored in a moment anyway
SLOTS: Final = 2  # at most so many at once: a slow connection must not keep the others waiting

_log = structlog.get_logger("storage.forwarding")


@dataclass(frozen=True, slots=True)
class _Ahead:
    names: FileNames
    source: Following
    task: Future[StoredFile]


class Forwarding:
    """Runs ahead of deposits. It decides nothing: what it stored is used only if the deposit ends well.

    What is stored ahead stays under legal hold, without retention, until `finish` asks for it; so
    a deposit that nobody makes use of leaves an object that an administrator can remove.
    """

    def __init__(self, deposits: Deposits, vault: S3Vault) -> None:
        self._deposits = deposits
        self._vault = vault
        self._pool = ThreadPoolExecutor(SLOTS, thread_name_prefix="forwarding")
        self._guard = threading.Lock()
        self._ahead: dict[str, _Ahead] = {}

    def close(self) -> None:
        """Give up what still waits for bytes, and wait for the rest."""
        with self._guard:
            for ahead in self._ahead.values():
                ahead.source.stop()
        self._pool.shutdown(wait=True)

    def begin(self, deposit: Deposit, names: FileNames) -> bool:
        """Run ahead of a deposit if that pays and a slot is free; say whether it does."""
        with self._guard:
            self._drop_abandoned()
            busy = sum(not ahead.task.done() for ahead in self._ahead.values())
            if deposit.id in self._ahead or deposit.declared.size < LEAST or busy >= SLOTS:
                return deposit.id in self._ahead
            source = self._deposits.follow(deposit.id, deposit.person)
            task = self._pool.submit(self._run, source, deposit, names)
            self._ahead[deposit.id] = _Ahead(names, source, task)
        return True

    def finish(self, deposit: Deposit, names: FileNames) -> StoredFile:
        """Return the stored file of a complete deposit, retained; stored now unless that was done ahead.

        Raises NotFound, Conflict (not complete), DigestMismatch, NoRoom, Unavailable, ContentAltered.
        """
        complete, staged = self._deposits.staged(deposit.id, deposit.person)
        stored = self._done_ahead(deposit, names)
        if stored is None:
            self._deposits.require_room_to_store(complete.declared.size)
            return self._vault.store(
                staged,
                file=names.file,
                exhibit=names.exhibit,
                ledger=names.ledger,
                declared=complete.declared,
            )
        self._vault.retain(stored)
        return stored

    def _done_ahead(self, deposit: Deposit, names: FileNames) -> StoredFile | None:
        with self._guard:
            ahead = self._ahead.pop(deposit.id, None)
        if ahead is None or ahead.names != names:
            return None
        try:
            return ahead.task.result()
        except Unavailable as fault:
            _log.info("not_stored_ahead", reason=fault.message)
            return None

    def _run(self, source: Following, deposit: Deposit, names: FileNames) -> StoredFile:
        with closing(source):
            return self._vault.store_from(source, names, deposit.declared, source.measured)

    def _drop_abandoned(self) -> None:
        """Forget what was done ahead for deposits that are gone."""
        done = [name for name, ahead in self._ahead.items() if ahead.task.done()]
        for name in done:
            if not self._deposits.exists(name):
                del self._ahead[name]

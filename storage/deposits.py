"""Deposits: files on their way in, resumable at the last durable byte (tus 1.0 core, without the HTTP)."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog

from custody.errors import (
    Conflict,
    DigestMismatch,
    Malformed,
    NoRoom,
    NotFound,
    OffsetMismatch,
    TooLarge,
    Unavailable,
)
from custody.ports import Clock, FileDigests
from custody.values import PersonId, hex256, hex512
from storage.arrival import Arrival
from storage.deposit_records import Deposit, DepositId, DepositRecords, Status
from storage.digests import compare
from storage.following import Following, Watch
from storage.private_files import sync_directory
from storage.room import Room

LIFETIME: Final = timedelta(days=7)
MOST_BYTES: Final = 1 << 40
MOST_METADATA: Final = 4096
MOST_OPEN: Final = 256  # files held open between requests; the others are read again on resume

_log = structlog.get_logger("storage.deposits")


class Deposits:
    """All deposits under one folder. May be shared by threads; one request at a time writes to a deposit."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        lifetime: timedelta = LIFETIME,
        limit: int = MOST_BYTES,
        room: Room | None = None,
    ) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._clock = clock
        self._lifetime = lifetime
        self._limit = limit
        self._room = room or Room(folder)
        self._creating = threading.Lock()
        self._records = DepositRecords(folder / "deposits.sqlite")
        self._guard = threading.Lock()
        self._arrivals: dict[str, Arrival] = {}
        self._watch = Watch()

    def close(self) -> None:
        """Close every file; what is durable stays."""
        with self._guard:
            for arrival in self._arrivals.values():
                arrival.close()
            self._arrivals.clear()
        self._records.close()

    def create(
        self, *, declared: FileDigests, metadata: Mapping[str, str], person: PersonId, session: str
    ) -> Deposit:
        """Begin a deposit of `declared.size` bytes; an empty one is complete at once.

        Raises Malformed, TooLarge, DigestMismatch (empty, but another digest declared), NoRoom, Unavailable.
        """
        _check(declared, metadata, self._limit)
        deposit = Deposit(
            id=DepositId(secrets.token_hex(16)),
            person=person,
            session=session,
            metadata=dict(metadata),
            declared=declared,
            offset=0,
            status=Status.OPEN,
            expires_at=self._clock.now() + self._lifetime,
        )
        with self._creating:  # looked and promised in one: no two are promised the same room
            self._room.require(self._room.required(declared.size), self._promised())
            self._records.add(deposit)  # before its file: a file that no row knows is swept
        return self.append(deposit.id, person, 0, ()) if declared.size == 0 else deposit

    def find(self, deposit: str, person: PersonId) -> Deposit:
        """Return a deposit of this person. Raises NotFound for another's, and for an expired one."""
        found = self._records.find(deposit)
        if found.person != person or found.expires_at <= self._clock.now():
            raise NotFound("deposit", deposit)
        return found

    def append(self, deposit: str, person: PersonId, offset: int, chunks: Iterable[bytes]) -> Deposit:
        """Take bytes that continue at `offset`, and return the deposit with its new offset.

        Whatever arrived before `chunks` ended, or raised, is kept. The last byte completes the
        deposit: its digests are compared with the declared ones.
        Raises NotFound, OffsetMismatch, Conflict (another request is writing), TooLarge,
        DigestMismatch (the deposit is stopped for good), NoRoom, Unavailable.
        """
        settled = self.find(deposit, person)
        if settled.status is Status.STOPPED:
            raise Conflict(
                "the deposit was stopped: its bytes were not the declared ones", offset=settled.offset
            )
        if settled.status is Status.COMPLETE and offset == settled.offset:
            return settled
        with self._writing(deposit, person) as (found, arrival):
            if offset != found.offset:
                raise OffsetMismatch(offset=found.offset, given=offset)
            try:
                arrival.take(self._room.pieces(chunks), lambda durable: self._advance(found, durable))
            finally:
                moved = self._advance(found, arrival.settle())
            return self._finish(moved, arrival)

    def staged(self, deposit: str, person: PersonId) -> tuple[Deposit, Path]:
        """Return a complete deposit and the file that holds its bytes. Raises NotFound, Conflict."""
        found = self.find(deposit, person)
        if found.status is Status.OPEN and found.offset == found.declared.size:
            found = self.append(deposit, person, found.offset, ())  # a crash came before the comparison
        if found.status is not Status.COMPLETE:
            raise Conflict(f"the deposit is {found.status} at byte {found.offset}", offset=found.offset)
        return found, self._path(found.id)

    def follow(self, deposit: str, person: PersonId) -> Following:
        """Return the bytes of a deposit as they become durable; one follower a deposit. Raises NotFound."""
        found = self.find(deposit, person)
        self._watch.follow(found.id, found.offset)
        return Following(self._watch, found.id, self._path(found.id), found.declared.size)

    def require_room_to_store(self, size: int) -> None:
        """Raise NoRoom where a file of this size would be stored beside, and would not fit."""
        if self._room.stored_beside:
            self._room.require(size)

    def exists(self, deposit: str) -> bool:
        """Say whether a deposit is still kept."""
        try:
            self._records.find(deposit)
        except NotFound:
            return False
        return True

    def delete(self, deposit: str, person: PersonId) -> None:
        """End a deposit and drop its bytes. Raises NotFound, Conflict."""
        if not self._drop_if_idle(self.find(deposit, person)):
            raise Conflict("another request is writing to this deposit")

    def sweep(self) -> list[DepositId]:
        """Drop the deposits that expired and the files that belong to none; return the ids."""
        files = list(self._folder.glob("*.bytes"))  # before the rows: a new deposit has its row first
        rows = self._records.all()
        dropped = [
            found.id for found in rows if found.expires_at <= self._clock.now() and self._drop_if_idle(found)
        ]
        known = {found.id for found in rows}
        for path in files:
            if path.stem not in known:
                path.unlink(missing_ok=True)
                dropped.append(DepositId(path.stem))
        _log.info("deposits_swept", count=len(dropped))
        return dropped

    def _promised(self) -> int:
        """Return the bytes of the disk that the deposits there are will still take."""
        to_receive, to_store = self._records.to_come()
        return to_receive + (to_store if self._room.stored_beside else 0)

    def _path(self, deposit: str) -> Path:
        return self._folder / f"{deposit}.bytes"

    @contextmanager
    def _writing(self, deposit: str, person: PersonId) -> Iterator[tuple[Deposit, Arrival]]:
        arrival = self._claim(self.find(deposit, person))
        try:
            yield self.find(deposit, person), arrival
        except NoRoom:
            raise  # nothing is in doubt: what arrived is durable
        except Unavailable:
            self._forget(deposit)  # what is on disk is in doubt: the next request opens and reads it anew
            raise
        finally:
            arrival.writing.release()

    def _claim(self, deposit: Deposit) -> Arrival:
        """Return the open file of a deposit, ours alone until `writing` is released."""
        with self._guard:  # found and claimed in one: nobody may close it in between
            arrival = self._arrivals.get(deposit.id)
            if arrival is None:
                self._make_room()
                arrival = Arrival(self._path(deposit.id), deposit.offset, deposit.declared.size)
                sync_directory(self._folder)
                self._arrivals[deposit.id] = arrival
            if not arrival.writing.acquire(blocking=False):
                raise Conflict("another request is writing to this deposit")
            return arrival

    def _make_room(self) -> None:
        idle = [name for name, arrival in self._arrivals.items() if not arrival.writing.locked()]
        for name in idle[: max(0, len(self._arrivals) - MOST_OPEN + 1)]:
            self._arrivals.pop(name).close()

    def _forget(self, deposit: str) -> None:
        with self._guard:
            arrival = self._arrivals.pop(deposit, None)
            if arrival is not None:
                arrival.close()

    def _advance(self, deposit: Deposit, durable: int) -> Deposit:
        moved = replace(deposit, offset=durable, expires_at=self._clock.now() + self._lifetime)
        self._records.move(moved)
        self._watch.advanced(deposit.id, durable)
        return moved

    def _finish(self, deposit: Deposit, arrival: Arrival) -> Deposit:
        if deposit.offset < deposit.declared.size:
            return deposit
        measured = arrival.measured()
        try:
            compare(deposit.declared, measured)
        except DigestMismatch:
            self._close_as(deposit, Status.STOPPED)
            self._path(deposit.id).unlink(missing_ok=True)
            self._watch.ended(deposit.id)
            raise
        finished = self._close_as(deposit, Status.COMPLETE)
        self._watch.completed(deposit.id, measured)
        return finished

    def _close_as(self, deposit: Deposit, status: Status) -> Deposit:
        finished = replace(deposit, status=status)
        self._records.move(finished)
        self._forget(deposit.id)
        return finished

    def _drop_if_idle(self, deposit: Deposit) -> bool:
        with self._guard:
            arrival = self._arrivals.get(deposit.id)
            if arrival is not None and not arrival.writing.acquire(blocking=False):
                return False
        self._drop(deposit.id)
        return True

    def _drop(self, deposit: DepositId) -> None:
        self._records.remove(deposit)
        self._forget(deposit)
        self._path(deposit).unlink(missing_ok=True)
        self._watch.ended(deposit)


def _check(declared: FileDigests, metadata: Mapping[str, str], limit: int) -> None:
    hex256(declared.sha256, "sha256")
    hex512(declared.sha512, "sha512")
    if declared.size < 0:
        raise Malformed("length", "is negative")
    if declared.size > limit:
        raise TooLarge("deposit", size=declared.size, limit=limit)
    size = sum(len(name.encode()) + len(value.encode()) for name, value in metadata.items())
    if size > MOST_METADATA:
        raise TooLarge("metadata", size=size, limit=MOST_METADATA)

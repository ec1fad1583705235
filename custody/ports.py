"""The ports: what the centre asks of the ledger, the vault, the master key and the clock.

Adapters live in `events/` and `storage/`; each port has one contract suite in `tests/contracts/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from custody.act import Act, Disclosure, Entry, Signature
from custody.values import ExhibitId, FileId, LedgerId, PersonId, StreamName

if TYPE_CHECKING:
    from custody.states import State


class Clock(Protocol):
    """This machine's clock."""

    def now(self) -> datetime:
        """Return the present instant, aware, UTC."""


class MasterKey(Protocol):
    """The deployment's master key, which wraps data keys and never leaves its provider."""

    @property
    def key_id(self) -> str:
        """Name of the key in use, recorded beside each wrapped key."""

    def wrap(self, plain: bytes, context: bytes) -> bytes:
        """Return `plain` wrapped; `context` is authenticated with it. Raises Unavailable."""

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return what `wrap` was given. Raises ContentAltered for other bytes or another context."""


# --- the ledger ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Submission:
    """A signed act on its way into the ledger, with every member of its body opened."""

    act: Act
    disclosures: tuple[Disclosure, ...]
    signature: Signature


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A client's key for one request: scope is the person; `request` is the hex SHA-256 of the request."""

    person: PersonId
    key: str
    request: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that an entry is in the ledger: its index, its bytes, and a `.tlog-proof` (ledger-v1)."""

    index: int
    entry: bytes
    proof: bytes


@dataclass(frozen=True, slots=True)
class Appended:
    """What an append gave: one receipt for each act, in order; `replayed` when it was recorded before."""

    receipts: tuple[Receipt, ...]
    replayed: bool


@dataclass(frozen=True, slots=True)
class TreeHead:
    """A head of the ledger: `size` entries, 32-byte `root`, and when that size was reached."""

    size: int
    root: bytes
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry with its index in the ledger."""

    index: int
    entry: Entry


class LedgerReader(Protocol):
    """The ledger, for reading. Whatever is handed out is parsed from stored bytes."""

    @property
    def ledger_id(self) -> LedgerId:
        """Hex SHA-256 of entry 0. Raises NotFound before the ledger is founded."""

    def head(self) -> TreeHead:
        """Return the newest head."""

    def entries(self, start: int, stop: int) -> Iterator[Recorded]:
        """Yield the entries of [start, stop) in ledger order. Raises ChainBroken at one that is missing."""

    def raw(self, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        """Yield index and stored bytes of [start, stop), unparsed: what verification starts from."""

    def stream(self, name: StreamName) -> Sequence[Recorded]:
        """Return all entries of a stream in order; empty when there is none."""

    def disclosures(self, index: int) -> tuple[Disclosure, ...]:
        """Return the disclosures of an entry that can still be opened."""

    def state(self, stream: StreamName) -> State | None:
        """Return the folded state of a stream, or None when it has no entry."""

    def checkpoint(self, size: int | None = None) -> bytes:
        """Return the signed note of the newest head, or of the tree row of `size`. Raises NotFound."""

    def receipt(self, index: int) -> Receipt:
        """Return a receipt of an entry under the newest head. Raises NotFound."""

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the inclusion path of `index` in the tree of `size` (RFC 6962 2.1.1)."""

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the consistency proof between two sizes, 0 < old <= new (RFC 6962 2.1.2)."""


class Ledger(LedgerReader, Protocol):
    """The ledger, for writing as well."""

    def append(
        self,
        submissions: Sequence[Submission],
        idempotency: IdempotencyKey | None = None,
        files: Sequence[StoredFile] = (),
    ) -> Appended:
        """Record acts, all or none, in order, and return their receipts once they are durable.

        `files`: what the vault stored for the digital intakes among the acts; each intake names exactly its
        own. Acts or a request that were recorded before give their first receipts again (`replayed`).
        Raises Rejected, Conflict, Unavailable, OutcomeUnknown, ForkSeen.
        """


# --- the vault ----------------------------------------------------------------------------------------


class Outcome(StrEnum):
    """What a file check found."""

    MATCH = "match"
    MISMATCH = "mismatch"
    NOT_CHECKED = "not-checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDigests:
    """What a file is: SHA-256 and SHA-512 in hex, and its size in bytes."""

    sha256: str
    sha512: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """Where and how the vault keeps a file; everything that is needed to fetch and check it."""

    file: FileId
    exhibit: ExhibitId
    ledger: LedgerId
    plain: FileDigests
    object_key: str
    version_id: str | None
    stored_sha256: str
    stored_size: int
    crc32: int  # of the plain bytes
    key_id: str
    wrapped_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCheck:
    """The outcome of checking one stored file.

    `cause` says why when it is not a match; with a match it says what else was found, such as an attempt to
    write over the file.
    """

    file: FileId
    outcome: Outcome
    cause: str | None
    measured_sha256: str | None


class LockGrade(StrEnum):
    """How well the store itself protects bytes: probed, never assumed."""

    LOCKED = "locked"
    VERSIONED = "versioned"
    PLAIN = "plain"


class Vault(Protocol):
    """The bytes of exhibits. What `store` returned is durable, was read back, and was compared."""

    def store(
        self, staged: Path, *, file: FileId, exhibit: ExhibitId, ledger: LedgerId, declared: FileDigests
    ) -> StoredFile:
        """Encrypt and store a staged file. Raises DigestMismatch, Unavailable, OutcomeUnknown."""

    def open(self, stored: StoredFile, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield the plain bytes of [start, end). Raises NotFound, Unavailable, ContentAltered."""

    def check(self, stored: StoredFile) -> FileCheck:
        """Fetch, decrypt and compare a stored file; never raises for what it finds."""

    def grade(self) -> LockGrade:
        """Return the protection that was probed at start."""


# --- the log outside ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object's bytes, and the tag that names this state of it for `replace`."""

    data: bytes
    tag: str


class ObjectStore(Protocol):
    """One place for small objects by name, written under conditions (docs/spec/log-v1.md section 1)."""

    def read(self, name: str) -> StoredObject:
        """Return an object. Raises NotFound, Unavailable."""

    def create(self, name: str, data: bytes, *, lock: bool = False) -> None:
        """Write an object that must not exist yet; `lock` keeps it from deletion where the place can.

        Raises AlreadyTaken (whatever its bytes are), and Unavailable: it may be there or not.
        """

    def replace(self, name: str, data: bytes, tag: str | None) -> None:
        """Write an object whose state is still `tag`; None: it must not exist. Raises as `create`."""

    def remove(self, name: str) -> None:
        """Take an object away, or leave it where it may not be; doing so twice is fine. Raises Unavailable."""

    def names(self, prefix: str) -> Iterator[str]:
        """Yield the names that begin with `prefix`, in order of their bytes. Raises Unavailable."""

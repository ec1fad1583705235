"""What lists and search show of cases, exhibits, files and persons."""

from __future__ import annotations

from dataclasses import dataclass

from custody.values import ActHash, CaseId, ExhibitId, FileId, Fingerprint, PersonId, StreamName


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case as it stands now. Texts whose disclosure is withheld are empty."""

    case: CaseId
    reference: str
    title: str
    closed: bool
    opened_at: str
    opened_by: PersonId
    changed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOffer:
    """An offered transfer that waits for an answer; `offered_at` is the entry's recorded_at."""

    act: ActHash
    by: PersonId
    to: PersonId
    offered_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitRow:
    """An exhibit as it stands now. `reference` is None while its case's reference is withheld.

    `checked` is the outcome of the last file check, recorded at `checked_at`; `changed` its last index.
    """

    exhibit: ExhibitId
    case: CaseId
    reference: str | None
    ordinal: int
    kind: str
    title: str
    site: str
    custodian: PersonId
    in_error: bool
    received_at: str
    changed: int
    offer: OpenOffer | None
    checked: str | None
    checked_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """A person; `roles` are the ledger-wide ones. The founder and the service have no name until amended."""

    person: PersonId
    name: str
    active: bool
    enrolled_at: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFile:
    """A file that is held here, by the digests that its intake disclosed."""

    file: FileId
    exhibit: ExhibitId
    case: CaseId
    reference: str | None
    name: str
    size: int
    sha256: str
    sha512: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingKey:
    """A key that does nothing until its person confirms it; granted by the entry at `granted`."""

    person: PersonId
    fingerprint: Fingerprint
    granted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRecovery:
    """A recovery that a second administrator may approve."""

    act: ActHash
    person: PersonId
    proposed_by: PersonId
    proposed_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """What waits for a person: offers to them, their keys to confirm, recoveries that they may approve."""

    offers: tuple[ExhibitRow, ...]
    keys: tuple[WaitingKey, ...]
    recoveries: tuple[WaitingRecovery, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A stream in which every word of a query was found. `kind` is case, exhibit or person.

    `case` is the case that it belongs to (None for a person), `reference` its own, `title` its title or name.
    """

    stream: StreamName
    kind: str
    case: CaseId | None
    reference: str | None
    title: str

"""What the papers of a bundle may say, as shapes: its facts, exhibits, persons, steps and corrections.

Nothing here comes from the ledger's tables: a value that the bundle does not disclose cannot reach a paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from custody.canonical import Json
from custody.verdict import Finding


@dataclass(frozen=True, slots=True)
class Shown:
    """A value as a paper may show it; `withheld`: there is one, and the bundle does not disclose it."""

    value: Json
    withheld: bool = False

    @property
    def text(self) -> str | None:
        """The value when it is text, else None."""
        return self.value if isinstance(self.value, str) else None


NOTHING: Final = Shown(None)
WITHHELD: Final = Shown(None, withheld=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Who did something, by which entry, and both clocks as the entry has them."""

    entry: int
    act: str
    person: str
    occurred_at: str
    recorded_at: str
    late: bool = False
    late_reason: Shown = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """A key of a person. Numbers are entries; `word` is the person who vouches for it."""

    fingerprint: str
    algorithm: str
    use: str
    granted: int
    confirmed: int | None
    ended: int | None
    word: str


@dataclass(frozen=True, slots=True)
class RoleFacts:
    """A role, in a case or (`case` None) in the whole ledger, from one entry until another."""

    role: str
    case: str | None
    granted: int
    ended: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """A person whom the bundle names. `place` is `founder`, `service` or `enrolled`."""

    person: str
    place: str
    names: tuple[tuple[int, Shown], ...]
    identity: Shown
    enrolled: Moment
    keys: tuple[KeyFacts, ...]
    roles: tuple[RoleFacts, ...]
    active: bool

    def name_at(self, index: int) -> Shown:
        """Return the name as it was when the entry at an index was recorded."""
        found = [name for since, name in self.names if since <= index]
        return found[-1] if found else NOTHING

    @property
    def name(self) -> Shown:
        """The newest name."""
        return self.names[-1][1] if self.names else NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFacts:
    """A row of the custody table. `kind` is `intake`, `transfer` or `move`; `provided_by`: of an intake, from whom."""

    kind: str
    moment: Moment
    released_by: str | None
    received_by: str | None
    provided_by: Shown
    purpose: Shown
    condition: Shown
    place: Shown
    seal: Shown
    rehash: Shown
    in_error: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFacts:
    """A transfer that did not take place (yet). `outcome` is `open`, `declined` or `withdrawn`."""

    moment: Moment
    to: str
    outcome: str
    purpose: Shown
    answered: Moment | None
    reason: Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFacts:
    """A correction. `kind` is `amended`, `in-error` or `case-corrected`; `changes`: name, before, after."""

    kind: str
    moment: Moment
    reason: Shown
    changes: tuple[tuple[str, Shown, Shown], ...] = ()
    marked: int | None = None
    cases: tuple[str, str] | None = None
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """A file of an exhibit: digests and size as recorded, and what was found with it."""

    file: str
    digests: Shown
    found: Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFacts:
    """What the service recorded of an exhibit: `what` was done for `person`, or `outcome` of a check of files."""

    moment: Moment
    what: str
    person: str | None
    purpose: Shown
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitFacts:
    """One exhibit of the bundle, with its custody table and all that was found in it."""

    exhibit: str
    case: str
    ordinal: int | None
    reference: str | None
    kind: str
    in_error: bool
    collected_at: str | None
    custodian: str
    fields: Mapping[str, Shown]
    steps: tuple[StepFacts, ...]
    offers: tuple[OfferFacts, ...]
    changes: tuple[ChangeFacts, ...]
    files: tuple[FileFacts, ...]
    service: tuple[ServiceFacts, ...]
    unknown: tuple[Moment, ...]
    findings: tuple[Finding, ...]

    def field(self, name: str) -> Shown:
        """Return the value that counts of a field; nothing when it was never given."""
        return self.fields.get(name, NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """A case that the bundle names."""

    case: str
    fields: Mapping[str, Shown]
    closed: bool
    members: tuple[tuple[str, str], ...]  # person, role: those who have it at the end

    def field(self, name: str) -> Shown:
        """Return the value that counts of a field; nothing when it was never given."""
        return self.fields.get(name, NOTHING)


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """A time-stamp that the service checked when it came: over the tree of `size` entries, by `tsa`, at `time`."""

    size: int
    tsa: str
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All facts of one bundle. `fingerprint` is the hex SHA-256 of `data/entries.jsonl`; `tokens` by ascending size."""

    bundle: str
    ledger: str
    origin: str
    deployment: Shown
    founded_at: str
    at: int
    made_at: str
    fingerprint: str
    entries: int
    checkpoint: str | None
    whole_case: bool
    case: CaseFacts | None
    cases: Mapping[str, CaseFacts]
    request: Moment
    recipient: Shown
    purpose: Shown
    exhibits: tuple[ExhibitFacts, ...]
    persons: Mapping[str, PersonFacts]
    withheld: tuple[tuple[str, int], ...]
    tokens: tuple[TokenFacts, ...] = ()

    def name_at(self, person: str, index: int) -> Shown:
        """Return a person's name as of an entry; nothing when the bundle does not name them."""
        found = self.persons.get(person)
        return NOTHING if found is None else found.name_at(index)

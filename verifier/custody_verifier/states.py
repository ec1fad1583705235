"""What is known of persons, cases, exhibits and bundles after the entries so far (acts-v1, continuity-v1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True, kw_only=True)
class Key:
    """A person's key. `came_with`: the key for acts whose confirmation makes this session key good too."""

    fingerprint: str
    algorithm: str
    spki: bytes
    use: str
    confirmed: bool
    ended: bool = False
    untrusted_since: datetime | None = None
    came_with: str | None = None

    @property
    def good(self) -> bool:
        """Whether it may sign now."""
        return self.confirmed and not self.ended


@dataclass(slots=True)
class Proposal:
    """A recovery that one administrator proposed: keys that wait for a second one."""

    by: str
    keys: list[Key]
    approved: bool = False


@dataclass(slots=True, eq=False)
class Person:
    """A person: keys by fingerprint, ledger-wide roles. `word`: index of the entry that enrolled them."""

    name: str
    word: int
    keys: dict[str, Key] = field(default_factory=dict)
    roles: set[str] = field(default_factory=set)
    active: bool = True
    proposals: dict[str, Proposal] = field(default_factory=dict)


@dataclass(slots=True)
class Case:
    """A case: (person, role) of its members; `ordinal`: the last number given in it."""

    members: set[tuple[str, str]] = field(default_factory=set)
    closed: bool = False
    ordinal: int = 0


@dataclass(slots=True)
class Offer:
    """An offer that waits for an answer."""

    hash: str
    by: str
    to: str
    index: int


@dataclass(slots=True, kw_only=True)
class Exhibit:
    """An exhibit. `acts`: hash to type of what can be marked as recorded in error; `intake`: its act hash."""

    case: str
    kind: str
    files: frozenset[str]
    custodian: str
    occurred: datetime
    intake: str
    acts: dict[str, str] = field(default_factory=dict)
    marked: set[str] = field(default_factory=set)
    offer: Offer | None = None

    @property
    def in_error(self) -> bool:
        """Whether its intake is marked as recorded in error."""
        return self.intake in self.marked


@dataclass(slots=True, kw_only=True)
class Bundle:
    """A bundle: its request, its sealing, its issues, by act hash."""

    request: str
    requested_at: int
    case: str | None
    exhibits: tuple[str, ...]
    sealed: str | None = None
    issues: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Head:
    """The end of a stream: version, act hash of its last act, index and digest of its last entry."""

    version: int
    previous: str
    index: int
    digest: str


@dataclass(slots=True)
class States:
    """All states. `scope`: the streams that are given, each whole; None: all of the ledger."""

    scope: frozenset[str] | None = None
    ledger: str | None = None
    ledger_stream: str | None = None
    persons: dict[str, Person] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    exhibits: dict[str, Exhibit] = field(default_factory=dict)
    bundles: dict[str, Bundle] = field(default_factory=dict)
    heads: dict[str, Head] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    def person(self, name: str) -> Person | None:
        """Return a person, or None when nobody enrolled them."""
        return self.persons.get(self._ask(name, name in self.persons))

    def case(self, name: str) -> Case | None:
        """Return a case, or None."""
        return self.cases.get(self._ask(name, name in self.cases))

    def exhibit(self, name: str) -> Exhibit | None:
        """Return an exhibit, or None."""
        return self.exhibits.get(self._ask(name, name in self.exhibits))

    def _ask(self, name: str, known: bool) -> str:  # noqa: FBT001 - one caller a kind
        if not known and self.scope is not None and name not in self.scope:
            self.asked.add(name)
        return name

"""What a stream says of one key or one ledger-wide role: from when it is good, and on whose word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from custody.keys import Key
from custody.values import ActHash, Fingerprint, PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyState:
    """A person's key. Numbers are indexes in the ledger: granted, confirmed, ended by those entries.

    `word` is who vouches for it: the administrator who enrolled it, or the person with an earlier key.
    Acts of the key recorded at or after `untrusted_since` prove nothing about who acted.
    """

    fingerprint: Fingerprint
    algorithm: str
    spki: bytes
    use: str
    granted: int
    confirmed: int | None
    ended: int | None
    untrusted_since: datetime | None
    word: PersonId

    @property
    def good(self) -> bool:
        """True when an entry that follows the folded ones may rest on this key."""
        return self.confirmed is not None and self.ended is None


@dataclass(frozen=True, slots=True)
class Revocation:
    """The end of a key at an index."""

    ended: int
    untrusted_since: datetime | None


@dataclass(frozen=True, slots=True)
class RoleState:
    """A ledger-wide role: granted and ended by the entries at these indexes, on `word` of a person."""

    granted: int
    ended: int | None
    word: PersonId


@dataclass(frozen=True, slots=True)
class Proposal:
    """New keys for a person who lost theirs, proposed by one administrator, approved by another."""

    by: PersonId
    keys: tuple[Key, ...]
    approved: int | None


def granted(key: Key, index: int, word: PersonId, *, confirmed: int | None = None) -> KeyState:
    """Return the state of a key that the entry at `index` grants."""
    return KeyState(
        fingerprint=key.fingerprint,
        algorithm=key.algorithm,
        spki=key.spki,
        use=key.use,
        granted=index,
        confirmed=confirmed,
        ended=None,
        untrusted_since=None,
        word=word,
    )


Proposals = dict[ActHash, Proposal]

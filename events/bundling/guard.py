"""The ledger seals exactly: a sealing says what the rows below its `at` say, or is refused (bundle-v1, 8.1 rule 3)."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final, Protocol, cast

from custody.act import Act
from custody.canonical import Json
from custody.catalogue.bundle import SEALED
from custody.errors import NotFound, RuleBroken
from custody.ports import Recorded
from custody.values import StreamName
from events.bundling.scope import bundle_scope, heads_bytes
from events.database import Database

RULE: Final = "bundle.heads"


class Sealing(Protocol):
    """A ledger whose stored rows and streams can be read."""

    @property
    def database(self) -> Database:
        """Where the rows are."""

    def stream(self, name: StreamName) -> Sequence[Recorded]:
        """Return all entries of a stream in order; empty when there is none."""


def request_of(ledger: Sealing, bundle: StreamName) -> Act:
    """Return the request of a bundle, the first act of its stream. Raises NotFound."""
    for recorded in ledger.stream(bundle):
        return recorded.entry.act
    raise NotFound("bundle", bundle)


def sealing_of(ledger: Sealing, request: Act, at: int) -> dict[str, Json]:
    """Return the public members of the one exact sealing of a request at a size that the ledger has.

    Raises ChainBroken when stored rows do not fit each other, TooLarge for a scope that no bundle can list.
    """
    scope = bundle_scope(ledger, request, at)
    return {
        "at": at,
        "exhibits": scope.count,
        "heads": sha256(heads_bytes(scope.heads)).hexdigest(),
        "request": request.hash,
        "streams": len(scope.heads),
    }


def require_exact(ledger: Sealing, act: Act) -> None:
    """Raise RuleBroken `bundle.heads` for a sealing that says other than the entries below its `at` do.

    Acts of other types pass. The rules come first (bundle.request, bundle.at): then the request is recorded below
    `at`, and `at` is a size that this ledger has. Looking before the lock is enough: entries below a size never
    change, so neither do the heads at it, whatever is recorded meanwhile.
    """
    if act.type != SEALED:
        return
    exact = sealing_of(ledger, request_of(ledger, act.stream), cast(int, act.public["at"]))
    wrong = sorted(name for name, value in exact.items() if act.public[name] != value)
    if wrong:
        raise RuleBroken(RULE, f"the sealing's {', '.join(wrong)} are not what the entries below it give")

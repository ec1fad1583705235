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
from events.bundling.streams import Ledger

RULE: Final = "bundle.heads"


class Sealing(Ledger, Protocol):
    """A ledger whose stored rows and streams can be read."""

    def stream(self, name: StreamName) -> Sequence[Recorded]:
        """Return all entries of a stream in order; empty when there is none."""


def request_of(ledger: Sealing, bundle: StreamName) -> Act:
    """Return the request of a bundle, the first act of its stream. Raises NotFound."""
    for recorded in ledger.stream(bundle):
        return recorded.entry.act
    raise NotFound("bundle", bundle)


def sealing_of(ledger: Ledger, request: Act, at: int) -> dict[str, Json]:
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
    wrong = wrong_members(ledger, request_of(ledger, act.stream), act)
    if wrong:
        raise RuleBroken(RULE, inexact(wrong))


def wrong_members(ledger: Ledger, request: Act, sealing: Act) -> list[str]:
    """Return the public members of a sealing that are not what the entries below its `at` give; none: it is exact.

    Raises as `sealing_of`.
    """
    exact = sealing_of(ledger, request, cast(int, sealing.public["at"]))
    return sorted(name for name, value in exact.items() if sealing.public[name] != value)


def inexact(wrong: Sequence[str]) -> str:
    """Return what is said of a sealing with wrong members."""
    return f"not what the entries below it give: {', '.join(wrong)}"

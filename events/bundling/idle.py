"""Names that withhold nothing: a slip of the pen would disclose what it was to keep back (bundle-v1, 8.1, rule 2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from custody.catalogue import CATALOGUE, LATE_REASON
from custody.catalogue.exhibit import KINDS
from custody.catalogue.kinds import ActType, Body
from custody.errors import RuleBroken
from events.bundling.contents import Contents
from events.bundling.entries import BundleEntries
from events.bundling.scope import Asking, gathered
from events.ledger import StoredLedger

RULE: Final = "bundle.withheld"
_TOLD: Final = 10  # names that a refusal tells


def _bodies(kind: ActType) -> Iterator[Body]:
    if isinstance(kind.body, Body):
        yield kind.body
    else:
        yield from (kind.body({"files": [], "kind": each}) for each in KINDS)


def _names() -> Iterator[str]:
    for body in (each for kind in CATALOGUE.values() for each in _bodies(kind)):
        yield from (*body.required, *body.optional)
        yield from (f"files/{part}" for part in body.parts)


MEMBERS: Final = frozenset({*_names(), LATE_REASON})
"""What a body may hold, parts of files without the file: such a name is meant, though nothing here may bear it."""


def idle_names(ledger: StoredLedger, request: Asking, contents: Contents, at: int) -> list[str]:
    """Return the names of `withheld` that are no member's, nor a member of an entry of the scope at size `at`.

    Raises as `bundle_scope`.
    """
    left = set(contents.withheld - MEMBERS)
    if not left:
        return []
    found = gathered(ledger, request, at)
    for index, entry in BundleEntries(ledger, found.indexes, found.reach).read():
        for name in entry.act.body:
            left -= contents.withholding(index, name)
        if not left:
            break
    return sorted(left)


def require_withheld(ledger: StoredLedger, request: Asking, contents: Contents, at: int) -> None:
    """Raise RuleBroken `bundle.withheld` for a request with idle names; otherwise as `idle_names`."""
    idle = idle_names(ledger, request, contents, at)
    if idle:
        names = ", ".join(idle[:_TOLD]) + (" …" if idle[_TOLD:] else "")
        raise RuleBroken(RULE, f"nothing in this bundle is named {names}", names=names)

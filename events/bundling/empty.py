"""A case without exhibits has no bundle: there an export could not be put on record (bundle-v1, 8.1, rule 2)."""

from __future__ import annotations

from typing import Final

from custody.errors import RuleBroken
from events.bundling.scope import Asking
from events.ledger import StoredLedger

RULE: Final = "bundle.empty"

_ANY: Final = "SELECT 1 FROM ordinal WHERE case_id = ? LIMIT 1"


def require_exhibits(ledger: StoredLedger, request: Asking) -> None:
    """Raise RuleBroken `bundle.empty` for a request of a case in which no number was given; Unavailable."""
    case = request.public["case"]
    if case is not None and not ledger.database.read(_ANY, (str(case),)):
        raise RuleBroken(RULE, "this case has no exhibits")

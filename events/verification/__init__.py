"""Verifying a stored ledger from its stored bytes: six questions about an exhibit, a case or the ledger.

`verify` is all that other rooms need. It reads rows of the database, never projections and never cached states.
"""

from __future__ import annotations

from events.verification.exhibits import CheckFile
from events.verification.scopes import Scope
from events.verification.verifying import Outside, Progress, verify

__all__ = ["CheckFile", "Outside", "Progress", "Scope", "verify"]

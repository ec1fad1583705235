"""Rows for lists and search, rebuilt from entries and disclosures; never a source of truth.

`Projections(database, reader)` is what other rooms use: every query first catches up with the ledger, so that
whoever wrote reads what they wrote. Verification never looks here.
"""

from __future__ import annotations

from events.projections.paging import MAX_LIMIT, Asked, Page
from events.projections.rows import (
    CaseRow,
    ExhibitRow,
    HeldFile,
    Hit,
    Inbox,
    OpenOffer,
    PersonRow,
    WaitingKey,
    WaitingRecovery,
)
from events.projections.service import Projections
from events.projections.tables import TABLES

__all__ = [
    "MAX_LIMIT",
    "TABLES",
    "Asked",
    "CaseRow",
    "ExhibitRow",
    "HeldFile",
    "Hit",
    "Inbox",
    "OpenOffer",
    "Page",
    "PersonRow",
    "Projections",
    "WaitingKey",
    "WaitingRecovery",
]

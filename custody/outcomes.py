"""Outcomes of file checks, and the worst of several."""

from __future__ import annotations

from collections.abc import Iterable

from custody.ports import Outcome

_GRAVITY = (Outcome.MATCH, Outcome.NOT_CHECKED, Outcome.MISMATCH)


def worst(outcomes: Iterable[str]) -> Outcome:
    """Return the worst outcome: mismatch, then not-checked, then match; nothing checked is not-checked."""
    return max((Outcome(each) for each in outcomes), key=_GRAVITY.index, default=Outcome.NOT_CHECKED)

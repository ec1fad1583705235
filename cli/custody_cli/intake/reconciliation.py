"""Accounts for everything that was given: one line each, and n given = n taken + n refused + n already held."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from custody_cli import output
from custody_cli.intake.spelling import spelled
from custody_cli.messages import say
from custody_cli.settings import Settings

Outcome = Literal["taken", "refused", "held"]


@dataclass(slots=True)
class Reconciliation:
    """Counts what became of each thing; the sum is compared with what was given."""

    settings: Settings
    given: int
    counts: Counter[str] = field(default_factory=Counter)

    def line(self, outcome: Outcome, path: str, why: str, **facts: str | int | None) -> None:
        """Print the line of one thing: what became of it, and its reference or the reason."""
        self.counts[outcome] += 1
        path, why = spelled(path), spelled(why)
        text = f"{say(f'outcome.{outcome}'):<14} {output.clean(path)}  {output.clean(why)}".rstrip()
        output.result(self.settings, "file", {"outcome": outcome, "path": path, "why": why, **facts}, text)

    def close(self) -> bool:
        """Print the closing sum; tell whether everything that was given is accounted for and none was refused."""
        taken, refused, held = (self.counts[each] for each in ("taken", "refused", "held"))
        balanced = self.given == taken + refused + held
        output.result(
            self.settings,
            "reconciliation",
            {"given": self.given, "taken": taken, "refused": refused, "held": held, "balanced": balanced},
            say(
                "intake.sum" if balanced else "intake.sum-open",
                given=self.given,
                taken=taken,
                refused=refused,
                held=held,
            ),
        )
        return balanced and not refused

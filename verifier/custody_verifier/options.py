"""What a reader is given beside the thing to check (verdict-v1 section 1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from custody_verifier.policy import Policy
from custody_verifier.roots import Root
from custody_verifier.verdict import Question

REQUIRED = frozenset(Question) - {Question.TIME}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Trust and expectations of the reader. `persons`: fingerprints by person; `required` None: the usual ones."""

    policy: Policy | None = None
    tsa: tuple[Root, ...] | None = None
    log: Path | None = None
    receipts: tuple[Path, ...] = ()
    persons: Mapping[str, frozenset[str]] = field(default_factory=dict)
    ledger: str | None = None
    file: Path | None = None
    required: frozenset[Question] | None = None

    def requires(self, *, files: bool) -> frozenset[Question]:
        """Return the questions that must hold; `files`: there are files to ask for."""
        if self.required is not None:
            return self.required
        usual = REQUIRED | ({Question.TIME} if self.tsa else set())
        return usual if files else usual - {Question.FILES}

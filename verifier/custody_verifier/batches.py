"""Acts under one signature stand in its order at consecutive indexes (entry-v1 section 6, verdict-v1 section 3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from custody_verifier.entry import Entry
from custody_verifier.verdict import Findings, Question

Place: TypeAlias = tuple[int, int, str, str]
"""Index of the batch's first act, number of its acts, person, key."""


@dataclass(slots=True)
class Batches:
    """All batches so far, by the signature that their acts share."""

    findings: Findings
    _places: dict[bytes, Place] = field(default_factory=dict)
    _held: dict[bytes, list[int]] = field(default_factory=dict)

    def take(self, index: int, entry: Entry) -> None:
        """Compare an entry, if it is of a batch, with the first one of its batch."""
        batch = entry.signature.batch
        if batch is None:
            return
        place = index - batch.index, batch.size, entry.act.person, entry.act.key
        if self._places.setdefault(entry.signature.value, place) != place:
            self._found("acts under one signature do not stand in its order at consecutive indexes", index)
        else:
            self._held.setdefault(entry.signature.value, []).append(index)

    def close(self) -> None:
        """Where every entry is given: find the batches of which acts are missing, at the last one that is there."""
        for value, held in self._held.items():
            size = self._places[value][1]
            if len(held) < size:
                self._found(f"{size} acts were signed together, and {len(held)} are here", held[-1])

    def _found(self, words: str, index: int) -> None:
        self.findings.add("order.batch", "entry-v1 6", words, Question.ORDER, entries=(index,))

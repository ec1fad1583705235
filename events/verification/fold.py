"""The fold: entries in ledger order, judged as they were when they were recorded, with the tree beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from custody.act import Entry
from custody.canonical import Json
from custody.ports import Recorded
from custody.replay import World
from custody.states import KeyState
from custody.values import PersonId, StreamName
from custody.verdict import Finding, Question, Weight
from events.boxes import Box
from events.merkle import HASH_BYTES
from events.verification.batches import Batches
from events.verification.checking import PROOF, SIGNATURE, UNKNOWN_KEY, UNREADABLE, Checked
from events.verification.openings import Altered, Openings, Withheld
from events.verification.stored import Piece, StoredEntry
from events.verification.trees import Trees
from events.verification.trusted import trusted_entry

CLAUSES: Final = {
    UNREADABLE: "entry-v1 2",
    SIGNATURE: "ledger-v1 7",
    PROOF: "entry-v1 7",
    "entry.row": "ledger-v1 2",
    "entry.leaf": "ledger-v1 2.1",
    "entry.missing": "ledger-v1 2.3",
    "disclosure.altered": "entry-v1 5",
    "disclosure.withheld": "entry-v1 5",
}

Faults: TypeAlias = Mapping[str, str]
"""Code to reason, of one entry."""

_NO_FAULTS: Final[Faults] = {}


class Fold:
    """What is known after the pieces so far.

    `actors` are kept by stream where they are asked for; `worth_judging` are the exhibits whose
    steps hold more than rules can say: a seal or a re-hash that may not fit.
    """

    def __init__(self, openings: Openings, *, note_actors: bool) -> None:
        self.world, self.trees = World(), Trees()
        self.findings: list[Finding] = []
        self.actors: dict[StreamName, set[PersonId]] = {}
        self.worth_judging: set[StreamName] = set()
        self.opened = 0
        self._note_actors = note_actors
        self._openings, self._batches = openings, Batches()
        self._next = 0

    def take(self, piece: Piece, checked: Checked) -> None:
        """Take a piece of the ledger and what was found of each of its entries.

        One step for all entries, then the next step: what a step needs stays in the processor's cache.
        """
        faults: dict[int, dict[str, str]] = {}
        for place, code, reason in checked.faults:
            faults.setdefault(place, {})[code] = reason
        self.trees.grow(checked.leaves)
        self._compare_leaves(piece.entries, checked.leaves)
        read = [
            None
            if place in faults and UNREADABLE in faults[place]
            else Recorded(stored.idx, trusted_entry(stored.data))
            for place, stored in enumerate(piece.entries)
        ]
        for stored, recorded in zip(piece.entries, read, strict=True):
            if recorded is not None:
                self._compare_row(stored, recorded.entry)
        opened = [
            None if recorded is None else self._values(recorded, piece.boxes.get(recorded.index, ()))
            for recorded in read
        ]
        for place, (recorded, values) in enumerate(zip(read, opened, strict=True)):
            self._place(piece.entries[place].idx, recorded, values, faults.get(place, _NO_FAULTS))
        self._leave_gap(piece.stop)

    def _place(
        self, index: int, recorded: Recorded | None, values: Mapping[str, Json] | None, faults: Faults
    ) -> None:
        if index != self._next:
            self._leave_gap(index)
        self._next = index + 1
        if recorded is None:
            self.found(index, Question.INTEGRITY, UNREADABLE, faults[UNREADABLE])
            self.world.skip()
            return
        key = self.world.take(recorded, values)
        if faults or key is None or key.algorithm != recorded.entry.signature.algorithm:
            self._judge_signature(recorded, key, faults)
        cut = self._batches.take(recorded)
        if cut is not None:
            self.found(index, Question.ORDER, "order.batch", cut)
        if self._note_actors:
            act = recorded.entry.act
            self.actors.setdefault(act.stream, set()).add(act.person)

    def _leave_gap(self, stop: int) -> None:
        for index in range(self._next, stop):
            self.found(index, Question.ORDER, "entry.missing", "the entry is missing")
            self.world.skip()
        self._next = max(self._next, stop)

    def _compare_leaves(self, entries: Sequence[StoredEntry], leaves: bytes) -> None:
        for place, stored in enumerate(entries):
            if stored.leaf != leaves[place * HASH_BYTES : (place + 1) * HASH_BYTES]:
                text = "its bytes are not those that were recorded"
                self.found(stored.idx, Question.INTEGRITY, "entry.leaf", text)

    def _compare_row(self, stored: StoredEntry, entry: Entry) -> None:
        _, stream, version, kind, _, row_stream, row_version, _, row_act, row_recorded_at = stored
        act = entry.act
        if not (
            act.stream == stream == row_stream
            and act.version == version == row_version
            and act.type == kind
            and row_act is not None
            and act.hash == row_act.hex()
            and entry.recorded_at == row_recorded_at
        ):
            text = "the columns beside the entry say something else"
            self.found(stored.idx, Question.INTEGRITY, "entry.row", text)

    def _values(self, recorded: Recorded, boxes: Sequence[Box]) -> Mapping[str, Json] | None:
        index = recorded.index
        try:
            values = self._openings.values(recorded.entry.act, boxes, index)
        except Withheld as fault:
            text = str(fault)
            self.found(index, Question.INTEGRITY, "disclosure.withheld", text, Weight.NOT_CHECKED)
            return None
        except Altered as fault:
            self.found(index, Question.INTEGRITY, "disclosure.altered", str(fault))
            return None
        self.opened += len(values)
        if values.get("seal") is not None or values.get("rehash") is not None:
            self.worth_judging.add(recorded.entry.act.stream)
        return values

    def _judge_signature(self, recorded: Recorded, key: KeyState | None, codes: Faults) -> None:
        if SIGNATURE in codes:
            self.world.refuse_signature(recorded, codes[SIGNATURE])
        elif UNKNOWN_KEY in codes and key is not None:
            self.world.refuse_signature(recorded, codes[UNKNOWN_KEY])
        elif key is not None and key.algorithm != recorded.entry.signature.algorithm:
            self.world.refuse_signature(recorded, f"the key is for {key.algorithm}")
        if PROOF in codes:
            self.found(recorded.index, Question.AUTHORSHIP, PROOF, codes[PROOF])

    def finished(self) -> list[Finding]:
        """Return all findings of the fold, once the last piece was taken."""
        reason = self._batches.rest()
        if reason is not None:
            self.found(self._next - 1, Question.ORDER, "order.batch", reason)
        untrusted = self.world.untrusted()
        return [*self.findings, *self.world.findings, *untrusted]

    def found(
        self, index: int, question: Question, code: str, text: str, weight: Weight = Weight.FAILS
    ) -> None:
        """Add a finding on one entry."""
        clause = CLAUSES.get(code, "ledger-v1 8")
        self.findings.append(
            Finding(question=question, code=code, clause=clause, text=text, entries=(index,), weight=weight)
        )

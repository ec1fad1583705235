"""The fold: entries in ledger order, judged as they were when they were recorded, with the tree beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from custody.act import Entry
from custody.canonical import Json
from custody.ports import Recorded
from custody.replay import World
from custody.states import KeyState
from custody.values import PersonId, StreamName
from custody.verdict import Finding, Question, Weight
from events.merkle import HASH_BYTES
from events.verification.batches import Batches
from events.verification.checking import PROOF, SIGNATURE, UNKNOWN_KEY, UNREADABLE, Checked
from events.verification.openings import Altered, Openings, Withheld
from events.verification.stored import Box, Piece, StoredEntry
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
        """Take a piece of the ledger and what was found of each of its entries."""
        faults: dict[int, list[tuple[str, str]]] = {}
        for place, code, reason in checked.faults:
            faults.setdefault(place, []).append((code, reason))
        leaves = [checked.leaves[at : at + HASH_BYTES] for at in range(0, len(checked.leaves), HASH_BYTES)]
        self.trees.grow(leaves)
        for place, (stored, leaf) in enumerate(zip(piece.entries, leaves, strict=True)):
            self._leave_gap(stored.idx)
            self._take(stored, leaf, faults.get(place, []), piece.boxes.get(stored.idx, []))
            self._next = stored.idx + 1
        self._leave_gap(piece.stop)

    def _leave_gap(self, stop: int) -> None:
        for index in range(self._next, stop):
            self.found(index, Question.ORDER, "entry.missing", "the entry is missing")
            self.world.skip()
        self._next = max(self._next, stop)

    def _take(
        self, stored: StoredEntry, leaf: bytes, faults: list[tuple[str, str]], boxes: list[Box]
    ) -> None:
        if stored.leaf != leaf:
            self.found(
                stored.idx, Question.INTEGRITY, "entry.leaf", "its bytes are not those that were recorded"
            )
        for code, reason in faults:
            if code == UNREADABLE:
                self.found(stored.idx, Question.INTEGRITY, UNREADABLE, reason)
                self.world.skip()
                return
        recorded = Recorded(stored.idx, trusted_entry(stored.data))
        self._compare_row(stored, recorded.entry)
        key = self.world.take(recorded, self._values(recorded, boxes))
        self._judge_signature(recorded, key, faults)
        cut = self._batches.take(recorded)
        if cut is not None:
            self.found(stored.idx, Question.ORDER, "order.batch", cut)
        if self._note_actors:
            act = recorded.entry.act
            self.actors.setdefault(act.stream, set()).add(act.person)

    def _compare_row(self, stored: StoredEntry, entry: Entry) -> None:
        act = entry.act
        bare = (act.stream, act.version, act.type)
        indexed = (act.stream, act.version, act.hash, entry.recorded_at)
        if bare == stored[1:4] and indexed == (
            stored.stream,
            stored.version,
            None if stored.act is None else stored.act.hex(),
            stored.recorded_at,
        ):
            return
        self.found(
            stored.idx, Question.INTEGRITY, "entry.row", "the columns beside the entry say something else"
        )

    def _values(self, recorded: Recorded, boxes: list[Box]) -> Mapping[str, Json] | None:
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

    def _judge_signature(
        self, recorded: Recorded, key: KeyState | None, faults: list[tuple[str, str]]
    ) -> None:
        codes = dict(faults)
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

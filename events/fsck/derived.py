"""What the tables must hold, derived from the entries in one pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import cast

from custody.act import Entry, read_entry
from custody.canonical import Json
from custody.catalogue import CATALOGUE
from custody.errors import Malformed, RuleBroken, TooLarge
from custody.ports import Recorded
from custody.replay import World
from custody.rules import judge
from custody.values import StreamName
from events.boxes import Box
from events.merkle import leaf_hash
from events.verification.openings import Altered, Openings, Withheld
from events.verification.stored import Stored, StoredEntry
from events.verification.trees import Trees

Fault = tuple[int, str, str]
"""Index of the entry, the table and column at fault, and why."""


@dataclass(slots=True)
class Derived:
    """Rows by what they say: `taken` and `ordinals` to the index, `unknown` are indexes that cannot be judged.

    `sealed` are streams and generations of the keys that boxes name.
    """

    world: World = field(default_factory=World)
    trees: Trees = field(default_factory=Trees)
    recorded_at: list[str] = field(default_factory=list)
    actors: list[str] = field(default_factory=list)
    taken: dict[tuple[str, bytes], int] = field(default_factory=dict)
    ordinals: dict[tuple[str, int], int] = field(default_factory=dict)
    files: dict[str, tuple[int, str, Json]] = field(default_factory=dict)
    unknown: set[int] = field(default_factory=set)
    sealed: set[tuple[str, int]] = field(default_factory=set)

    def take(self, stored: Stored, openings: Openings, size: int) -> Iterator[Fault]:
        """Take every entry in order; yield the faults of its own rows."""
        for piece in stored.pieces(size):
            self.trees.grow(b"".join([leaf_hash(each.data) for each in piece.entries]))
            for each in piece.entries:
                boxes = piece.boxes.get(each.idx, [])
                self.sealed.update((each.originator_id, generation) for generation, _ in boxes)
                yield from self._gap(each.idx)
                yield from self._take(each, openings, boxes)
            yield from self._gap(piece.stop)

    def _gap(self, stop: int) -> Iterator[Fault]:
        for index in range(len(self.recorded_at), stop):
            yield index, "stored_events", "the entry is missing"
            self._skip(index)

    def _skip(self, index: int) -> None:
        self.world.skip()
        self.recorded_at.append("")
        self.actors.append("")
        self.unknown.add(index)

    def _take(self, stored: StoredEntry, openings: Openings, boxes: list[Box]) -> Iterator[Fault]:
        try:
            entry = read_entry(stored.data)
        except (Malformed, TooLarge) as fault:
            yield stored.idx, "stored_events.state", fault.message
            self._skip(stored.idx)
            return
        yield from _own_rows(stored, entry)
        recorded = Recorded(stored.idx, entry)
        opened, reason = self._opened(recorded, openings, boxes)
        if reason is not None:
            yield stored.idx, "disclosure.box", reason
        self._derive(recorded, opened)
        before = len(self.world.findings)
        self.world.take(recorded, opened)
        for finding in self.world.findings[before:]:
            if finding.code == "order.chain":
                yield stored.idx, "stored_events.originator_version", finding.text
        self.recorded_at.append(entry.recorded_at)
        self.actors.append(entry.act.person)

    def _opened(
        self, recorded: Recorded, openings: Openings, boxes: list[Box]
    ) -> tuple[dict[str, Json] | None, str | None]:
        """Return the values of an entry, None when they are withheld or altered; and why, when altered."""
        try:
            return openings.values(recorded.entry.act, boxes, recorded.index), None
        except Withheld:
            self.unknown.add(recorded.index)
            return None, None
        except Altered as fault:
            self.unknown.add(recorded.index)
            return None, str(fault)

    def _derive(self, recorded: Recorded, opened: dict[str, Json] | None) -> None:
        """Note the rows that an entry entails. `World` judges again: here only what it entails counts."""
        index, entry = recorded.index, recorded.entry
        try:
            decision = judge(entry.act, opened, self.world)
        except (RuleBroken, Malformed):
            self.unknown.add(index)
            return
        for kind, value in decision.unique:
            self.taken.setdefault((kind, sha256(value.encode()).digest()), index)
        if decision.ordinal_for is not None and entry.ordinal is not None:
            self.ordinals[decision.ordinal_for, entry.ordinal] = index
        if entry.act.type == "exhibit.received.v1":
            for file in cast(list[str], entry.act.public["files"]):
                digests = None if opened is None else opened.get(f"files/{file}/digests")
                self.files[file] = (index, StreamName(entry.act.stream), digests)


def _own_rows(stored: StoredEntry, entry: Entry) -> Iterator[Fault]:
    """Compare the columns of an entry's own rows with its bytes."""
    act = entry.act
    columns = {
        "stored_events.originator_id": (stored.originator_id, act.stream),
        "stored_events.originator_version": (stored.originator_version, act.version),
        "stored_events.topic": (stored.topic, act.type),
        "entry.stream": (stored.stream, act.stream),
        "entry.version": (stored.version, act.version),
        "entry.leaf": (stored.leaf, leaf_hash(entry.data)),
        "entry.act": (stored.act, bytes.fromhex(act.hash)),
        "entry.recorded_at": (stored.recorded_at, entry.recorded_at),
    }
    for column, (found, expected) in columns.items():
        if found != expected:
            yield stored.idx, column, "is not what the entry's bytes say"
    if stored.topic not in CATALOGUE:
        yield stored.idx, "stored_events.topic", "is not in the catalogue of act types"

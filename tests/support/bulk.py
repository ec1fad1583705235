"""Large ledgers, quickly: signed acts written in groups past the door, every row as the door would write it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from custody.act import write_entry
from custody.canonical import canonical_trusted
from custody.ports import Submission
from custody.values import write_recorded
from events.database import Database
from events.mapper import stored_event
from events.merkle import Frontier, leaf_hash
from events.recorder import NEWEST_TREE, LedgerRecorder, tree_row
from events.rows import GroupRows, TreeRow
from events.sealing import DataKey, seal
from events.stream_keys import StreamKeys
from tests.support import examples
from tests.support.composing import Officer, uuid_of
from tests.support.ledgers import CASE, MASTER, START, Office, usual

GROUP = 200  # acts that see one tree and are committed together


@dataclass
class Bulk:
    """Writes groups of signed acts as rows. What it writes must be what the rules allow: nothing is judged here."""

    database: Database
    recorder: LedgerRecorder
    now: datetime = START
    ordinals: int = 0
    keys: dict[str, DataKey] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin at the newest head."""
        self.head = tree_row(self.database.read(NEWEST_TREE))
        self._stream_keys = StreamKeys(self.database, MASTER)

    def write(self, submissions: list[Submission]) -> None:
        """Commit one group, recorded a second after the one before it."""
        self.now += timedelta(seconds=1)
        rows = GroupRows(after=self.head)
        for submission in submissions:
            self._add(rows, submission)
        before = Frontier.from_bytes(self.head.size, self.head.frontier)
        after, made = before.grown(rows.leaves)
        rows.nodes = [node for node in made if node.level]
        rows.tree = TreeRow(after.size, after.root, after.to_bytes(), write_recorded(self.now))
        self.recorder.insert_events(rows.events, rows=rows)
        self.head = rows.tree

    def _add(self, rows: GroupRows, submission: Submission) -> None:
        act, index = submission.act, self.head.size + len(rows.events)
        ordinal = None
        if act.type == "exhibit.received.v1":
            self.ordinals += 1
            ordinal = self.ordinals
            rows.ordinals.append((str(act.public["case"]), ordinal, index))
        entry = write_entry(act, submission.signature, recorded_at=self.now, ordinal=ordinal)
        rows.events.append(stored_event(entry))
        rows.leaves.append(leaf_hash(entry.data))
        rows.acts.append(bytes.fromhex(act.hash))
        key = self.keys.get(act.stream)
        if key is None:
            key = self.keys[act.stream] = self._stream_keys.newest(act.stream, begins=act.version == 1)
            if key.unrecorded is not None:
                rows.stream_keys.append(key.unrecorded)
        lines = [canonical_trusted([each.salt, each.name, each.value]) for each in submission.disclosures]
        rows.boxes.append((index, key.generation, seal(key, act, lines)))


def exhibits(taras: Officer, iryna: Officer, count: int, each: int) -> Iterator[Submission]:
    """Yield the acts of `count` exhibits, `each` acts on every one: intake, then moves and transfers in turn."""
    for number in range(count):
        stream = f"exhibit/{uuid_of(f'bulk {number}')}"
        public, body = examples.intake(CASE), examples.physical(None)
        holder, other = taras, iryna
        last = holder.compose("exhibit.received.v1", stream, public, body)
        yield last
        for place in range(each - 1):
            if place % 3 == 0:
                body = {"place": examples.ELSEWHERE, "reason": None}
                last = holder.compose("exhibit.moved.v1", stream, {}, body, after=last.act)
            elif place % 3 == 1:
                public = {"to": other.person}
                last = holder.compose("transfer.offered.v1", stream, public, examples.offer(), after=last.act)
            else:
                public = {"offer": last.act.hash}
                last = other.compose(
                    "transfer.accepted.v1", stream, public, examples.acceptance(), after=last.act
                )
                holder, other = other, holder
            yield last


def large(database: Database, count: int, each: int = 50) -> Office:
    """Return an office whose ledger holds the exhibits of `exhibits`, about `count * each` entries."""
    office = usual(database)
    iryna = office.enrol("iryna")
    office.tell(
        "taras", "case.member-added.v1", CASE, {"person": iryna, "role": "custodian"}, {"reason": None}
    )
    bulk = Bulk(database, office.ledger.application.ledger_recorder)
    waiting: list[Submission] = []
    for submission in exhibits(office.person("taras"), office.person("iryna"), count, each):
        waiting.append(submission)
        if len(waiting) == GROUP:
            bulk.write(waiting)
            waiting = []
    if waiting:
        bulk.write(waiting)
    return office

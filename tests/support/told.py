"""Told stories as real ledgers: their entries and boxes written as rows, past the rules, as a hostile house could."""

from __future__ import annotations

from eventsourcing.persistence import StoredEvent

from custody.act import Disclosure, Entry
from custody.canonical import canonical
from events.bundling.streams import NUMBERING
from events.database import Database
from events.ledger import StoredLedger
from events.merkle import Frontier, leaf_hash
from events.opening import open_ledger
from events.recorder import NEWEST_TREE, tree_row
from events.rows import GroupRows, TreeRow
from events.sealing import seal
from events.stream_keys import StreamKeys
from tests.support.ledgers import LOG_KEY, MASTER, TestClock
from tests.support.story import Story


def stored_ledger(database: Database, story: Story) -> StoredLedger:
    """Return a ledger in an empty database whose entries are those of a story, each a group of its own."""
    ledger = open_ledger(database, master=MASTER, log_key=LOG_KEY, clock=TestClock())
    write(ledger, story)
    return ledger


def write(ledger: StoredLedger, story: Story) -> None:
    """Write the entries that the ledger does not have yet."""
    database, recorder = ledger.database, ledger.application.ledger_recorder
    keys = StreamKeys(database, MASTER)
    head = tree_row(database.read(NEWEST_TREE))
    for recorded in story.entries[head.size :]:
        rows = _rows(head, keys, recorded.entry, story.disclosures[recorded.index])
        recorder.insert_events(rows.events, rows=rows)
        if rows.stream_keys:
            keys.recorded(keys.newest(recorded.entry.act.stream, begins=True))
        head = rows.tree
    ledger._standing.open()


def _rows(after: TreeRow, keys: StreamKeys, entry: Entry, opened: tuple[Disclosure, ...]) -> GroupRows:
    act, index = entry.act, after.size
    rows = GroupRows(after=after)
    rows.events.append(StoredEvent(act.stream, act.version, act.type, entry.data))
    rows.leaves.append(leaf_hash(entry.data))
    rows.acts.append(bytes.fromhex(act.hash))
    if entry.ordinal is not None and act.type in NUMBERING:
        rows.ordinals.append((str(act.public["case"]), entry.ordinal, index))
    if opened:
        key = keys.newest(act.stream, begins=act.version == 1)
        if key.unrecorded is not None:
            rows.stream_keys.append(key.unrecorded)
        lines = [canonical([each.salt, each.name, each.value]) for each in opened]
        rows.boxes.append((index, key.generation, seal(key, act, lines)))
    grown, made = Frontier.from_bytes(after.size, after.frontier).grown(rows.leaves)
    rows.nodes = [node for node in made if node.level]
    rows.tree = TreeRow(grown.size, grown.root, grown.to_bytes(), entry.recorded_at)
    return rows

"""A bundle is not made of rows that are not what was sealed: each alteration is an IntegrityFailure."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from custody.canonical import Json
from custody.errors import ChainBroken, ContentAltered, ForkSeen, IntegrityFailure, NotFound, NotProven
from custody.values import StreamName
from events.bundling.records import BundleRecords
from events.database import Database
from events.ledger import StoredLedger
from events.opening import open_database, open_ledger
from events.timestamping.anchors import Anchor
from tests.demo import ledger_rows
from tests.support.bundles import Told, ask, begin, seal, usual
from tests.support.ledgers import LOG_KEY, MASTER, TestClock
from tests.support.server_bundles import payload, records_of
from tests.support.told import stored_ledger
from tests.support.trees import Log, Signer

Change = Callable[[sqlite3.Connection], object]


def _read_all(records: BundleRecords) -> None:
    payload(records, b"")


def _altered(folder: Path, told: Told, change: Change) -> StoredLedger:
    """Return the ledger of a story with its guards off and its rows changed, opened by a process that starts."""
    file = folder / "ledger.sqlite"
    database = open_database(file)
    stored_ledger(database, told.story)
    database.close()
    with ledger_rows.opened(file) as rows:
        change(rows)
    return open_ledger(open_database(file), master=MASTER, log_key=LOG_KEY, clock=TestClock())


def _statement(text: str) -> Change:
    return lambda rows: rows.execute(text)


def _of(told: Told, stream: str, place: int = -1) -> int:
    return [each.index for each in told.story.entries if each.entry.act.stream == stream][place]


CHANGES: dict[str, tuple[Callable[[Told], str], type[IntegrityFailure]]] = {
    "the last transfer removed": (
        lambda told: f"DELETE FROM stored_events WHERE notification_id = {_of(told, told.video) + 1}",
        ContentAltered,
    ),
    "an entry within a stream removed": (
        lambda told: f"DELETE FROM stored_events WHERE notification_id = {_of(told, told.video, 1) + 1}",
        ChainBroken,
    ),
    "entry 0 removed": (lambda _: "DELETE FROM stored_events WHERE notification_id = 1", ChainBroken),
    "the last number removed": (
        lambda _: "DELETE FROM ordinal WHERE ordinal = 2",
        ContentAltered,
    ),
    "the first number removed": (
        lambda _: "DELETE FROM ordinal WHERE ordinal = 1",
        ChainBroken,
    ),
    "an entry that is none": (
        lambda told: (
            f"UPDATE stored_events SET state = x'7b7d' WHERE notification_id = {_of(told, told.video) + 1}"
        ),
        ChainBroken,
    ),
    "an entry moved to another stream": (
        lambda told: (
            f"UPDATE stored_events SET originator_id = '{told.video.replace('exhibit', 'bundle')}' "
            f"WHERE notification_id = {_of(told, told.video) + 1}"
        ),
        ContentAltered,
    ),
    "a byte of an entry": (
        lambda told: (
            "UPDATE stored_events SET state = cast(replace(cast(state AS TEXT), 'T08', 'T07') AS BLOB) "
            f"WHERE notification_id = {_of(told, told.video, 0) + 1}"
        ),
        ContentAltered,
    ),
    "a leaf": (lambda _: "UPDATE entry SET leaf = zeroblob(32) WHERE idx = 3", NotProven),
    "a node": (lambda _: "UPDATE node SET hash = zeroblob(32) WHERE level = 3 AND idx = 0", ForkSeen),
    "a leaf gone": (lambda _: "DELETE FROM entry WHERE idx = 3", ChainBroken),
    "a box exchanged": (
        lambda told: f"UPDATE disclosure SET box = zeroblob(64) WHERE idx = {_of(told, told.video, 0)}",
        ContentAltered,
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_altered_rows(tmp_path: Path, name: str) -> None:
    """Somebody with the database's rights changes one row: the bundle is not made, and says why."""
    told = usual()
    statement, fault = CHANGES[name]
    ledger = _altered(tmp_path, told, _statement(statement(told)))
    with pytest.raises(fault):
        _read_all(records_of(ledger, told, _checkpoint(told)))
    ledger.database.close()


def _checkpoint(told: Told) -> bytes:
    return told.log.checkpoint(len(told.story.entries))


FALSE: dict[str, Json] = {"heads": "ab" * 32, "streams": 99, "exhibits": 7}


@pytest.mark.parametrize("member", FALSE)
def test_a_false_sealing(sqlite_database: Database, member: str) -> None:
    """What was sealed falsely, past every guard, is not issued."""
    told = begin()
    told = seal(told, told.case, sealed={member: FALSE[member]})
    ledger = stored_ledger(sqlite_database, told.story)
    with pytest.raises(ContentAltered):
        records_of(ledger, told, _checkpoint(told))


def test_a_checkpoint_of_another_tree(sqlite_database: Database) -> None:
    """A checkpoint of a fork, of a tree before the sealing, or signed by another, carries no bundle."""
    told = usual()
    ledger, size = stored_ledger(sqlite_database, told.story), len(told.story.entries)
    fork = Log((*told.log.entries[:-1], b"{}"))
    with pytest.raises(ForkSeen):
        records_of(ledger, told, fork.checkpoint(size))
    with pytest.raises(NotProven, match="does not cover"):
        records_of(ledger, told, told.log.checkpoint(size - 1))
    stranger = Log(told.log.entries, Signer.of("stranger", key="stranger"))
    with pytest.raises(NotProven):
        records_of(ledger, told, stranger.checkpoint(size))


def test_an_anchor_of_another_tree(sqlite_database: Database) -> None:
    """An anchor that is not a beginning of the checkpoint's tree, or is beyond it, is not tied to it."""
    told = usual()
    ledger, size = stored_ledger(sqlite_database, told.story), len(told.story.entries)
    fork = Log((*told.log.entries[:4], b"{}"))
    wrong = [
        Anchor(5, fork.checkpoint(5)),
        Anchor(5, told.log.checkpoint(4)),
        Anchor(size + 1, fork.checkpoint(5)),
    ]
    for anchor in wrong:
        with pytest.raises(NotProven):
            records_of(ledger, told, _checkpoint(told), [anchor]).consistency()


def test_no_sealing_no_records(sqlite_database: Database) -> None:
    """A bundle that was asked for and not sealed, and one that is unknown, are not found."""
    told = ask(begin(), exhibits=[begin().video])
    ledger = stored_ledger(sqlite_database, told.story)
    for bundle in (told.bundle, told.bundle[:-1] + "0"):
        with pytest.raises(NotFound):
            BundleRecords(ledger, StreamName(bundle), _checkpoint(told))

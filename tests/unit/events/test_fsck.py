"""fsck: each stored value that is derived from entries is held against them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from custody.ports import IdempotencyKey
from events.database import Database
from events.fsck.checking import fsck
from events.opening import open_database
from events.policy import parse_policy
from events.stream_keys import StreamKeys
from tests.demo import ledger_rows
from tests.support.ledgers import MASTER
from tests.support.publishing import LOG_KEYS, open_press
from tests.support.verified import TELEPHONE, VIDEO, hand_over, story
from tests.support.witnesses import running


def codes(database: Database) -> set[str]:
    """Return the codes of all findings."""
    return {each.code for each in fsck(database, StreamKeys(database, MASTER))}


def test_a_ledger_that_nobody_touched_has_no_finding(database: Database) -> None:
    """Every row of an honest ledger follows from its entries, on both engines."""
    office = story(database)
    hand_over(office, TELEPHONE, giver="iryna", taker="taras")
    key = IdempotencyKey(office.person("taras").person, "key", "a" * 64)
    office.append(office.move(VIDEO), key=key)
    assert set() == codes(database)


def test_what_was_published_and_cosigned_follows(database: Database, tmp_path: Path) -> None:
    """Rows of an honest publisher and of a witness that cosigned have no finding."""
    with running(tmp_path, "w1", LOG_KEYS.vkeys) as witness:
        press = open_press(database)
        policy = f"log {LOG_KEYS.ed25519.vkey}\n{witness.line()}quorum w1\n"
        press = replace(press, policy=parse_policy(policy.encode()))
        press.grow(7)
        assert ("w1",) == press.publisher.run_once().cosigned
    assert set() == codes(database)


STATEMENTS = {
    "fsck.stored_events.topic": "UPDATE stored_events SET topic = 'os.system' WHERE notification_id = 5",
    "fsck.stored_events.originator_id": "UPDATE stored_events SET originator_id = 'x' WHERE notification_id = 5",
    "fsck.stored_events": "DELETE FROM stored_events WHERE notification_id = 5",
    "fsck.stored_events.state": "UPDATE stored_events SET state = x'7b7d' WHERE notification_id = 5",
    "fsck.entry.leaf": "UPDATE entry SET leaf = zeroblob(32) WHERE idx = 3",
    "fsck.entry.act": "UPDATE entry SET act = zeroblob(32) WHERE idx = 3",
    "fsck.entry.stream": "UPDATE entry SET stream = 'x' WHERE idx = 3",
    "fsck.entry.version": "UPDATE entry SET version = 99 WHERE idx = 3",
    "fsck.entry.recorded_at": "UPDATE entry SET recorded_at = '' WHERE idx = 3",
    "fsck.node.hash": "UPDATE node SET hash = zeroblob(32) WHERE level = 2 AND idx = 1",
    "fsck.node": "DELETE FROM node WHERE level = 1 AND idx = 2",
    "fsck.node.level": "INSERT INTO node VALUES (40, 0, zeroblob(32))",
    "fsck.tree.root": "UPDATE tree SET root = zeroblob(32) WHERE size = 4",
    "fsck.tree.frontier": "UPDATE tree SET frontier = x'' WHERE size = 4",
    "fsck.tree.recorded_at": "UPDATE tree SET recorded_at = 'x' WHERE size = 4",
    "fsck.ordinal": "UPDATE ordinal SET ordinal = 7 WHERE ordinal = 2",
    "fsck.taken": "DELETE FROM taken WHERE kind = 'seal'",
    "fsck.stored_file": "UPDATE stored_file SET exhibit = 'x'",
    "fsck.stored_file.sha256": "UPDATE stored_file SET sha256 = zeroblob(32)",
    "fsck.disclosure.box": "UPDATE disclosure SET box = zeroblob(80) WHERE idx = 4",
    "fsck.disclosure": "INSERT INTO disclosure VALUES (900, 1, x'00')",
    "fsck.idempotency.first": "INSERT INTO idempotency VALUES ('person/x', 'k', x'00', 3, 2)",
    "fsck.published.size": "INSERT INTO published VALUES (900, zeroblob(32), x'00')",
    "fsck.published.root": "INSERT INTO published VALUES (4, zeroblob(32), x'00')",
    "fsck.published.note": "INSERT INTO published SELECT size, root, x'00' FROM tree WHERE size = 4",
    "fsck.cosignature.size": "INSERT INTO cosignature VALUES (4, 'w+00000000', 'x')",
    "fsck.cosignature.line": "INSERT INTO cosignature VALUES (4, 'w+00000000', 'x')",
    "fsck.stored_events.notification_id": "DELETE FROM tree WHERE size = (SELECT max(size) FROM tree)",
}


@pytest.mark.parametrize("code", STATEMENTS)
def test_each_altered_row_is_found(tmp_path: Path, code: str) -> None:
    """One statement behind the guards, one finding by the name of the column."""
    path = tmp_path / "ledger.sqlite"
    database = open_database(path)
    story(database)
    database.close()
    with ledger_rows.opened(path) as rows:
        assert rows.execute(STATEMENTS[code]).rowcount > 0
    database = open_database(path)
    assert code in codes(database)
    database.close()

"""The publisher: what it writes, that it can be repeated, its witnesses, the check at start, better receipts."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import Mock

import pytest

from custody.errors import (
    ChainBroken,
    ContentAltered,
    ForkSeen,
    NotProven,
    NotYet,
    Unavailable,
    WritesRefused,
)
from custody.verdict import Grade
from events.checkpoint import LogKey, open_checkpoint
from events.merkle import leaf_hash
from events.note import parse_note, parse_vkey
from events.opening import open_database
from events.publishing.alone import publish_once
from events.publishing.mirror import mirror
from events.publishing.publisher import Publication
from events.publishing.receipts import ReceiptUpgrade
from events.publishing.running import PublishingThread
from events.receipt import parse_receipt
from events.tiles import new_bundles, new_tiles, read_bundle, read_tile, root_of_tiles
from storage.memory_objects import FolderObjects, MemoryObjects
from tests.support import ledgers, publishing
from tests.support.composing import seed
from tests.support.polling import until
from tests.support.publishing import LOG, Press
from tests.support.webs import FixedWeb, SwitchedWeb
from tests.support.witnessed import witnessed
from tests.support.witnesses import Running, running

SIZES = [1, 2, 255, 256, 257, 600]


@pytest.fixture
def press(tmp_path: Path) -> Press:
    """Return a ledger of six entries that is not published yet."""
    return publishing.open_press(open_database(tmp_path / "ledger.sqlite"), 6)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[list[Running]]:
    """Run two witnesses that know the log of the tests."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(running(tmp_path, name, publishing.LOG_KEYS.vkeys)) for name in ("w1", "w2")
        ]


def objects(press: Press) -> dict[str, bytes]:
    """Return what is in the public place."""
    assert isinstance(press.log, MemoryObjects)
    return press.log.objects


@pytest.mark.parametrize("size", SIZES)
def test_what_is_published_is_the_ledger(tmp_path: Path, size: int) -> None:
    """Each size has exactly its tiles, bundles and a checkpoint of both keys; they hold the entries."""
    press = publishing.open_press(open_database(tmp_path / "ledger.sqlite"), size)
    done = press.publisher.run_once()

    names = {tile.name for tile in (*new_tiles(0, size), *new_bundles(0, size))}
    assert names | {"checkpoint"} == objects(press).keys()
    found = open_checkpoint(objects(press)["checkpoint"], LOG)
    head = press.office.ledger.head()
    assert (size, head.root, done.size, True) == (found.size, found.root, head.size, done.is_new)
    root = root_of_tiles(size, lambda tile: read_tile(objects(press)[tile.name], tile.width))
    assert head.root == root
    entries = [
        entry
        for bundle in new_bundles(0, size)
        for entry in read_bundle(objects(press)[bundle.name], bundle.width)
    ]
    assert [data for _, data in press.office.ledger.raw(0, size)] == entries
    leaves = b"".join(objects(press)[tile.name] for tile in new_tiles(0, size) if tile.level == 0)
    assert b"".join(map(leaf_hash, entries)) == leaves
    press.policy.judge(objects(press)["checkpoint"])
    assert 2 == len(parse_note(objects(press)["checkpoint"]).signatures)


def test_a_second_run_changes_nothing(press: Press) -> None:
    """Nothing grew: nothing is written, by this publisher or by another one, and the note stays byte for byte."""
    press.publisher.run_once()
    before = dict(objects(press))

    assert [False, False] == [each.run_once().is_new for each in (press.publisher, press.another())]
    assert before == objects(press)


def test_growth_is_published_in_steps(press: Press) -> None:
    """Published at many sizes, the log ends with what one publication at the end gives, but for partial tiles."""
    for size in (7, 100, 255, 256, 300, 520):
        press.grow(size)
        press.publisher.run_once()
    fresh = replace(press, places=publishing.memory())
    fresh.publisher.run_once()

    whole = {tile.name for tile in (*new_tiles(0, 520), *new_bundles(0, 520))}
    assert whole <= objects(press).keys()
    assert {name: objects(fresh)[name] for name in whole} == {name: objects(press)[name] for name in whole}
    assert not [name for name in objects(press) if name.startswith(("tile/0/000.p/", "tile/entries/000.p/"))]


def test_an_empty_ledger_publishes_nothing(tmp_path: Path) -> None:
    """Before the founding there is nothing to sign."""
    press = publishing.open_press(open_database(tmp_path / "ledger.sqlite"))

    assert (0, False) == (press.publisher.run_once().size, press.publisher.run_once().is_new)
    assert {} == objects(press)


@pytest.mark.parametrize("name", ["tile/0/000.p/6", "tile/entries/000.p/6"])
def test_other_bytes_under_a_name_are_an_alarm(press: Press, name: str) -> None:
    """Somebody published another history: nothing is overwritten, and the ledger takes no more acts."""
    objects(press)[name] = b"another history"

    with pytest.raises(ContentAltered, match=name):
        press.publisher.run_once()
    assert "checkpoint" not in objects(press)
    assert b"another history" == objects(press)[name]
    assert press.office.ledger.refusal is not None
    with pytest.raises(WritesRefused, match="alarm"):
        press.grow(7)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE node SET hash = zeroblob(32) WHERE level = 8",
        "UPDATE entry SET leaf = zeroblob(32) WHERE idx = 300",
        "UPDATE stored_events SET state = x'7b7d' WHERE notification_id = 10",
        "DELETE FROM stored_events WHERE notification_id = 10",
        "DELETE FROM entry WHERE idx = 10",
        "UPDATE tree SET root = zeroblob(32) WHERE size = (SELECT max(size) FROM tree)",
    ],
)
def test_rows_that_do_not_fit_are_an_alarm(tmp_path: Path, statement: str) -> None:
    """A row changed behind the guards is found before anything is signed."""
    press = publishing.open_press(open_database(tmp_path / "ledger.sqlite"), 301)
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        for table, verb in (
            ("node", "update"),
            ("entry", "update"),
            ("stored_events", "update"),
            ("tree", "update"),
        ):
            connection.execute(f"DROP TRIGGER {table}_refuses_{verb}")
        for table in ("entry", "stored_events"):
            connection.execute(f"DROP TRIGGER {table}_refuses_delete")
        connection.execute(statement)
    connection.close()

    with pytest.raises(ChainBroken):
        press.publisher.run_once()
    assert "checkpoint" not in objects(press)
    assert [] == press.office.ledger.database.read("SELECT 1 FROM published")


def test_witnesses_cosign(press: Press, two: list[Running]) -> None:
    """Both witnesses' lines, of both kinds, stand under the log's; the quorum is met, and again after growth."""
    press = witnessed(press, *two)
    for size in (6, 7, 40):
        press.grow(size)
        done = press.publisher.run_once()
        assert (("w1", "w2"), {}, True) == (done.cosigned, done.silent, done.quorum_met)
        backing = press.policy.judge(objects(press)["checkpoint"])
        assert backing.is_witnessed
        assert {"w1", "w2"} == backing.cosigned.keys()
        assert 2 == len(backing.signed_by)


def test_a_witness_that_knows_another_size_is_negotiated_with(press: Press, two: list[Running]) -> None:
    """A record that lost what was cosigned asks from 0, is told 409 with the size, and proves from there."""
    witnessed(press, two[0]).publisher.run_once()
    press.grow(30)
    lost = witnessed(replace(press, places=publishing.memory()), two[0])
    lost.publisher.record.last_cosigned = lambda cosigner: 0  # type: ignore[method-assign]

    assert ("w1",) == lost.publisher.run_once().cosigned


def test_a_silent_witness_does_not_stop_publishing(press: Press, two: list[Running]) -> None:
    """It is named with the reason, asked again after a pause that doubles, and its line is added when it comes back."""
    press = witnessed(press, *two)
    web = SwitchedWeb(silent={two[1].url})
    press = replace(press, web=web)

    first = press.publisher.run_once()
    assert (("w1",), ["w2"], False) == (first.cosigned, list(first.silent), first.quorum_met)
    asked = len(web.posts)
    assert not press.publisher.run_once().is_new
    assert asked == len(web.posts)  # too early to ask again
    web.silent.clear()
    press.time = 6
    again = press.publisher.run_once()
    assert (("w1", "w2"), {}, True, True) == (again.cosigned, again.silent, again.quorum_met, again.is_new)
    assert {"w1", "w2"} == press.policy.judge(objects(press)["checkpoint"]).cosigned.keys()


def test_a_quorum_of_one_is_met_by_one(press: Press, two: list[Running]) -> None:
    """The policy says how many must cosign."""
    press = replace(witnessed(press, *two, quorum="any"), web=SwitchedWeb(silent={two[1].url}))
    assert press.publisher.run_once().quorum_met


def test_lines_of_strangers_are_not_kept(press: Press, two: list[Running]) -> None:
    """An answer with a line of another key, or with one that does not verify, counts as silence."""
    press = witnessed(press, two[0])
    stranger = "\u2014 stranger AAAAAAAAAAA=\n".encode()
    forged = f"\u2014 {two[0].vkeys[0].split('+')[0]} AAAAAAAAAAA=\n".encode()
    for answer in (stranger, forged, b"", b"no line\n", b"\xff"):
        tried = replace(press, places=publishing.memory(), web=FixedWeb(200, answer))
        done = tried.publisher.run_once()
        assert ((), ["w1"]) == (done.cosigned, list(done.silent))
        assert 2 == len(parse_note(objects(tried)["checkpoint"]).signatures)


@pytest.mark.parametrize("status", [400, 403, 404, 409, 418, 500])
def test_a_refusal_counts_as_silence(press: Press, two: list[Running], status: int) -> None:
    """Whatever a witness refuses, publishing goes on and its status is told."""
    press = replace(witnessed(press, two[0]), web=FixedWeb(status, b"no\n"))
    assert ["w1"] == list(press.publisher.run_once().silent)


def test_a_witness_that_only_claims_a_fork_stops_nothing(press: Press, two: list[Running]) -> None:
    """422 without a checkpoint of our key that is not ours is a claim: told, and no alarm."""
    press = replace(witnessed(press, two[0]), web=FixedWeb(422, b"no\n"))
    done = press.publisher.run_once()

    assert "claims another history" in done.silent["w1"]
    assert press.office.ledger.refusal is None


# --- start ---------------------------------------------------------------------------------------------


def test_an_even_start(press: Press, two: list[Running]) -> None:
    """Nothing published, then everything: the check tells the sizes, and lets the ledger write."""
    press = witnessed(press, *two)
    assert [0, 0, 0] == [each.size for each in press.start_check().run()]
    press.publisher.run_once()
    press.grow(9)
    assert [6, 6, 6] == [each.size for each in press.start_check().run()]
    assert press.office.ledger.refusal is None


@pytest.mark.parametrize("place", ["log", "witness"])
def test_a_restored_backup_is_refused(tmp_path: Path, two: list[Running], place: str) -> None:
    """A database that is behind the bucket, or behind a witness, refuses to write and says what to do."""
    backup = tmp_path / "backup.sqlite"
    newer = witnessed(publishing.open_press(open_database(tmp_path / "ledger.sqlite"), 6), two[0])
    with sqlite3.connect(tmp_path / "ledger.sqlite") as source, sqlite3.connect(backup) as target:
        source.backup(target)
    source.close()
    target.close()
    newer.grow(9)
    newer.publisher.run_once()
    restored = replace(
        newer,
        office=ledgers.Office.open(open_database(backup)),
        places=newer.places if place == "log" else publishing.memory(),
    )

    with pytest.raises(WritesRefused, match=r"9 entries.*ends at 6: it is a restored backup"):
        restored.start_check().run()
    with pytest.raises(WritesRefused, match="Restore the newest backup, or rebuild"):
        restored.office.receive("another", case=ledgers.CASE)
    with pytest.raises(WritesRefused):
        restored.publisher.run_once()


def test_a_place_of_another_ledger_is_refused(tmp_path: Path, press: Press) -> None:
    """A checkpoint of another key in our place stops the start."""
    other = LogKey.from_seed("custody.example/00000000", seed("other"))
    objects(press)["checkpoint"] = other.sign(1, bytes(32))

    with pytest.raises(NotProven):
        press.start_check().run()
    assert press.office.ledger.refusal is not None


def test_an_older_place_is_published_again(press: Press) -> None:
    """A bucket that lost its objects is filled again, with the same lines of the log."""
    press.publisher.run_once()
    note = objects(press)["checkpoint"]
    empty = replace(press, places=publishing.memory())

    assert [0] == [each.size for each in empty.start_check().run()]
    assert empty.publisher.run_once().is_new
    assert note == objects(empty)["checkpoint"]


def test_keys_that_are_gone_are_swept(press: Press) -> None:
    """The object of a destroyed key goes at the next start; those of living keys stay."""
    press.publisher.run_once()
    kept = set(press.places.keys.names("keys/"))
    press.places.keys.create("keys/exhibit/00000000-0000-4000-8000-000000000000/1", b"{}")

    press.start_check().run()

    assert kept == set(press.places.keys.names("keys/"))
    assert kept


# --- receipts, mirrors, the thread ------------------------------------------------------------------------


def test_a_receipt_is_upgraded(press: Press, two: list[Running]) -> None:
    """The receipt under the published checkpoint holds for the entry, and carries the witnesses' lines."""
    press = witnessed(press, *two)
    upgrade = ReceiptUpgrade(press.office.ledger, press.publisher.record, press.policy)
    with pytest.raises(NotYet):
        upgrade.upgraded(3)
    press.publisher.run_once()
    press.grow(12)

    found = upgrade.upgraded(3)

    receipt = parse_receipt(found.receipt.proof)
    assert 6 == receipt.verify(found.receipt.entry, LOG).size
    assert found.backing.is_witnessed
    assert 3 == receipt.index
    with pytest.raises(NotYet):
        upgrade.upgraded(11)


@dataclass(frozen=True)
class StampedAt:
    """Tokens over one checkpoint."""

    size: int

    def over(self, index: int) -> tuple[int, tuple[tuple[str, bytes], ...]] | None:
        """Return the one size with its token, if it covers the entry."""
        return (self.size, (("tsa", b"token"),)) if index < self.size else None


def test_a_better_receipt_says_why_there_is_none(press: Press, two: list[Running]) -> None:
    """Not published, no witnesses, not cosigned, no TSA, not stamped: each is told by a rule of its own."""

    def reason(upgrade: ReceiptUpgrade, index: int, grade: Grade) -> str:
        with pytest.raises(NotYet) as told:
            upgrade.at_least(index, grade)
        return told.value.rule

    ledger, record = press.office.ledger, press.publisher.record
    web = SwitchedWeb()
    web.silent.add(two[0].url)
    silent = replace(witnessed(press, two[0]), web=web)
    alone = ReceiptUpgrade(ledger, record, press.policy)
    asked = ReceiptUpgrade(ledger, record, silent.policy, StampedAt(3))

    assert "receipt.no-witnesses" == reason(alone, 3, Grade.WITNESSED)
    assert "receipt.not-published" == reason(asked, 3, Grade.WITNESSED)
    assert "receipt.not-published" == reason(asked, 3, Grade.TIME_STAMPED)
    silent.publisher.run_once()
    assert "receipt.not-witnessed" == reason(asked, 3, Grade.WITNESSED)
    assert "receipt.no-tsa" == reason(alone, 3, Grade.TIME_STAMPED)
    assert "receipt.not-time-stamped" == reason(asked, 3, Grade.TIME_STAMPED)


def test_a_receipt_stands_under_the_checkpoint_that_was_stamped(press: Press) -> None:
    """It carries the tokens over that checkpoint, and its grade says so."""
    press.publisher.run_once()
    size = press.office.size
    press.grow(size + 3)
    press.publisher.run_once()
    upgrade = ReceiptUpgrade(press.office.ledger, press.publisher.record, press.policy, StampedAt(size))

    found = upgrade.at_least(2, Grade.TIME_STAMPED)

    assert (size, Grade.TIME_STAMPED) == (found.backing.checkpoint.size, found.grade)
    assert (("tsa", b"token"),) == found.tokens


def test_the_better_checkpoint_is_taken(press: Press, two: list[Running]) -> None:
    """When the newest checkpoint has no cosignature, the receipt stands under the newest that has."""
    web = SwitchedWeb()
    press = replace(witnessed(press, two[0]), web=web)
    press.publisher.run_once()
    web.silent.add(two[0].url)
    press.grow(12)
    press.publisher.run_once()
    upgrade = ReceiptUpgrade(press.office.ledger, press.publisher.record, press.policy)

    assert [(6, True), (12, False)] == [
        (found.backing.checkpoint.size, found.backing.is_witnessed)
        for found in (upgrade.upgraded(3), upgrade.upgraded(11))
    ]


@pytest.mark.parametrize("entries", [True, False])
def test_a_mirror_is_the_log(press: Press, tmp_path: Path, entries: bool) -> None:
    """A copied folder holds what the newest checkpoint needs, with or without entries, and can be copied on to."""
    folder = FolderObjects(tmp_path / "mirror")
    for size in (6, 300):
        press.grow(size)
        press.publisher.run_once()
        assert size == mirror(press.log, folder, entries=entries)
        assert size == mirror(press.log, folder, entries=entries)
    tiles = (*new_tiles(0, 300), *(new_bundles(0, 300) if entries else ()))
    assert {tile.name for tile in tiles} <= set(folder.names("tile/"))
    assert entries == bool(list(folder.names("tile/entries/")))
    assert press.log.read("checkpoint").data == folder.read("checkpoint").data


def test_the_thread_publishes_and_ends_at_an_alarm(press: Press) -> None:
    """It reports what it published, is woken by growth, reports a silent store, and ends at a fork."""
    told: list[object] = []
    thread = PublishingThread(press.publisher, told.append, every=60)
    thread.start()
    until(lambda: isinstance(told and told[-1], Publication), "the first publication")
    assert isinstance(press.log, MemoryObjects)
    press.log.broken = True
    thread.wake()
    until(lambda: isinstance(told[-1], Unavailable), "the silent store")
    press.log.broken = False
    press.grow(7)
    objects(press)["tile/0/000.p/7"] = b"fork"
    thread.wake()
    until(lambda: isinstance(told[-1], ContentAltered) and not thread.is_running, "the alarm")
    thread.stop()


def test_the_thread_outlives_what_nobody_foresaw(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours is told, and what grew is published at the next look."""
    told: list[object] = []
    right = press.publisher.run_once
    monkeypatch.setattr(press.publisher, "run_once", Mock(side_effect=[ZeroDivisionError(), right()]))
    thread = PublishingThread(press.publisher, told.append, every=60)
    thread.start()
    until(lambda: bool(told), "the fault")
    thread.wake()
    until(lambda: len(told) == 2, "the next look")
    thread.stop()
    assert [ZeroDivisionError, Publication] == [type(each) for each in told]


def test_a_thread_can_be_stopped(press: Press) -> None:
    """Stopping ends it, also when it was never started."""
    PublishingThread(press.publisher, lambda _: None).stop()
    thread = PublishingThread(press.publisher, lambda _: None, every=60)
    thread.start()
    thread.stop()
    assert not thread.is_running


def test_it_runs_by_itself(press: Press, two: list[Running]) -> None:
    """Without a service: what was held before is told, then the head is published; again, nothing is new."""
    press = witnessed(press, *two)
    arguments = (press.office.ledger, press.keys, press.places, press.policy)

    first, second = publish_once(*arguments), publish_once(*arguments)

    assert [0, 0, 0] == [each.size for each in first.before]
    assert [6, 6, 6] == [each.size for each in second.before]
    assert (6, True, False) == (first.publication.size, first.publication.is_new, second.publication.is_new)


def test_a_fork_in_the_record_is_an_alarm(press: Press) -> None:
    """A published row of another root under the head's size stops everything."""
    head = press.office.ledger.head()
    forged = ledgers.LOG_KEY.sign(head.size, bytes(32))
    with press.office.ledger.database.transaction() as session:
        session.execute("INSERT INTO published VALUES (?,?,?)", (head.size, bytes(32), forged))

    with pytest.raises(ForkSeen):
        press.publisher.run_once()
    assert parse_vkey(ledgers.LOG_KEY.vkey) == LOG

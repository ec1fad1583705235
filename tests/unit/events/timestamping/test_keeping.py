"""Tokens outlive their database: written beside the log, read back, and held against what they are over."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from custody.errors import ContentAltered, Malformed, NotProven, Unavailable
from events.database import Database
from events.fsck.checking import fsck
from events.log_keys import LogKeys
from events.opening import open_database
from events.publishing.rebuilding import Rebuild
from events.stream_keys import StreamKeys
from events.timestamping.anchors import Anchors
from events.timestamping.keeping import TokenObjects
from events.timestamping.receipts import CoveringStamps
from events.timestamping.record import TokenRecord
from events.timestamping.running import StampingThread, stamp_and_keep
from events.timestamping.stamping import Stamped, Stamping
from storage.memory_objects import MemoryObjects
from tests.support import publishing
from tests.support.ledgers import MASTER
from tests.support.polling import until
from tests.support.publishing import LOG, Press
from tests.support.stamping import objects_of, stamping_of
from tests.support.tsa import Running, running

pytestmark = pytest.mark.programs("openssl")

TOKENS = "SELECT * FROM tsa_token ORDER BY number"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the authorities' keys are made once."""
    return tmp_path_factory.mktemp("tsa")


@pytest.fixture
def tsas(folder: Path) -> Iterator[list[Running]]:
    """Run two authorities."""
    with running(folder, "one") as one, running(folder, "two") as two:
        yield [one, two]


@pytest.fixture
def press(tmp_path: Path) -> Press:
    """Return a ledger of six entries that is published."""
    press = publishing.open_press(open_database(tmp_path / "ledger.sqlite"), 6, start=publishing.EARLY)
    press.publisher.run_once()
    return press


@pytest.fixture
def stamping(press: Press, tmp_path: Path, tsas: list[Running]) -> Stamping:
    """Return stamping with four tokens over sizes 6 and 8 and two renewals, all of them kept outside."""
    found = stamping_of(press, tmp_path, *tsas)
    found.run_once()
    press.grow(8)
    press.publisher.run_once()
    stamp_and_keep(found, objects_of(press), now=True, renew=True)
    return found


def kept(press: Press) -> dict[str, bytes]:
    """Return the objects of tokens."""
    assert isinstance(press.places.rebuild, MemoryObjects)
    found = press.places.rebuild.objects
    return {name: data for name, data in found.items() if name.startswith("timestamps/")}


def outside(press: Press) -> dict[str, bytes]:
    """Return all objects of the place, to be changed."""
    assert isinstance(press.places.rebuild, MemoryObjects)
    return press.places.rebuild.objects


def faults(database: Database) -> set[str]:
    """Return the codes of what fsck finds."""
    return {each.code for each in fsck(database, StreamKeys(database, MASTER))}


def test_every_token_stands_outside(press: Press, stamping: Stamping) -> None:
    """One object for each token, by number, with its response as it came."""
    found = {name: json.loads(data) for name, data in kept(press).items()}

    assert {f"timestamps/{number}" for number in range(1, 7)} == found.keys()
    assert [(6, 0), (6, 0), (8, 0), (8, 0), (0, 4), (0, 4)] == [
        (found[f"timestamps/{number}"]["size"], found[f"timestamps/{number}"]["covered"])
        for number in range(1, 7)
    ]
    before = dict(outside(press))
    objects_of(press).catch_up()
    assert before == outside(press)


def test_a_rebuild_brings_them_back(press: Press, stamping: Stamping, tmp_path: Path) -> None:
    """Every row is the same in the new database; stamping and renewing go on in it, and fsck finds nothing."""
    database = open_database(tmp_path / "new.sqlite")

    rebuilt = Rebuild(database, press.places, LOG, lambda _: None).run()

    assert 6 == rebuilt.tokens
    assert press.office.ledger.database.read(TOKENS) == database.read(TOKENS)
    assert set() == faults(database)
    assert stamping.renewals.evidence(1) == Stamping(
        database, press.publisher.record, stamping.authorities, press.office.clock
    ).renewals.evidence(1)
    database.close()


def test_a_restored_backup_gets_its_tokens_back(press: Press, stamping: Stamping, tmp_path: Path) -> None:
    """A database of before the last tokens, but of the same tree, reads them back before it asks for others."""
    database = open_database(tmp_path / "older.sqlite")
    Rebuild(database, press.places, LOG, lambda _: None).run()
    for statement in (
        "DROP TRIGGER tsa_token_refuses_delete",
        "DELETE FROM tsa_token WHERE number > 2",
    ):
        with database.transaction() as session:
            session.execute(statement)
    older = Stamping(database, press.publisher.record, stamping.authorities, press.office.clock)

    assert Stamped() == stamp_and_keep(older, TokenObjects(database, press.places.rebuild))
    assert press.office.ledger.database.read(TOKENS) == database.read(TOKENS)
    database.close()


CHANGES: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "of another number": ("timestamps/5", lambda data: data.replace(b'"number":5', b'"number":6'), "number"),
    "of another size": (
        "timestamps/1",
        lambda data: data.replace(b'"size":6', b'"size":8'),
        "something else",
    ),
    "of no size": ("timestamps/1", lambda data: data.replace(b'"size":6', b'"size":7'), "none is published"),
    "covers fewer": (
        "timestamps/5",
        lambda data: data.replace(b'"covered":4', b'"covered":3'),
        "something else",
    ),
    "covers itself": ("timestamps/5", lambda data: data.replace(b'"covered":4', b'"covered":5'), "neither"),
    "of another time": ("timestamps/1", lambda data: data.replace(b'"time":"20', b'"time":"19'), "time"),
    "of no name": (
        "timestamps/1",
        lambda data: data.replace(b'"tsa":"one"', b'"tsa":"ONE"'),
        "kept time-stamp",
    ),
    "no object": ("timestamps/1", lambda _: b"[]", "kept time-stamp"),
    "no number": ("timestamps/1", lambda data: data.replace(b'"size":6', b'"size":-6'), "kept time-stamp"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_no_token_of_ours_stops_a_rebuild(
    press: Press, stamping: Stamping, tmp_path: Path, change: str
) -> None:
    """An object that was changed is refused, and names itself."""
    name, make, reason = CHANGES[change]
    changed = make(outside(press)[name])
    assert changed != outside(press)[name]
    outside(press)[name] = changed
    database = open_database(tmp_path / "new.sqlite")

    with pytest.raises((Malformed, NotProven), match=reason):
        Rebuild(database, press.places, LOG, lambda _: None).run()
    database.close()


def test_a_missing_number_stops_a_rebuild(press: Press, stamping: Stamping, tmp_path: Path) -> None:
    """Numbers have no gaps: one that was removed is missed."""
    del outside(press)["timestamps/2"]
    database = open_database(tmp_path / "new.sqlite")

    with pytest.raises(NotProven, match="timestamps/2 is missing"):
        Rebuild(database, press.places, LOG, lambda _: None).run()
    database.close()


def test_another_object_of_a_number_is_an_alarm(press: Press, stamping: Stamping) -> None:
    """What is kept outside is never overwritten."""
    outside(press)["timestamps/7"] = b"another"
    press.grow(9)
    press.publisher.run_once()
    stamping.run_once(now=True)
    del outside(press)["timestamps/6"]

    with pytest.raises(ContentAltered, match="timestamps/7"):
        objects_of(press).catch_up()
    assert "timestamps/6" in outside(press)


STATEMENTS = {
    "fsck.tsa_token.response": (
        "UPDATE tsa_token SET size = 7 WHERE number = 1",
        "UPDATE tsa_token SET response = zeroblob(90) WHERE number = 5",
        "UPDATE tsa_token SET leaf = zeroblob(32) WHERE number = 2",
        "UPDATE tsa_token SET time = '2020-01-01T00:00:00.000000Z' WHERE number = 2",
        "UPDATE tsa_token SET response = (SELECT response FROM tsa_token WHERE number = 3) WHERE number = 1",
    ),
    "fsck.tsa_token.number": ("DELETE FROM tsa_token WHERE number = 1",),
}


@pytest.mark.parametrize(
    ("code", "statement"), [(code, each) for code, statements in STATEMENTS.items() for each in statements]
)
def test_fsck_finds_a_row_that_was_changed(
    press: Press, stamping: Stamping, code: str, statement: str
) -> None:
    """A token that is not over what its row says, and one that is gone."""
    database = press.office.ledger.database
    assert set() == faults(database)
    for verb in ("update", "delete"):
        with database.transaction() as session:
            session.execute(f"DROP TRIGGER tsa_token_refuses_{verb}")
    with database.transaction() as session:
        session.execute(statement)

    assert code in faults(database)


def test_tokens_only_grow(press: Press, stamping: Stamping) -> None:
    """The database refuses to change or remove a token."""
    for statement in ("UPDATE tsa_token SET size = 1", "DELETE FROM tsa_token"):
        with (
            pytest.raises(Unavailable, match="only grows"),
            press.office.ledger.database.transaction() as session,
        ):
            session.execute(statement)


def test_anchors_carry_tokens(press: Press, stamping: Stamping) -> None:
    """A bundle gets each token beside its checkpoint, as it came, and no renewals."""
    keys: LogKeys = press.keys
    press.grow(9)
    press.publisher.run_once()
    anchors = Anchors(press.office.ledger.database, keys)

    found = {each.size: [name for name, _ in each.tokens] for each in anchors.all()}
    assert {6: ["one", "two"], 8: ["one", "two"], 9: []} == found
    by_number = {number: stamping.record.one(number).response for number in (1, 2)}
    assert by_number == dict(enumerate((response for _, response in anchors.of([6])[0].tokens), 1))
    assert [[6], [8], [6, 8], []] == [
        [each.size for each in anchors.around(indexes, size)]
        for indexes, size in (([1, 5], 6), ([6], 9), ([0, 7], 9), ([8], 9))
    ]


def test_receipts_stand_under_the_first_token(press: Press, stamping: Stamping) -> None:
    """The smallest stamped size that holds an entry, with its tokens; none for an entry that is too new."""
    stamps = CoveringStamps(TokenRecord(press.office.ledger.database))

    sizes = {index: found[0] for index in range(8) if (found := stamps.over(index))}
    assert dict.fromkeys(range(6), 6) | {6: 8, 7: 8} == sizes
    assert None is stamps.over(8)


def test_the_thread_stamps_beside_the_service(press: Press, tmp_path: Path, tsas: list[Running]) -> None:
    """It keeps and writes tokens by itself; a store that fails is told, and shown until it answers."""
    found = stamping_of(press, tmp_path, tsas[0])
    told = list[object]()
    objects = objects_of(press)
    outside(press)["timestamps/1"] = b"not ours"
    thread = StampingThread(found, objects, told.append, every=0.05)
    thread.start()
    try:
        until(lambda: thread.fault is not None, "a fault")
        assert [] == tsas[0].asked
        del outside(press)["timestamps/1"]
        thread.wake()
        until(lambda: "timestamps/1" in outside(press), "the object")
        until(lambda: thread.fault is None, "no fault")
    finally:
        thread.stop()
    assert Stamped({"one": 1}) in told


def test_the_thread_outlives_what_nobody_foresaw(
    press: Press, tmp_path: Path, tsas: list[Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours is told and shown, and the next look is taken."""
    found, told = stamping_of(press, tmp_path, tsas[0]), list[object]()
    monkeypatch.setattr(found, "run_once", Mock(side_effect=[ZeroDivisionError(), Stamped()]))
    thread = StampingThread(found, None, told.append, every=60)
    thread.start()
    try:
        until(lambda: thread.fault is not None, "a fault")
        assert "ZeroDivisionError" in str(thread.fault)
        thread.wake()
        until(lambda: thread.fault is None, "no fault")
    finally:
        thread.stop()
    assert [ZeroDivisionError, Stamped] == [type(each) for each in told]

"""Rebuild: a ledger read back from what was published is the ledger, row by row, and takes acts again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from custody.errors import ChainBroken, CustodyError, NotFound, NotProven, Unavailable, WritesRefused
from custody.ports import IdempotencyKey
from custody.values import PersonId
from events import rebuild_mark
from events.database import Database
from events.opening import open_database
from events.publishing.rebuilding import Rebuild
from events.publishing.stream_keys import name_of
from events.recorder import NEWEST_TREE, tree_row
from events.schema import APPEND_ONLY, MUTABLE
from storage.memory_objects import MemoryObjects
from tests.support import examples, ledgers, publishing
from tests.support.composing import uuid_of
from tests.support.ledgers import Office
from tests.support.publishing import LOG, Press

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
FILE = uuid_of("file")


def told(database: Database) -> Press:
    """Return a published ledger with files, an idempotency key, a unique seal, and 300 entries."""
    press = publishing.open_press(database, 6)
    office = press.office
    digital = f"exhibit/{uuid_of('video')}"
    intake = office.compose(
        "taras",
        "exhibit.received.v1",
        digital,
        examples.intake(ledgers.CASE, "digital", [FILE]),
        examples.digital([FILE]),
    )
    claim = IdempotencyKey(PersonId(intake.act.person), "key-1", "ab" * 32)
    office.append(intake, key=claim, files=[ledgers.stored(digital, FILE, FILE.encode())])
    office.receive("sealed", case=ledgers.CASE, seal="A-100")
    press.publisher.run_once()
    press.grow(300)
    press.publisher.run_once()
    return press


def rows(database: Database) -> dict[str, list[str]]:
    """Return all rows of all tables of the ledger."""
    return {
        table: sorted(map(_plain, database.read(f"SELECT * FROM {table}")))
        for table in (*APPEND_ONLY, *MUTABLE)
    }


def _plain(row: tuple[object, ...]) -> str:
    return repr([bytes(each) if isinstance(each, memoryview) else each for each in row])


def file_key(object_key: str) -> tuple[str, bytes] | None:
    """Return the wrapped key that `ledgers.stored` gives every file."""
    return ("file:1", b"w" * 61) if object_key == f"files/{FILE}" else None


@pytest.fixture
def press(tmp_path: Path) -> Press:
    """Return a published ledger of 300 entries."""
    return told(open_database(tmp_path / "ledger.sqlite"))


def memory(press: Press) -> tuple[dict[str, bytes], dict[str, bytes], dict[str, bytes]]:
    """Return what is in the three places."""
    places = (press.places.log, press.places.rebuild, press.places.keys)
    found = [each.objects for each in places if isinstance(each, MemoryObjects)]
    return found[0], found[1], found[2]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_row_comes_back(
    request: pytest.FixtureRequest, press: Press, tmp_path: Path, engine: str
) -> None:
    """Each table of the rebuilt database equals the lost one's, on either engine; the same people go on in it."""
    target = tmp_path / "new.sqlite" if engine == "sqlite" else request.getfixturevalue("postgres_database")
    database = open_database(target)

    rebuilt = Rebuild(database, press.places, LOG, file_key).run()

    assert rows(press.office.ledger.database) == rows(database)
    assert (300, 0) == (rebuilt.checkpoint.size, rebuilt.keys_gone)
    assert not rebuild_mark.is_on(database)
    office = Office.open(database)
    assert office.ledger.disclosures(5) == press.office.ledger.disclosures(5)
    office.receive("after the fire", case=ledgers.CASE)
    again = publishing.Press(office, press.places)
    assert 301 == again.publisher.run_once().size
    database.close()


def test_a_destroyed_key_stays_destroyed(press: Press, tmp_path: Path) -> None:
    """Without a key object the entry and its proof are there, and its values are unreadable."""
    stream = f"exhibit/{uuid_of('telephone')}"
    press.publisher.key_objects.destroy(stream, 1)
    database = open_database(tmp_path / "new.sqlite")

    rebuilt = Rebuild(database, press.places, LOG, lambda _: None).run()

    assert 2 == rebuilt.keys_gone  # the exhibit's, and the file's
    office = Office.open(database)
    assert () == office.ledger.disclosures(5)
    assert press.office.ledger.disclosures(5)
    database.close()


def test_boxes_of_later_generations_come_back(press: Press, tmp_path: Path) -> None:
    """After an erasure the other boxes stand under a new key: they are published, and rebuilt with their key."""
    database = press.office.ledger.database
    stream = f"exhibit/{uuid_of('telephone')}"
    with database.transaction() as session:
        session.execute("INSERT INTO stream_key VALUES (?,?,?,?)", (stream, 2, "file:1", b"second"))
        session.execute("INSERT INTO disclosure_again VALUES (?,?,?)", (5, 2, b"sealed again"))
        session.execute("DELETE FROM stream_key WHERE stream = ? AND generation = 1", (stream,))
    press.grow(301)
    press.publisher.run_once()
    press.start_check().run()
    assert name_of(stream, 1) not in memory(press)[2]
    fresh = open_database(tmp_path / "new.sqlite")

    Rebuild(fresh, press.places, LOG, file_key).run()

    assert rows(database) == rows(fresh)
    fresh.close()


def test_only_an_empty_database_is_filled(press: Press) -> None:
    """A ledger that is there is not touched."""
    with pytest.raises(WritesRefused, match="empty"):
        Rebuild(press.office.ledger.database, press.places, LOG, file_key).run()


def _flip(objects: dict[str, bytes], name: str, at: int = -40) -> None:
    data = bytearray(objects[name])
    data[at] ^= 1
    objects[name] = bytes(data)


TAMPERING: dict[str, tuple[Callable[[Press], object], type[CustodyError]]] = {
    "an entry": (lambda press: _flip(memory(press)[0], "tile/entries/000"), ChainBroken),
    "a leaf hash": (lambda press: _flip(memory(press)[0], "tile/0/000"), ChainBroken),
    "the root": (lambda press: _flip(memory(press)[0], "checkpoint", 40), NotProven),
    "a bundle gone": (lambda press: memory(press)[0].pop("tile/entries/000"), NotFound),
    "rows gone": (lambda press: memory(press)[1].pop("rows/000"), NotFound),
    "no checkpoint": (lambda press: memory(press)[0].pop("checkpoint"), NotFound),
    "an older checkpoint of another tree": (
        lambda press: memory(press)[1].update({"checkpoints/8": ledgers.LOG_KEY.sign(8, bytes(32))}),
        NotProven,
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_what_does_not_fit_together_stops_the_rebuild(press: Press, tmp_path: Path, what: str) -> None:
    """A changed entry, hash, checkpoint, or a missing object is named, and no ledger is made of it."""
    change, expected = TAMPERING[what]
    change(press)
    database = open_database(tmp_path / "new.sqlite")

    with pytest.raises(expected):
        Rebuild(database, press.places, LOG, file_key).run()
    if tree_row(database.read(NEWEST_TREE)).size:
        with pytest.raises(Unavailable, match="not finished"):
            Office.open(database)
    database.close()


def test_an_entry_and_its_leaf_hash_changed_together_are_found(press: Press, tmp_path: Path) -> None:
    """Who rewrites an entry with its leaf hash changes the root, which the log has signed."""
    from events.merkle import leaf_hash  # noqa: PLC0415 - the attacker's own hashing

    log = memory(press)[0]
    bundle = log["tile/entries/000"]
    first = int.from_bytes(bundle[:2], "big")
    entry = bundle[2 : 2 + first].replace(b"2026", b"2025", 1)
    log["tile/entries/000"] = bundle[:2] + entry + bundle[2 + first :]
    log["tile/0/000"] = leaf_hash(entry) + log["tile/0/000"][32:]
    database = open_database(tmp_path / "new.sqlite")

    with pytest.raises((NotProven, ChainBroken)):
        Rebuild(database, press.places, LOG, file_key).run()
    database.close()

"""Making bundles: what is in the zip, what is left out, what stops it, and what is done again."""

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.bundles import making
from api.bundles.making import require_few
from api.bundles.sending import issue_of, opened_zip, zip_of
from custody.errors import Busy, ContentAltered, NotFound, RuleBroken, Unavailable
from custody.ports import StoredFile
from custody.values import StreamName
from custody_verifier.bundle import check_bundle
from custody_verifier.options import Options
from custody_verifier.policy import read_policy
from events.database import Database
from tests.support import examples
from tests.support.composing import uuid_of
from tests.support.ledgers import CASE, LOG_KEY
from tests.support.making import BUNDLE, House

BIG = bytes(range(256)) * 9000  # three segments of the vault


@pytest.fixture
def house(sqlite_database: Database) -> House:
    """A case of two exhibits with a file each, and a bundle asked for."""
    house = House.on(sqlite_database)
    house.digital("video", BIG)
    house.digital("photograph", b"\xff\xd8 small")
    house.request()
    return house


def answers(data: bytes, folder: Path) -> tuple[int, dict[str, str]]:
    """Return the verdict of custody-verify, which shares no code with what made the zip."""
    path = folder / "bundle.zip"
    path.write_bytes(data)
    policy = read_policy(f"log {LOG_KEY.vkey}\nquorum none\n".encode(), "policy")
    verdict = check_bundle(path, Options(policy=policy))
    return verdict.exit_status(), {name.value: each.answer.value for name, each in verdict.answers.items()}


def inside(data: bytes) -> dict[str, bytes]:
    """Return the files of a zip below its top folder."""
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        return {name.partition("/")[2]: found.read(name) for name in found.namelist()}


def test_a_bundle_is_sealed_made_and_issued(house: House, tmp_path: Path) -> None:
    """The zip that is sent has the digest that was issued, holds every file, and custody-verify holds it."""
    told = house.make()

    data = house.read()
    assert (told["sha256"], told["size"], []) == (
        hashlib.sha256(data).hexdigest(),
        len(data),
        told["left_out"],
    )
    assert ["requested", "sealed", "issued"] == house.types()
    files = {name: each for name, each in inside(data).items() if name.startswith("data/files/")}
    assert {f"data/files/{name}": each for name, each in house.files.items()} == files
    status, said = answers(data, tmp_path)
    assert (0, "holds") == (status, said["files"]), said


def test_asked_for_again_nothing_is_made(house: House) -> None:
    """A bundle that can be sent is not made again: the same issue is told, and no file is read."""
    first = house.make()
    house.vault.opened.clear()

    assert first == house.make()
    assert [] == house.vault.opened
    assert ["requested", "sealed", "issued"] == house.types()


def test_the_same_zip_is_sent_each_time(house: House) -> None:
    """Sent twice, with acts recorded in between, the bytes are the same."""
    house.make()
    first = house.read()
    house.digital("late", b"not in it")
    assert first == house.read()


def test_another_zip_of_the_same_sealing(house: House, tmp_path: Path) -> None:
    """Made again on demand under a newer checkpoint, it is issued beside the first, and both can be sent."""
    first = house.make()
    house.digital("late", b"not in it")

    second = house.make(again=True)

    assert first["sha256"] != second["sha256"]
    assert ["requested", "sealed", "issued", "issued"] == house.types()
    for told in (first, second):
        data = house.read(str(told["sha256"]))
        assert told["sha256"] == hashlib.sha256(data).hexdigest()
        assert 0 == answers(data, tmp_path)[0]


@given(data=st.data())
def test_every_range_of_a_bundle_is_that_of_the_whole(made: tuple[House, bytes], data: st.DataObject) -> None:
    """Whatever range is asked for, with records made anew and files decrypted from there, it fits the whole."""
    house, whole = made
    start = data.draw(st.integers(0, len(whole) - 1))
    end = data.draw(st.integers(start, min(len(whole), start + 3_000_000)))
    assert whole[start:end] == house.read(None, start, end)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[House, bytes]:
    """A bundle that was made, and its zip."""
    from events.opening import open_database  # noqa: PLC0415 - one database for all examples

    house = House.on(open_database(tmp_path_factory.mktemp("made") / "ledger.sqlite"))
    house.digital("video", BIG)
    house.request()
    house.make()
    return house, house.read()


# --- files that cannot be read, and files that are not what was recorded -----------------------------------


def object_of(house: House, file: str) -> str:
    """Return the key of a file's object in the vault."""
    (found,) = (each for each in house.vault.objects if file in each)
    return found


def test_files_that_cannot_be_read_are_left_out(house: House, tmp_path: Path) -> None:
    """What the vault cannot give is not in the zip, and said so; the verdict is not checked, and nothing fails."""
    gone = next(name for name, data in house.files.items() if data == BIG)
    del house.vault.objects[object_of(house, gone)]

    told = house.make()

    found = inside(house.read())
    assert [gone] == told["left_out"]
    assert f"data/files/{gone}" not in found
    assert "could not be read from the store: 1" in found["README.txt"].decode()
    status, said = answers(house.read(), tmp_path)
    assert (3, "not-checked") == (status, said["files"])
    assert "fails" not in said.values()


def test_many_files_that_cannot_be_read_cost_two_passes(sqlite_database: Database) -> None:
    """One pass finds the first, a look at the others finds the rest: not one pass for each."""
    house = House.on(sqlite_database)
    names = [house.digital(f"file {number}", b"x" * number) for number in range(1, 13)]
    house.request()
    for name in names[1:]:
        del house.vault.objects[object_of(house, name)]

    assert sorted(names[1:]) == house.make()["left_out"]
    assert len(house.vault.opened) <= 3 * len(names)


@pytest.mark.parametrize("place", [100, -100])
def test_an_altered_file_stops_the_making(house: House, place: int) -> None:
    """A stored byte that is not what was recorded is an alarm: nothing is issued, nothing can be sent."""
    name = object_of(house, next(iter(house.files)))
    good = house.vault.objects[name]
    bad = bytearray(good)
    bad[place] ^= 1
    house.vault.objects[name] = bytes(bad)

    with pytest.raises(ContentAltered):
        house.make()

    assert ["requested", "sealed"] == house.types()
    assert [] == house.services.bundles.made(BUNDLE)
    house.vault.objects[name] = good
    assert house.make()["left_out"] == []


def test_a_row_that_is_not_the_intakes_stops_the_making(house: House) -> None:
    """A digest changed in the database, past its guards, is found before a byte is read."""
    database = house.services.database
    with database.transaction() as session:
        rows = session.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'stored_file'"
        )
        for (trigger,) in rows:
            session.execute(f'DROP TRIGGER "{trigger!s}"')
        session.execute("UPDATE stored_file SET sha512 = sha256")

    with pytest.raises(ContentAltered):
        house.make()
    assert ["requested", "sealed"] == house.types()


# --- steps that fail -----------------------------------------------------------------------------------------


def test_a_store_that_goes_away_in_the_middle(house: House) -> None:
    """Nothing is issued or kept, no file is called unreadable, and the same request makes the bundle later."""

    def away(_stored: StoredFile) -> None:
        raise Unavailable("a stored file", "EndpointConnectionError") from OSError()

    house.vault.before = away
    with pytest.raises(Unavailable):
        house.make()
    assert (["requested", "sealed"], []) == (house.types(), house.services.bundles.made(BUNDLE))

    house.vault.before = lambda _stored: None
    assert [] == house.make()["left_out"]
    assert ["requested", "sealed", "issued"] == house.types()


def test_a_store_that_goes_away_while_files_are_looked_at(house: House) -> None:
    """One file cannot be read, then the store is gone: no other file is blamed, and nothing is issued."""
    names = sorted(house.files)
    del house.vault.objects[object_of(house, names[0])]

    def away(_stored: StoredFile) -> None:
        if len(house.vault.opened) > 1:
            raise Unavailable("a stored file", "EndpointConnectionError") from OSError()

    house.vault.before = away
    with pytest.raises(Unavailable):
        house.make()
    assert (["requested", "sealed"], []) == (house.types(), house.services.bundles.made(BUNDLE))
    house.vault.before = lambda _stored: None
    assert names[:1] == house.make()["left_out"]


def test_a_server_that_is_stopped_ends_the_making(house: House) -> None:
    """It does not wait for the last byte: nothing is issued, and the next start makes it."""
    house.services.under_way.stop()
    with pytest.raises(Unavailable, match="being stopped"):
        house.make()
    assert ["requested", "sealed"] == house.types()


def test_what_was_made_and_not_issued_is_issued(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop between keeping and issuing loses no pass: asked again, that very zip is issued."""

    def stopped(*_: object, **_more: object) -> None:
        raise Unavailable("ledger")

    with monkeypatch.context() as patched:
        patched.setattr(house.services.service, "issue", stopped)
        with pytest.raises(Unavailable):
            house.make()
    (made,) = house.services.bundles.made(BUNDLE)
    house.vault.opened.clear()

    told = house.make()

    assert (made.sha256, []) == (told["sha256"], house.vault.opened)
    assert made.sha256 == hashlib.sha256(house.read()).hexdigest()


def test_what_was_kept_is_lost(house: House) -> None:
    """After a rebuild the zip cannot be sent: it is made again, and issued beside the first."""
    first = house.make()
    house.services.bundles.forget(BUNDLE, house.services.bundles.made(BUNDLE))
    with pytest.raises(NotFound):
        house.read()

    second = house.make()

    assert second["sha256"] == hashlib.sha256(house.read()).hexdigest()
    issues = {first["sha256"], second["sha256"]}
    assert len(issues) == house.types().count("issued")


def test_kept_parts_are_sealed_and_bound(house: House) -> None:
    """Nothing of the statement or of disclosed values stands in the table in the clear, and rows cannot be swapped."""
    house.make()
    database = house.services.database
    boxes = [
        bytes(row[0])
        for row in database.read("SELECT box FROM made_bundle_part")
        if isinstance(row[0], bytes)
    ]
    assert boxes
    assert not any(b"custody-bundle/1" in each or b"%PDF" in each for each in boxes)
    with database.transaction() as session:
        session.execute(
            "UPDATE made_bundle_part SET box = (SELECT box FROM made_bundle_part WHERE name = 'data/heads.jsonl') "
            "WHERE name = 'data/bundle.json'"
        )
    with pytest.raises(ContentAltered):
        house.read()


def test_both_engines_keep_bundles(database: Database) -> None:
    """On SQLite and PostgreSQL a bundle is made, kept, sent, and made again."""
    house = House.on(database)
    house.digital("photograph", b"\xff\xd8 small")
    house.request()
    first = house.make()
    house.digital("late", b"not in it")
    second = house.make(again=True)

    for told in (first, second):
        assert told["sha256"] == hashlib.sha256(house.read(str(told["sha256"]))).hexdigest()
    assert [first["sha256"], second["sha256"]] == [
        each.sha256 for each in house.services.bundles.made(BUNDLE)
    ]


def test_a_recorded_request_that_withholds_nothing_by_a_name_is_not_sealed(sqlite_database: Database) -> None:
    """A ledger may hold such a request: its bundle is not made, and stays unsealed."""
    house = House.on(sqlite_database)
    body = examples.requested() | {"contents": {"files": "all", "withheld": ["titel"]}}
    house.office.tell("taras", "bundle.requested.v1", BUNDLE, examples.request(CASE), body)

    with pytest.raises(RuleBroken) as refusal:
        house.make()

    assert "bundle.withheld" == refusal.value.rule
    assert ["requested"] == house.types()


def test_a_case_without_exhibits_and_an_empty_file(sqlite_database: Database, tmp_path: Path) -> None:
    """Nothing to hand over is no bundle, and stays unsealed; a file of no bytes is in one as a file."""
    house = House.on(sqlite_database)
    house.request()
    with pytest.raises(RuleBroken) as refusal:
        house.make()
    assert ("bundle.empty", ["requested"]) == (refusal.value.rule, house.types())

    other = StreamName(f"bundle/{uuid_of('another')}")
    name = house.digital("empty", b"")
    house.request(other)
    told = house.make(other)
    found = opened_zip(house.services, other, zip_of(issue_of(house.services, other, None)))
    data = b"".join(found.zip.read())
    assert (told["sha256"], 1) == (hashlib.sha256(data).hexdigest(), len(found.exhibits))
    assert b"" == inside(data)[f"data/files/{name}"]
    assert 0 == answers(data, tmp_path)[0]


def test_of_one_bundle_so_many_zips_are_kept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more are made than may be kept, and the refusal says how many."""
    monkeypatch.setattr(making, "MOST_ZIPS", 2)
    house.make()
    require_few(house.services, BUNDLE)
    house.digital("late", b"not in it")
    house.make(again=True)

    with pytest.raises(Busy) as refusal:
        require_few(house.services, BUNDLE)
    assert ("bundle.zips", 2) == (refusal.value.rule, refusal.value.facts["most"])

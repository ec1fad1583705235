"""Each step of publishing fails once, undone or done: the next run ends where an undisturbed one ends."""

import itertools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from custody.errors import Unavailable
from events.database import Database
from events.opening import open_database
from events.publishing.places import Places
from events.publishing.rebuilding import Rebuild
from events.tiles import new_bundles, new_tiles
from storage.memory_objects import MemoryObjects
from tests.support import publishing
from tests.support.faulty_objects import FaultyObjects, Fuse, When
from tests.support.publishing import LOG, Press
from tests.support.witnesses import running

FIRST, LAST = 250, 270  # the second publication fills a tile


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Press:
    """Return a ledger of 270 entries, in one place undisturbed."""
    press = publishing.open_press(open_database(tmp_path_factory.mktemp("ledger") / "l.sqlite"), FIRST)
    press.publisher.run_once()
    press.grow(LAST)
    press.publisher.run_once()
    return press


def at_first(press: Press) -> Places:
    """Return places as they stood after the first publication: what a tree of FIRST entries has."""
    log, rebuild, keys = press.places.log, press.places.rebuild, press.places.keys
    assert isinstance(log, MemoryObjects)
    assert isinstance(rebuild, MemoryObjects)
    assert isinstance(keys, MemoryObjects)
    found = publishing.memory()
    small = publishing.Press(press.office, found)
    head = press.office.ledger.database.read(
        "SELECT size, root, frontier, recorded_at FROM tree WHERE size = ?", (FIRST,)
    )
    from events.recorder import tree_row  # noqa: PLC0415 - a row as the publisher reads it

    row = tree_row(head)
    small.publisher._writing.write(0, row)
    note = small.publisher.record.record(row)
    found.rebuild.create(f"checkpoints/{FIRST}", note)
    found.log.replace("checkpoint", note, None)
    return found


def contents(places: Places) -> dict[str, bytes]:
    """Return everything that must be there in the end: whole objects, no leftovers of the first publication."""
    assert isinstance(places.log, MemoryObjects)
    assert isinstance(places.rebuild, MemoryObjects)
    whole = {tile.name for tile in (*new_tiles(0, LAST), *new_bundles(0, LAST))} | {"checkpoint"}
    found = {name: data for name, data in places.log.objects.items() if name in whole}
    return found | {name: data for name, data in places.rebuild.objects.items() if ".p/" not in name}


def run(press: Press, places: Places, fuse: Fuse) -> None:
    """Publish through the fuse."""
    faulty = Places(*(FaultyObjects(each, fuse) for each in (places.log, places.rebuild, places.keys)))
    replace(press, places=faulty).publisher.run_once()


@pytest.mark.parametrize("when", ["before", "after"])
def test_every_step_may_fail_once(grown: Press, when: When) -> None:
    """Whichever step fails, done or undone: it is told, what is published stays sound, the next run completes it."""
    expected = contents(grown.places)
    for step in itertools.count():
        places, fuse = at_first(grown), Fuse(step, when)
        with suppress(Unavailable):
            run(grown, places, fuse)
            assert not fuse.blown, f"step {step} failed and nobody was told"
        _require_sound(places)
        if not fuse.blown:  # there is no such step: all have failed once
            break
        run(grown, places, fuse)
        assert expected == contents(places), step
    assert step > 15
    assert grown.office.ledger.refusal is None


def _require_sound(places: Places) -> None:
    """Whatever `checkpoint` says, all that its tree needs is there, whole."""
    assert isinstance(places.log, MemoryObjects)
    text = places.log.read("checkpoint").data.split(b"\n")
    size = int(text[1])
    assert size in (FIRST, LAST)
    for tile in (*new_tiles(0, size), *new_bundles(0, size)):
        whole = tile._replace(width=256).name
        assert tile.name in places.log.objects or whole in places.log.objects


@pytest.mark.parametrize("step", ["record", "add"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_failing_record_signs_nothing_twice(tmp_path: Path, step: str, when: When) -> None:
    """The database fails at the row of the checkpoint or of a cosignature: the log's lines of a size never differ."""
    press = publishing.open_press(open_database(tmp_path / "l.sqlite"), 6)
    with running(tmp_path, "w1", publishing.LOG_KEYS.vkeys) as witness:
        policy = f"log {publishing.LOG_KEYS.vkeys[0]}\n{witness.line()}quorum w1\n"
        from events.policy import parse_policy  # noqa: PLC0415 - beside its only use

        press = replace(press, policy=parse_policy(policy.encode()))
        _fail_once(press.publisher.record, step, when)
        with pytest.raises(Unavailable):
            press.publisher.run_once()
        recorded = press.office.ledger.database.read("SELECT note FROM published")

        done = press.publisher.run_once()

    assert ("w1",) == done.cosigned
    note = press.log.read("checkpoint").data
    assert not recorded or note.startswith(bytes(recorded[0][0]))  # type: ignore[arg-type]
    assert 3 == note.count("\u2014".encode())


def _fail_once(record: object, step: str, when: When) -> None:
    real: Callable[..., object] = getattr(record, step)
    failed: list[bool] = []

    def call(*arguments: object) -> object:
        if failed:
            return real(*arguments)
        failed.append(True)
        if when == "after":
            real(*arguments)
        raise Unavailable("database")

    setattr(record, step, call)


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_two_publishers_at_once(request: pytest.FixtureRequest, tmp_path: Path, engine: str) -> None:
    """Two processes publish while the ledger grows: one history, no alarm, and everything is there in the end."""
    from tests.support.together import together  # noqa: PLC0415 - beside its only use

    target = tmp_path / "l.sqlite" if engine == "sqlite" else request.getfixturevalue("postgres_database")
    database: Database = open_database(target)
    press = publishing.open_press(database, 6)
    publishers = [press.publisher, press.another()]

    def grow() -> None:
        for size in range(20, 300, 20):
            press.grow(size)

    def publish(number: int) -> None:
        for _ in range(25):
            with suppress(Unavailable):  # four times in a row the other one was first
                publishers[number].run_once()

    together(grow, lambda: publish(0), lambda: publish(1))
    press.publisher.run_once()

    size = press.office.size
    assert isinstance(press.log, MemoryObjects)
    assert {tile.name for tile in (*new_tiles(0, size), *new_bundles(0, size))} <= press.log.objects.keys()
    assert press.office.ledger.refusal is None
    empty = open_database(tmp_path / "rebuilt.sqlite")
    rebuilt = Rebuild(empty, press.places, LOG, lambda _: None).run()
    assert (size, press.office.ledger.head().root) == (rebuilt.checkpoint.size, rebuilt.checkpoint.root)
    database.close()
    empty.close()

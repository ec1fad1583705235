"""Time-stamps of a bundle, asked for the moment it is made: none takes the number of one that is kept outside."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from api.time_stamps import TimeStamps
from events.opening import open_database
from events.publishing.record import PublishedRecord
from events.timestamping.brackets import Brackets
from events.timestamping.keeping import TokenObjects
from events.timestamping.running import stamp_and_keep
from events.timestamping.stamping import Stamping
from tests.support import publishing
from tests.support.publishing import LOG_KEYS
from tests.support.stamping import authorities, objects_of, stamping_of
from tests.support.tsa import running

pytestmark = pytest.mark.programs("openssl")


def test_a_restored_database_asks_once_it_has_what_came_since(tmp_path: Path) -> None:
    """The tokens that came after its backup are read back; those that are asked for then stand outside as well."""
    press = publishing.open_press(open_database(tmp_path / "ledger.sqlite"), 6, start=publishing.EARLY)
    press.publisher.run_once()
    press.office.ledger.database.read("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(tmp_path / "ledger.sqlite", tmp_path / "backup.sqlite")
    with (
        running(tmp_path, "one") as one,
        running(tmp_path, "two") as two,
        running(tmp_path, "three") as three,
    ):
        stamp_and_keep(stamping_of(press, tmp_path, one, two), objects_of(press))
        database = open_database(tmp_path / "backup.sqlite")
        stamping = Stamping(
            database,
            PublishedRecord(database, LOG_KEYS),
            authorities(tmp_path, two, three),
            press.office.clock,
        )
        objects = TokenObjects(database, press.places.rebuild)

        TimeStamps(stamping, Brackets(database), objects).cover(6)

    assert [(1, "one"), (2, "two"), (3, "three")] == [
        (each.number, each.tsa) for each in stamping.record.after(0, 9)
    ]
    objects.catch_up()
    assert press.places.rebuild.read("timestamps/3").data
    database.close()

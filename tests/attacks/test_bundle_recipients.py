"""A recipient who looks for what was withheld: in every byte of the zip, in every spelling, and by guessing."""

from __future__ import annotations

from hashlib import sha256, sha512

import pytest

from custody.act import Disclosure
from custody.canonical import Json
from events.database import Database
from events.opening import open_ledger
from tests.support.bundles import Told, ask, begin, seal_asked
from tests.support.ledgers import LOG_KEY, MASTER, TestClock
from tests.support.server_bundles import records_of, zipped_records
from tests.support.told import stored_ledger
from tests.support.traces import texts, traces


def _made(database: Database, withheld: list[str], files: Json = "all") -> tuple[Told, bytes]:
    told = begin()
    contents: dict[str, Json] = {"files": files, "withheld": list[Json](sorted(withheld))}
    told = seal_asked(ask(told, told.case, contents=contents))
    checkpoint = told.log.checkpoint(len(told.story.entries))
    records = records_of(stored_ledger(database, told.story), told, checkpoint)
    return told, zipped_records(records, checkpoint, files=told.files)


def _hidden(told: Told, *names: str) -> list[Disclosure]:
    every = [each for some in told.story.disclosures for each in some]
    return [each for each in every if each.name in names or each.name.rpartition("/")[2] in names]


WITHHELD = {
    "what describes the exhibits": (
        ["collection", "description", "title"],
        ("collection", "description", "title"),
    ),
    "who people are": (["identity_check", "name"], ("identity_check", "name")),
    "names of files": (["files/found"], ("found",)),
}


@pytest.mark.parametrize("name", WITHHELD)
def test_neither_value_nor_salt_is_anywhere(sqlite_database: Database, name: str) -> None:
    """No spelling of a withheld value stands in the zip, nor the salt with which its commitment could be guessed."""
    asked, members = WITHHELD[name]
    told, data = _made(sqlite_database, asked)
    hidden = _hidden(told, *members)
    shown = {
        text
        for some in told.story.disclosures
        for each in some
        if each not in hidden
        for text in texts(each.value)
    }
    looked_for = {text for each in hidden for text in texts(each.value)} - shown
    assert looked_for
    assert [] == [each for each in looked_for if traces(each, data)]
    assert [] == [each.name for each in hidden if each.salt.encode() in data]


def test_the_search_finds_what_is_shown(sqlite_database: Database) -> None:
    """With nothing withheld the same search finds the values: it is no search for nothing."""
    told, data = _made(sqlite_database, [])
    hidden = _hidden(told, "title", "name")
    assert [] == [each for each in hidden for text in texts(each.value) if text.encode() not in data]
    assert [] == [each.name for each in hidden if each.salt.encode() not in data]


def test_digests_that_are_withheld_stand_in_no_manifest(sqlite_database: Database) -> None:
    """Whose file's digests are withheld does not get them from a manifest, nor the bytes."""
    told, data = _made(sqlite_database, ["files/digests"])
    for file, content in told.files.items():
        assert f"data/files/{file}".encode() not in data
        for algorithm in (sha256, sha512):
            assert algorithm(content).hexdigest().encode() not in data


def test_erased_values_do_not_come_back(sqlite_database: Database) -> None:
    """A value whose key was destroyed is in no bundle made afterwards, though nothing asked to withhold it."""
    told, before = _made(sqlite_database, [])
    with sqlite_database.transaction() as session:
        session.execute("DELETE FROM stream_key WHERE stream = ?", (told.telephone,))
    ledger = open_ledger(sqlite_database, master=MASTER, log_key=LOG_KEY, clock=TestClock())
    checkpoint = told.log.checkpoint(len(told.story.entries))
    after = zipped_records(records_of(ledger, told, checkpoint), checkpoint, files=told.files)
    intake = next(each.index for each in told.story.entries if each.entry.act.stream == told.telephone)
    salts = [each.salt.encode() for each in told.story.disclosures[intake]]
    assert all(salt in before for salt in salts)
    assert not any(salt in after for salt in salts)

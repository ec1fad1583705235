"""Records of bundles out of stored rows: byte for byte what the tests' own builder makes from the same story."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from custody.canonical import Json
from custody.errors import NotFound, RuleBroken
from events.bundling.contents import Contents
from events.bundling.idle import idle_names, require_withheld
from events.bundling.records import BundleRecords
from events.bundling.scope import bundle_scope
from events.database import Database, Row, Value
from events.opening import open_database, open_ledger
from tests.support import examples
from tests.support.bundles import Told, ask, begin, parts, seal_asked, smallest, usual
from tests.support.composing import uuid_of
from tests.support.ledgers import LOG_KEY, MASTER, TestClock
from tests.support.server_bundles import payload, records_of, told_anchors
from tests.support.told import stored_ledger

STORIES = {
    "whole case": usual,
    "one exhibit": lambda: usual(case=False),
    "smallest": smallest,
}


@pytest.mark.parametrize("name", STORIES)
def test_records_are_those_of_a_second_builder(database: Database, name: str) -> None:
    """Every record has the bytes that the tests' builder makes from the same story."""
    told: Told = STORIES[name]()
    ledger = stored_ledger(database, told.story)
    sizes = [told.at - 3, len(told.story.entries)]
    theirs = {
        key: data for key, data in parts(told, anchors=sizes, exact=True).files.items() if _is_record(key)
    }
    checkpoint, anchors = theirs["data/checkpoint"], told_anchors(told, sizes)
    ours = payload(records_of(ledger, told, checkpoint, anchors), checkpoint, anchors)
    assert theirs == ours


def _is_record(name: str) -> bool:
    return name.startswith("data/") and not name.startswith("data/files/")


def _withholding(database: Database, contents: dict[str, Json]) -> tuple[Told, BundleRecords]:
    told = begin()
    told = seal_asked(ask(told, told.case, contents=contents))
    ledger = stored_ledger(database, told.story)
    return told, records_of(ledger, told, told.log.checkpoint(len(told.story.entries)))


def _shown(records: BundleRecords) -> dict[int, set[str]]:
    lines = [json.loads(line) for line in records.disclosures()]
    return {line["index"]: {name for _, name, _ in line["disclosures"]} for line in lines}


def test_what_is_withheld_is_counted_and_not_shown(sqlite_database: Database) -> None:
    """A name withholds a member everywhere, a part of every file, or a member of one entry; others are shown."""
    withheld: Json = ["8/title", "condition", "files/found"]
    told, records = _withholding(sqlite_database, {"files": "all", "withheld": withheld})
    assert 8 == _intake(told, told.video)
    shown = _shown(records)
    assert "title" not in shown[8]
    assert "title" in shown[_intake(told, told.telephone)]
    assert not {name for names in shown.values() for name in names if name.endswith("/found")}
    assert not {name for names in shown.values() for name in names if name == "condition"}
    counts = dict(json.loads(records.bundle_json())["withheld"])
    never = {"identity_check": 2, "reason": 1}  # of persons
    assert {"condition": 3, "files/found": 1, "title": 1} | never == counts


def test_names_that_withhold_nothing(sqlite_database: Database) -> None:
    """Misspelt, or of an entry that lacks it or is out of scope: idle; the name of any member is not, though absent."""
    told = begin()
    other = told.story.open_case("another", reference="UKR2-26")
    outside = len(told.story.entries) - 1
    told = seal_asked(ask(told, told.case))
    ledger = stored_ledger(sqlite_database, told.story)
    (file,) = told.files
    good = {
        "title",
        "acquisition",
        "files/digests",
        "late_reason",
        "8/title",
        f"8/files/{file}/found",
        "0/deployment",
    }
    good |= {f"files/{file}/digests"}
    idle = {"titel", "Title", "title ", "digests", "files/digest", "8/titel", "999/title", "4/title", "x"}
    idle |= {f"{outside}/reference", f"files/{uuid_of('another')}/digests"}
    assert other == told.story.entries[outside].entry.act.stream

    request = told.story.entries[told.asked].entry.act
    contents = Contents(files=None, withheld=frozenset(good | idle))
    assert sorted(idle) == idle_names(ledger, request, contents, told.at)
    assert [] == idle_names(ledger, request, Contents(None, frozenset(good)), told.at)
    with pytest.raises(RuleBroken) as refusal:
        require_withheld(ledger, request, contents, told.at)
    assert "bundle.withheld" == refusal.value.rule
    assert str(refusal.value.facts["names"]).endswith(" …")


def _intake(told: Told, exhibit: str) -> int:
    return next(each.index for each in told.story.entries if each.entry.act.stream == exhibit)


def test_files_are_those_asked_for_with_digests(tmp_path: Path) -> None:
    """A file goes with the bundle when it was asked for and its digests are disclosed."""
    told = begin()
    (file,) = told.files
    asked: list[tuple[Json, Json, list[str]]] = [
        ("all", [], [file]),
        ([file], [], [file]),
        ("none", [], []),
        ([uuid_of("another")], [], []),
        ("all", ["files/digests"], []),
        ("all", [f"files/{file}/digests"], []),
    ]
    for number, (files, withheld, expected) in enumerate(asked):
        database = open_database(tmp_path / f"{number}.sqlite")
        _, records = _withholding(database, {"files": files, "withheld": withheld})
        assert expected == [each.file for each in records.files()]
        digests = examples.digests(file.encode())
        assert all(
            each.sha256 == digests["sha256"] and each.exhibit == told.video for each in records.files()
        )
        database.close()


def test_erased_values_are_withheld(sqlite_database: Database) -> None:
    """Values whose key was destroyed stay without disclosure and are counted; the rest is as it was."""
    told, before = _withholding(sqlite_database, {"files": "all", "withheld": []})
    all_ = _shown(before)
    with sqlite_database.transaction() as session:
        session.execute("DELETE FROM stream_key WHERE stream = ?", (told.telephone,))
    ledger = open_ledger(sqlite_database, master=MASTER, log_key=LOG_KEY, clock=TestClock())
    checkpoint = told.log.checkpoint(len(told.story.entries))
    records = records_of(ledger, told, checkpoint)
    gone = _intake(told, told.telephone)
    assert {at: names for at, names in all_.items() if at != gone} == _shown(records)
    counts = dict(json.loads(records.bundle_json())["withheld"])
    assert counts == dict.fromkeys(all_[gone], 1) | {"identity_check": 2, "reason": 1}
    assert b"".join(before.entries()) == b"".join(records.entries())


def test_a_request_whose_values_were_erased(sqlite_database: Database) -> None:
    """Nobody knows what was asked for any more: there is nothing to make a bundle from."""
    told, _ = _withholding(sqlite_database, {"files": "all", "withheld": []})
    with sqlite_database.transaction() as session:
        session.execute("DELETE FROM stream_key WHERE stream = ?", (told.bundle,))
    ledger = open_ledger(sqlite_database, master=MASTER, log_key=LOG_KEY, clock=TestClock())
    with pytest.raises(NotFound):
        records_of(ledger, told, told.log.checkpoint(len(told.story.entries)))


class Counting:
    """A database that counts the rows it gives."""

    def __init__(self, database: Database) -> None:
        self._database, self.rows = database, 0

    def read(self, statement: str, values: Sequence[Value] = ()) -> list[Row]:
        """Return what the database gives."""
        found = self._database.read(statement, values)
        self.rows += len(found)
        return found

    def __getattr__(self, name: str) -> object:
        return getattr(self._database, name)


def test_the_scope_costs_what_is_in_it(tmp_path: Path) -> None:
    """However much else a ledger holds, the same exhibit takes the same number of rows."""
    costs = []
    for others in (0, 25):
        told = begin()
        case = told.story.open_case("another", reference="UKR2-26")
        for number in range(others):
            told.story.receive(f"other {number}", case=case, seal=None)
        told = seal_asked(ask(told, exhibits=[told.video]))
        database = open_database(tmp_path / f"{others}.sqlite")
        stored_ledger(database, told.story)
        counting = Counting(database)
        request = told.story.entries[told.asked].entry.act
        bundle_scope(SimpleNamespace(database=counting), request, told.at)
        costs.append(counting.rows)
        database.close()
    assert costs[0] == costs[1]

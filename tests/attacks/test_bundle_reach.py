"""Somebody who asks for a bundle in order to read what they may not see: other cases, other people's documents."""

from __future__ import annotations

import json

import pytest

from custody.canonical import Json
from events.bundling.records import BundleRecords
from events.database import Database
from tests.support import examples
from tests.support.bundles import Told, ask, begin, seal_asked
from tests.support.composing import uuid_of
from tests.support.server_bundles import records_of
from tests.support.told import stored_ledger

REASON: dict[str, Json] = {"reason": "as ordered"}


def _made(database: Database, told: Told, case: str | None = None, *exhibits: str) -> BundleRecords:
    told = seal_asked(ask(told, case, exhibits))
    checkpoint = told.log.checkpoint(len(told.story.entries))
    return records_of(stored_ledger(database, told.story), told, checkpoint)


def _shown(told: Told, records: BundleRecords) -> dict[str, set[str]]:
    """Return the names of the members that are shown, by stream."""
    found: dict[str, set[str]] = {}
    for line in map(json.loads, records.disclosures()):
        stream = str(told.story.entries[line["index"]].entry.act.stream)
        found.setdefault(stream, set()).update(name for _, name, _ in line["disclosures"])
    return found


@pytest.fixture
def two_cases() -> tuple[Told, str, str]:
    """Petro is prosecutor of the usual case; another case of Iryna holds a diary with a file."""
    told = begin()
    told.story.enrol("iryna", "officer")
    other = told.story.open_case("other case", by="iryna", reference="SECRET-1")
    diary = told.story.receive("diary", case=other, by="iryna", files=[uuid_of("diary file")])
    return told, other, diary


def test_a_duplicate_opens_no_other_case(sqlite_database: Database, two_cases: tuple[Told, str, str]) -> None:
    """An officer marks their own exhibit as duplicate of a stranger's: its entries go along, and no value of them."""
    told, other, diary = two_cases
    intake = next(each.entry.act for each in told.story.entries if each.entry.act.stream == told.telephone)
    public: dict[str, Json] = {"act": intake.hash, "duplicate_of": diary}
    told.story.tell("taras", "exhibit.recorded-in-error.v1", told.telephone, public, REASON)

    records = _made(sqlite_database, told, told.case)

    assert {other, diary} <= {head.stream for head in records.scope.heads}
    assert {other, diary}.isdisjoint(_shown(told, records))
    assert {told.case, told.telephone, told.video} <= _shown(told, records).keys()
    assert {told.case} == records.cases


def test_an_exhibit_that_moved_away_takes_its_values_and_files_along(
    sqlite_database: Database, two_cases: tuple[Told, str, str]
) -> None:
    """Who has no role in the case that an exhibit is in now gets neither its values nor its files, nor that case's."""
    told, other, _ = two_cases
    told.story.add_member(other, "taras", "officer", by="iryna")
    moved: dict[str, Json] = {"case": other, "from": told.case}
    told.story.tell("taras", "exhibit.case-corrected.v1", told.video, moved, REASON)

    records = _made(sqlite_database, told, told.case)

    assert told.video in records.scope.exhibits
    assert {other, told.video}.isdisjoint(_shown(told, records))
    assert [] == records.files()


def test_who_has_a_role_in_both_cases_gets_both(
    sqlite_database: Database, two_cases: tuple[Told, str, str]
) -> None:
    """The same move, asked by a prosecutor of both: values and files are there, and both cases are named."""
    told, other, _ = two_cases
    told.story.add_member(other, "taras", "officer", by="iryna")
    told.story.add_member(other, "petro", "prosecutor", by="iryna")
    moved: dict[str, Json] = {"case": other, "from": told.case}
    told.story.tell("taras", "exhibit.case-corrected.v1", told.video, moved, REASON)

    records = _made(sqlite_database, told, told.case)

    assert {other, told.video, told.case} <= _shown(told, records).keys()
    assert set(told.files) == {str(each.file) for each in records.files()}
    assert {told.case, other} == records.cases


def test_a_role_that_ended_before_the_sealing(sqlite_database: Database) -> None:
    """Whose role was withdrawn between request and sealing gets entries, and no value of the case."""
    told = begin()
    ask(told, told.case)
    member: dict[str, Json] = {"person": told.story.person("petro").person, "role": "prosecutor"}
    told.story.tell("taras", "case.member-removed.v1", told.case, member, REASON)
    told.at = len(told.story.entries)
    seal_asked(told)
    checkpoint = told.log.checkpoint(len(told.story.entries))
    records = records_of(stored_ledger(sqlite_database, told.story), told, checkpoint)

    assert {told.case, told.video, told.telephone}.isdisjoint(_shown(told, records))
    assert ([], frozenset()) == (records.files(), records.cases)


def test_no_document_of_a_person_leaves(sqlite_database: Database) -> None:
    """Of people a bundle shows the names alone: how they were identified is for administrators and auditors."""
    told = begin()
    document = str(examples.IDENTITY["document"])
    records = _made(sqlite_database, told, told.case)

    people = {
        stream: names for stream, names in _shown(told, records).items() if stream.startswith("person/")
    }
    assert people
    assert {"name"} == set().union(*people.values())
    assert document.encode() not in b"".join(records.disclosures())

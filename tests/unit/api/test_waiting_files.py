"""Files that wait for their intake: named by it once, and no longer waiting when it is recorded."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from api.tables import TABLES
from api.waiting_files import Recording, WaitingFiles
from custody.canonical import Json
from custody.errors import Unavailable
from custody.ports import Appended, StoredFile
from custody.values import FileId, PersonId
from events.database import Database
from events.ledger import Wanted
from tests.support import examples
from tests.support.composing import uuid_of
from tests.support.ledgers import CASE, Office, stored, usual

FILE, DATA = uuid_of("file"), b"\xff\xd8 a photograph"
EXHIBIT = f"exhibit/{uuid_of('photograph')}"


class Stuck(WaitingFiles):
    """A table from which nothing can be taken just now."""

    def forget(self, files: Sequence[StoredFile]) -> None:
        """Fail as a database does that has gone away."""
        raise Unavailable("database", f"{len(files)} rows stay")


@pytest.fixture
def office(database: Database) -> Office:
    """An office, with the tables of the doors."""
    database.create(list(TABLES.values()))
    return usual(database)


def intake(office: Office) -> Wanted:
    """Return an intake of the file."""
    body: dict[str, Json] = examples.digital([FILE]) | {f"files/{FILE}/digests": examples.digests(DATA)}
    public = examples.intake(CASE, "digital", [FILE])
    return Wanted([office.compose("taras", "exhibit.received.v1", EXHIBIT, public, body)])


def test_what_is_recorded_is_told_as_recorded(office: Office, database: Database) -> None:
    """That the rows of waiting files cannot be dropped refuses nothing, to nobody of the group."""
    person = office.person("taras").person
    waiting = Stuck(database)
    waiting.add(stored(EXHIBIT, FILE, DATA), person)
    recording = Recording(office.ledger, waiting)
    move = Wanted([office.move(office.receive(case=CASE))])

    found = recording.append_each([intake(office), move])

    assert [True, True] == [isinstance(each, Appended) for each in found]
    left_over(waiting, person)


def left_over(waiting: WaitingFiles, person: PersonId) -> None:
    """Fail unless the file waits although it is recorded, and waits no more after the next start."""
    assert waiting.get(FileId(FILE), person) is not None
    waiting.forget_recorded()
    assert waiting.get(FileId(FILE), person) is None


def test_what_no_entry_refers_to_goes_on_waiting(office: Office, database: Database) -> None:
    """The start drops only what is recorded."""
    person, waiting = office.person("taras").person, WaitingFiles(database)
    waiting.add(stored(EXHIBIT, FILE, DATA), person)
    waiting.forget_recorded()
    assert waiting.get(FileId(FILE), person) is not None

"""Long operations: how one that failed is told, today and after a restart, in the language of who asks."""

from __future__ import annotations

import json
from dataclasses import replace
from threading import Event
from typing import cast

import pytest
from structlog.testing import capture_logs

from api import messages, problems
from api.messages import LANGUAGES
from api.operations import Operation, Operations, Progress
from api.problems import of_error, of_stored
from api.tables import TABLES, change
from custody import errors
from custody.canonical import Json
from custody.errors import CustodyError
from custody.values import PersonId
from events.database import Database
from tests.support.polling import until

PERSON = PersonId("person/0a4f6c1b-9a3e-4f1b-8f6d-6f0d2c342d3e")
STOPPED = Operation(id="x", person=PERSON, kind="bundle", state="failed", done=0, total=None, unit="bytes")
FAULT = errors.RuleBroken("continuity.order", "no", earliest="2026-01-01T00:00:00+00:00")


@pytest.fixture
def operations(sqlite_database: Database) -> Operations:
    """Operations on a database of their own."""
    sqlite_database.create(list(TABLES.values()))
    return Operations(sqlite_database, 1)


def failed(operations: Operations, error: Exception) -> Operation:
    """Return an operation that failed so."""

    def work(_progress: Progress) -> dict[str, Json]:
        raise error

    started = operations.start(PERSON, "verify", unit="entries", total=None, work=work)
    until(lambda: operations.get(started.id, PERSON).is_over, "the operation is over")
    return operations.get(started.id, PERSON)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_failure_is_told_in_the_askers_language(
    operations: Operations, sqlite_database: Database, language: str
) -> None:
    """The same while the process runs and by another that reads it from the table; facts fill the sentence."""
    found = failed(operations, FAULT)
    operations.stop()
    again = Operations(sqlite_database, 1).get(found.id, PERSON)

    expected = of_error(FAULT).document(language, None)
    assert expected == found.document(language)["problem"]
    assert expected == again.document(language)["problem"]
    assert "2026-01-01" in str(expected["detail"])


def test_a_fault_of_ours_is_told_too(operations: Operations) -> None:
    """What nobody foresaw is a fault of ours, in Ukrainian as well."""
    found = failed(operations, ZeroDivisionError())
    operations.stop()

    expected = problems.internal().document("uk", None) | {
        "detail": messages.operation_detail("verify", "internal", None, "uk")
    }
    assert expected == found.document("uk")["problem"]


def test_a_result_that_cannot_be_stored_is_told(operations: Operations) -> None:
    """A fault of ours at the very end: the operation is over for its person, and the log says why it is not stored."""

    def work(_progress: Progress) -> dict[str, Json]:
        return cast(dict[str, Json], {"at": object()})

    with capture_logs() as told:
        started = operations.start(PERSON, "verify", unit="entries", total=None, work=work)
        until(lambda: operations.get(started.id, PERSON).is_over, "the operation is over")
        operations.stop()

    assert [("operation_fault", "critical")] == [(each["event"], each["log_level"]) for each in told]


def test_what_was_left_over_is_told_as_stopped(operations: Operations, sqlite_database: Database) -> None:
    """An operation that a stopped server left is failed, and says that in both languages."""
    change(
        sqlite_database,
        "INSERT INTO operation (id, person, kind, state, done, total, unit, made) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        ("x", PERSON, "verify", "running", 0, None, "entries", 0),
    )
    operations.fail_left_over()
    operations.stop()

    for language, words in LANGUAGES.items():
        problem = operations.get("x", PERSON).document(language)["problem"]
        assert isinstance(problem, dict)
        assert words.titles["unavailable"] == problem["title"]


@pytest.mark.parametrize(
    "error", [errors.Unavailable("vault"), errors.ContentAltered("x", expected="a", measured="b"), None]
)
def test_a_making_that_failed_does_not_say_that_nothing_is_recorded(
    operations: Operations, error: CustodyError | None
) -> None:
    """Its request is, and maybe more: the sentence says so, and that asking again goes on from there."""
    problem = problems.internal() if error is None else of_error(error)
    words = {"en": ("stays recorded", "goes on from there"), "uk": ("лишається записаним", "продовжиться")}

    for language, (recorded, goes_on) in words.items():
        found = replace(STOPPED, problem=problem.stored()).document(language)["problem"]
        assert isinstance(found, dict)
        detail = str(found["detail"])
        assert recorded in detail
        assert goes_on in detail
        assert "Nothing" not in detail
        assert "Нічого не" not in detail
        for kind in ("verify", "store", "other"):
            other = replace(STOPPED, kind=kind, problem=problem.stored()).document(language)["problem"]
            assert isinstance(other, dict)
            assert detail != other["detail"]


def test_what_was_kept_as_a_document_before_is_still_told(
    operations: Operations, sqlite_database: Database
) -> None:
    """Rows of earlier releases hold an English document: its code, rule and facts are told anew."""
    document = json.dumps(of_error(FAULT).document("en", None)).encode()
    change(
        sqlite_database,
        "INSERT INTO operation (id, person, kind, state, done, total, unit, made, problem) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ("x", PERSON, "verify", "failed", 0, None, "entries", 0, document),
    )
    operations.stop()

    assert of_error(FAULT).document("uk", None) == operations.get("x", PERSON).document("uk")["problem"]


@pytest.mark.parametrize(
    "error",
    [
        FAULT,
        errors.Malformed("a.b", "is not text"),
        errors.StaleStream("case/x", version=3, previous=None),
        errors.TooLarge("entry", size=2, limit=1),
        errors.NotYet("receipt.no-tsa", "no"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_problem_comes_back_as_it_was(error: CustodyError) -> None:
    """What is kept is all that any language needs, and JSON takes it."""
    problem = of_error(error)

    kept = of_stored(json.loads(json.dumps(problem.stored())))

    for language in LANGUAGES:
        assert problem.document(language, None) == kept.document(language, None)


def test_no_kind_keeps_another_waiting(operations: Operations) -> None:
    """With every thread for verifications taken, a file is stored all the same."""
    go_on = Event()

    def waits(_progress: Progress) -> dict[str, Json]:
        go_on.wait(60)
        return {}

    for _ in range(3):
        operations.start(PERSON, "verify", unit="entries", total=None, work=waits)
    stored = operations.start(PERSON, "store", unit="bytes", total=1, work=lambda _progress: {})
    try:
        until(lambda: operations.get(stored.id, PERSON).state == "done", "the file is stored")
    finally:
        go_on.set()
        operations.stop()


def test_one_person_has_so_many_of_a_kind_and_no_more(operations: Operations) -> None:
    """One too many is refused and leaves nothing; others, other kinds, and what comes after an end are taken."""
    go_on, other = Event(), PersonId(f"{PERSON[:-1]}0")

    def waits(_progress: Progress) -> dict[str, Json]:
        go_on.wait(60)
        return {}

    def begin(person: PersonId, kind: str) -> Operation:
        return operations.start(person, kind, unit="entries", total=None, work=waits, most=2)

    begun = [begin(PERSON, "verify") for _ in range(2)]
    try:
        with pytest.raises(problems.Refused) as told:
            begin(PERSON, "verify")
        begun += [begin(other, "verify"), begin(PERSON, "store")]
    finally:
        go_on.set()
    until(lambda: all(operations.get(e.id, e.person).is_over for e in begun), "all are over")
    begin(PERSON, "verify")
    operations.stop()

    assert (429, "5") == (told.value.problem.status, told.value.headers["Retry-After"])


def test_one_that_is_under_way_is_told_to_its_person_alone(operations: Operations) -> None:
    """Without the database, which keeps those that are over; another person's is none."""
    go_on = Event()

    def waits(_progress: Progress) -> dict[str, Json]:
        go_on.wait(60)
        return {}

    begun = operations.start(PERSON, "verify", unit="entries", total=None, work=waits)
    found = operations.running(begun.id, PERSON), operations.running(begun.id, PersonId(f"{PERSON[:-1]}0"))
    go_on.set()
    operations.stop()

    assert (begun.id, None) == (found[0] and found[0].id, found[1])
    assert operations.running(begun.id, PERSON) is None
    assert operations.get(begun.id, PERSON).is_over

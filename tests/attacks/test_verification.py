"""Somebody with every right on the database, and with keys of the operator: what verification finds and names."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from custody.act import Act, Disclosure
from custody.canonical import Json
from custody.ports import FileCheck, Outcome, Submission
from custody.values import FileId
from custody.verdict import Question
from events.checkpoint import LogKey
from events.database import Database
from events.opening import open_database
from events.verification.scopes import Scope
from tests.demo import ledger_rows
from tests.demo.rewriting import Forger, rewritten
from tests.support import examples
from tests.support.bulk import Bulk
from tests.support.composing import Officer, seed, uuid_of
from tests.support.ledgers import CASE, LOG_KEY, ORIGIN, Office
from tests.support.verified import (
    FILES,
    TELEPHONE,
    TIME_ONLY,
    VIDEO,
    Judged,
    hand_over,
    judged,
    of_exhibit,
    story,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A ledger file with a story in it, closed."""
    path = tmp_path / "ledger.sqlite"
    with opened(path) as database:
        story(database)
    return path


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    """Open a ledger file as the service would."""
    database = open_database(path)
    yield database
    database.close()


def attacked(
    path: Path, attack: Callable[[sqlite3.Connection], object], checkpoints: Sequence[bytes] = ()
) -> Judged:
    """Attack a ledger file behind its guards, and verify what is left."""
    with ledger_rows.opened(path) as rows:
        attack(rows)
    with opened(path) as database:
        return judged(database, checkpoints=checkpoints)


def index_of(path: Path, kind: str) -> int:
    """Return the index of the first entry of a type."""
    return next(
        at for at, data in enumerate(ledger_rows.read(path)) if json.loads(data)["act"]["type"] == kind
    )


def test_what_nobody_touched_holds(file: Path) -> None:
    """Without an attack every question holds, but the one that nobody can answer yet."""
    assert TIME_ONLY == attacked(file, lambda rows: None).answers()


def test_an_exhibit_that_nobody_touched_holds(file: Path) -> None:
    """The same for one exhibit, and for its case."""
    with opened(file) as database:
        for scope in (of_exhibit(VIDEO), Scope.case(CASE)):  # type: ignore[arg-type]
            assert TIME_ONLY == judged(database, scope).answers()


@pytest.mark.parametrize("part", ["body", "occurred_at", "public", "signature"])
def test_one_byte_of_an_entry(file: Path, part: str) -> None:
    """A changed byte of an entry fails Integrity, and the entry is named."""
    index = index_of(file, "transfer.offered.v1")
    data = ledger_rows.read(file)[index]
    place = data.index(f'"{part}":'.encode()) + len(part) + 40
    digit = b"1" if data[place : place + 1] != b"1" else b"2"
    changed = data[:place] + digit + data[place + 1 :]

    def attack(rows: sqlite3.Connection) -> None:
        rows.execute("UPDATE stored_events SET state = ? WHERE notification_id = ?", (changed, index + 1))

    found = attacked(file, attack)
    assert "fails" == found.answers()["integrity"]
    assert index in found.found(Question.INTEGRITY)["entry.leaf"]


def test_a_byte_changed_and_every_hash_mended(file: Path) -> None:
    """Who mends leaf, nodes and roots as well still has no signature: Authorship fails."""
    index = index_of(file, "exhibit.moved.v1")
    new = rewritten(ledger_rows.read(file), _claim_elsewhere(index))
    found = attacked(file, lambda rows: ledger_rows.replace_all(rows, new))
    assert "fails" == found.answers()["authorship"]
    assert index in found.found(Question.AUTHORSHIP)["signature.refused"]


def _claim_elsewhere(index: int) -> Callable[[int, dict[str, Any]], None]:
    def change(at: int, entry: dict[str, Any]) -> None:
        if at == index:
            entry["recorded_at"] = entry["recorded_at"]
            entry["act"]["occurred_at"] = "2026-11-22T12:00:01+02:00"

    return change


def test_only_hashes_of_the_tree_are_rewritten(file: Path) -> None:
    """A change that no signature covers, `recorded_at`, is found by what later signers saw."""
    index = index_of(file, "case.opened.v1")
    entries = ledger_rows.read(file)
    new = list(entries)
    new[index] = entries[index].replace(b'T10:00:00.000000Z"', b'T10:00:00.000001Z"')
    found = attacked(file, lambda rows: ledger_rows.replace_all(rows, new))
    assert "fails" == found.answers()["order"]
    assert index + 1 in found.found(Question.ORDER)["order.seen"]


def test_a_disclosure_is_altered(file: Path) -> None:
    """A changed box fails Integrity, and the entry is named."""
    index = index_of(file, "exhibit.received.v1")

    def attack(rows: sqlite3.Connection) -> None:
        (box,) = rows.execute("SELECT box FROM disclosure WHERE idx = ?", (index,)).fetchone()
        altered = box[:60] + bytes((box[60] ^ 1,)) + box[61:]
        rows.execute("UPDATE disclosure SET box = ? WHERE idx = ?", (altered, index))

    found = attacked(file, attack)
    assert {"integrity": "fails", **TIME_ONLY} == found.answers()
    assert {"disclosure.altered": (index,)} == found.found(Question.INTEGRITY)


def test_a_disclosure_is_withheld(file: Path) -> None:
    """A box that is gone is not checked, never altered, and the entry is named."""
    index = index_of(file, "case.opened.v1")
    found = attacked(file, lambda rows: rows.execute("DELETE FROM disclosure WHERE idx = ?", (index,)))
    assert {"integrity": "not-checked", **TIME_ONLY} == found.answers()
    assert {"disclosure.withheld": (index,)} == found.found(Question.INTEGRITY)


def test_the_last_entry_is_deleted(file: Path) -> None:
    """A clean cut leaves a good ledger: only a checkpoint kept outside shows it, and names what is missing."""
    entries = ledger_rows.read(file)
    with opened(file) as database:
        note = Office.open(database).ledger.checkpoint()
    last = len(entries) - 1
    attack = lambda rows: ledger_rows.cut(rows, last)  # noqa: E731 - named for its use below
    assert TIME_ONLY == attacked(file, attack).answers()
    found = attacked(file, attack, checkpoints=[note])
    assert {"order": "fails", **TIME_ONLY} == found.answers()
    assert {"order.cut-off": (last,)} == found.found(Question.ORDER)


def test_an_entry_in_the_middle_is_deleted(file: Path) -> None:
    """A gap fails Order, and the index is named once."""
    index = index_of(file, "exhibit.moved.v1")

    def attack(rows: sqlite3.Connection) -> None:
        rows.execute("DELETE FROM stored_events WHERE notification_id = ?", (index + 1,))

    found = attacked(file, attack)
    assert "fails" == found.answers()["order"]
    assert (index,) == found.found(Question.ORDER)["entry.missing"]
    assert "order.gap" not in found.found(Question.ORDER)


def test_two_entries_are_swapped(file: Path) -> None:
    """Entries in each other's place do not follow their streams, nor the trees that signers saw."""
    entries = ledger_rows.read(file)
    first = index_of(file, "transfer.offered.v1")
    new = [*entries[:first], entries[first + 1], entries[first], *entries[first + 2 :]]
    found = attacked(file, lambda rows: ledger_rows.replace_all(rows, new))
    assert "fails" == found.answers()["order"]
    assert {first, first + 1} <= set(found.found(Question.ORDER)["order.chain"])


@pytest.mark.parametrize("key", [LogKey.from_seed(ORIGIN, seed("another log")), LOG_KEY])
def test_the_ledger_is_rewritten(file: Path, key: LogKey) -> None:
    """Every key replaced and every act signed anew: a checkpoint kept outside is of another log, or another tree."""
    with opened(file) as database:
        note = Office.open(database).ledger.checkpoint()

    def change(at: int, entry: dict[str, Any]) -> None:
        if at == 0:
            entry["act"]["public"]["log"] = [key.vkey]

    new = rewritten(ledger_rows.read(file), change, Forger())
    found = attacked(file, lambda rows: ledger_rows.replace_all(rows, new), checkpoints=[note])
    assert "fails" == found.answers()["order"]
    assert "order.fork" in found.found(Question.ORDER)


def test_a_stream_is_spliced_in(database: Database) -> None:
    """An act that was signed for another ledger fails Order, although its signature is good."""
    office = story(database)
    foreign = office.person("taras").at("f" * 64, office.size, office.ledger.head().root)  # type: ignore[arg-type]
    body: dict[str, Json] = {"place": examples.ELSEWHERE, "reason": None}
    act, disclosures = foreign.act(
        "exhibit.moved.v1",
        VIDEO,
        {},
        body,
        after=office.ledger.state(VIDEO),  # type: ignore[arg-type]
    )
    found = _recorded_by_force(office, database, foreign, act, disclosures)
    assert {"act.other-ledger": (office.size - 1,)} == _failing(found, Question.ORDER)


def test_a_revoked_key_signs(database: Database) -> None:
    """An act by a key that was revoked before fails Authorship by the rule's name."""
    office = story(database)
    taras = office.person("taras")
    public: dict[str, Json] = {"key": taras.key.fingerprint, "untrusted_since": None}
    office.tell("taras", "person.key-revoked.v1", taras.person, public, {"reason": "lost"})
    found = _moved_by_force(office, database, office.person("taras"))
    assert ["key.ended"] == list(found.found(Question.AUTHORSHIP))


def test_a_person_without_a_role_acts(database: Database) -> None:
    """An act in a role that was withdrawn before fails, and says by which rule."""
    office = story(database)
    office.enrol("petro")
    found = _moved_by_force(office, database, office.person("petro"))
    assert "continuity.custodian" in {**found.found(Question.CONTINUITY), **found.found(Question.AUTHORSHIP)}


def test_a_session_key_signs_an_act(database: Database) -> None:
    """A key that is good for sessions only is not good for acts."""
    office = story(database)
    taras = office.person("taras")
    found = _moved_by_force(office, database, taras.with_key(taras.session))
    assert "key.not-for-acts" in found.found(Question.AUTHORSHIP)


def test_a_number_is_left_out(database: Database) -> None:
    """An exhibit whose number does not follow the one before it in its case fails Order."""
    office = story(database)
    taras, exhibit = office.person("taras"), VIDEO.replace("a", "b").replace("1", "2")
    act, disclosures = taras.act(
        "exhibit.received.v1", exhibit, examples.intake(CASE), examples.physical("B-9")
    )
    found = _recorded_by_force(office, database, taras, act, disclosures, ordinal=4)
    assert {"order.ordinal": (office.size - 1,)} == _failing(found, Question.ORDER)


def test_compromised_keys_are_not_checked(database: Database) -> None:
    """Acts of a key since it was reported compromised are not checked, and named; earlier ones hold."""
    office = story(database)
    taras = office.person("taras")
    office.clock.advance(minutes=1)
    since = office.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    office.append(office.move(VIDEO))
    public: dict[str, Json] = {"key": taras.key.fingerprint, "untrusted_since": since}
    office.tell("taras", "person.key-revoked.v1", taras.person, public, {"reason": "stolen"})
    found = judged(database)
    assert {"authorship": "not-checked", **TIME_ONLY} == found.answers()
    entries = found.found(Question.AUTHORSHIP)["key.reported-compromised"]
    assert (office.size - 2, office.size - 1) == entries


def test_files_are_told_apart(database: Database) -> None:
    """A file that differs fails; one that cannot be fetched is not checked; both name the intake."""
    story(database)
    outcomes = {FILES[0]: Outcome.MISMATCH, FILES[1]: Outcome.NOT_CHECKED}

    def check(file: FileId) -> FileCheck:
        return FileCheck(file=file, outcome=outcomes[file], cause="differs", measured_sha256=None)

    found = judged(database, check_file=check)
    assert {"files": "fails", **TIME_ONLY} == found.answers()
    assert {"file.mismatch", "file.not-checked"} == set(found.found(Question.FILES))


def test_a_vault_that_serves_another_good_file(database: Database) -> None:
    """A file that the vault calls a match, but which is not the one that the intake discloses, fails."""
    story(database)

    def check(file: FileId) -> FileCheck:
        return FileCheck(file=file, outcome=Outcome.MATCH, cause=None, measured_sha256="0" * 64)

    assert {"files": "fails", **TIME_ONLY} == judged(database, check_file=check).answers()


def test_a_scope_leaves_out_what_does_not_bear_on_it(database: Database) -> None:
    """A broken rule on one exhibit fails that exhibit and the ledger, and not the other exhibit."""
    office = story(database)
    _moved_by_force(office, database, office.person("iryna"))
    assert "fails" == judged(database).answers()["continuity"]
    assert "fails" == judged(database, of_exhibit(VIDEO)).answers()["continuity"]
    assert TIME_ONLY == {
        name: said
        for name, said in judged(database, of_exhibit(TELEPHONE)).answers().items()
        if name != "files"
    }


def test_a_transfer_back_still_holds(database: Database) -> None:
    """A longer honest story holds, so that the attacks above fail for what they did."""
    office = story(database)
    hand_over(office, TELEPHONE, giver="iryna", taker="taras")
    assert TIME_ONLY == judged(database).answers()


BATCH_OF_FOUR = ["first", "second", "third", "fourth"]


def _batch(office: Office, names: Sequence[str]) -> list[Submission]:
    """Return openings of cases, each a stream of its own, under one signature."""
    taras = office.person("taras")
    acts = [
        taras.act("case.opened.v1", f"case/{uuid_of(name)}", {}, examples.case(f"B-{name.upper()}"))
        for name in names
    ]
    return taras.sign_together(acts)


def _batches_found(office: Office, database: Database, submissions: list[Submission]) -> dict[str, list[int]]:
    """Record submissions past every rule; return what fails Order, by code, as places among them."""
    start = office.size
    Bulk(database, office.ledger.application.ledger_recorder, now=office.clock.now()).write(submissions)
    found = _failing(judged(database), Question.ORDER)
    return {code: sorted(index - start for index in entries) for code, entries in found.items()}


def test_a_whole_batch_holds(database: Database) -> None:
    """Two batches of acts, one after the other, and an act by itself after them."""
    office = story(database)
    batches = [*_batch(office, BATCH_OF_FOUR), *_batch(office, ["fifth"]), *_batch(office, ["sixth", "last"])]
    assert {} == _batches_found(office, database, [*batches, office.move(VIDEO)])


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ([1, 2, 3], [0]),
        ([0, 2, 3], [1]),
        ([0, 1, 2], [2]),
        ([0, 2, 1, 3], [1, 2, 3]),
        ([3, 2, 1, 0], [0, 1, 2, 3]),
    ],
)
def test_a_batch_that_is_not_whole(database: Database, order: list[int], found: list[int]) -> None:
    """An entry of a batch left out, wherever it was, or in another place: each signature is good, Order fails."""
    office = story(database)
    batch = _batch(office, BATCH_OF_FOUR)
    assert {"order.batch": found} == _batches_found(office, database, [batch[place] for place in order])


def test_a_batch_cut_off_by_an_act(database: Database) -> None:
    """An act by itself among those of a batch is found, and so is the rest after it, once."""
    office = story(database)
    batch = _batch(office, BATCH_OF_FOUR)
    found = _batches_found(office, database, [*batch[:2], office.move(VIDEO), *batch[2:]])
    assert {"order.batch": [2, 3]} == found


def test_two_batches_mixed(database: Database) -> None:
    """Acts of two batches of one size by one key, in turns."""
    office = story(database)
    one, other = _batch(office, BATCH_OF_FOUR[:2]), _batch(office, BATCH_OF_FOUR[2:])
    found = _batches_found(office, database, [one[0], other[0], one[1], other[1]])
    assert {"order.batch"} == found.keys()
    found = _batches_found(office, database, _batch(office, ["fifth"]))
    assert {"order.batch"} == found.keys()


def test_a_batch_under_another_size(database: Database) -> None:
    """Paths that fit more than one place: three acts of four, called three of three, have another root."""
    office = story(database)
    batch = _batch(office, BATCH_OF_FOUR)
    fewer = [
        replace(each, signature=replace(each.signature, batch=replace(each.signature.batch, size=3)))  # type: ignore[type-var]
        for each in batch[:2]
    ]
    third = _batch(office, BATCH_OF_FOUR[:3])[2]
    found = _batches_found(office, database, [*fewer, third])
    assert "order.batch" in found


def _failing(found: Judged, question: Question) -> dict[str, tuple[int, ...]]:
    fails = {each.code for each in found.verdict[question].findings if each.weight.value == "fails"}
    return {code: entries for code, entries in found.found(question).items() if code in fails}


def _moved_by_force(office: Office, database: Database, who: Officer) -> Judged:
    body: dict[str, Json] = {"place": examples.ELSEWHERE, "reason": None}
    after = office.ledger.state(VIDEO)  # type: ignore[arg-type]
    act, disclosures = who.act("exhibit.moved.v1", VIDEO, {}, body, after=after)
    return _recorded_by_force(office, database, who, act, disclosures)


def _recorded_by_force(
    office: Office,
    database: Database,
    who: Officer,
    act: Act,
    disclosures: tuple[Disclosure, ...],
    ordinal: int | None = None,
) -> Judged:
    """Record an act past every rule, as the operator of the service could, and verify the ledger."""
    bulk = Bulk(database, office.ledger.application.ledger_recorder, now=office.clock.now())
    if ordinal is not None:
        bulk.ordinals = ordinal - 1
    bulk.write([who.sign(act, disclosures)])
    return judged(database)

"""The ledger's contract: what is refused, and that nothing is recorded then; clocks, and what was seen."""

from __future__ import annotations

import pytest

from custody.act import Disclosure, Signature
from custody.canonical import Json
from custody.errors import (
    AlreadyTaken,
    ClockBehind,
    Malformed,
    NotFound,
    RuleBroken,
    SeenTooOld,
    SignatureRefused,
    StaleStream,
)
from custody.ports import Submission
from custody.values import ExhibitId, FileId, StreamName
from events.database import Database
from events.files import StoredFiles
from tests.support import examples
from tests.support.composing import Officer, SigningKey, uuid_of
from tests.support.ledgers import CASE, START, Office, stored, usual
from tests.support.refusing import refused


def test_a_stale_act_is_told_where_the_stream_stands(database: Database) -> None:
    """Of two acts for one place the second is refused, with the version and the hash that stand there."""
    office = usual(database)
    exhibit = office.receive(case=CASE)
    first = office.move(exhibit)
    other = office.compose(
        "taras", "exhibit.moved.v1", exhibit, {}, {"place": examples.PLACE, "reason": None}
    )
    office.append(first)
    stale = refused(office, other, StaleStream)
    assert isinstance(stale, StaleStream)
    assert (2, first.act.hash) == (stale.version, stale.previous)


@pytest.mark.parametrize(
    "change",
    [
        lambda opened: opened[:-1],
        lambda opened: (*opened, opened[0]),
        lambda opened: (Disclosure(opened[0].salt, opened[0].name, "another value"), *opened[1:]),
        lambda opened: (Disclosure("A" * 22, opened[0].name, opened[0].value), *opened[1:]),
    ],
    ids=["one missing", "one twice", "another value", "another salt"],
)
def test_disclosures_open_exactly_the_body(database: Database, change: object) -> None:
    """Disclosures that are not exactly the openings of the body are refused."""
    office = usual(database)
    good = office.move(office.receive(case=CASE))
    refused(office, Submission(good.act, change(good.disclosures), good.signature), Malformed)  # type: ignore[operator]


def test_signatures_are_checked(database: Database) -> None:
    """Another message's signature, another key's, and another algorithm's name are refused."""
    office = usual(database)
    exhibit = office.receive(case=CASE)
    good = office.move(exhibit)
    value = bytearray(good.signature.value)
    value[5] ^= 1
    for signature in (
        Signature("ed25519", bytes(value), None),
        Signature("es256", good.signature.value, None),
        Signature("ed25519", SigningKey.of("somebody").sign(good.act.message), None),
    ):
        refused(office, Submission(good.act, good.disclosures, signature), SignatureRefused)
    office.append(good)


def test_unique_values_are_taken_once(database: Database) -> None:
    """A seal number is used once, whoever uses it again, and in one batch as well."""
    office = usual(database)
    office.receive("one", case=CASE, seal="A-1")
    with pytest.raises(AlreadyTaken):
        office.receive("two", case=CASE, seal="A-1")
    officer = office.person("taras")
    acts = [
        officer.act(
            "exhibit.received.v1", f"exhibit/{uuid_of(name)}", examples.intake(CASE), examples.physical("A-2")
        )
        for name in ("three", "four")
    ]
    before = office.ledger.head()
    with pytest.raises(AlreadyTaken):
        office.append(*officer.sign_together(acts))
    assert before == office.ledger.head()


def test_ordinals_have_no_gap(database: Database) -> None:
    """Exhibits are numbered from 1 in their case; a refused intake uses no number."""
    office = usual(database)
    office.receive("one", case=CASE, seal="A-1")
    with pytest.raises(AlreadyTaken):
        office.receive("two", case=CASE, seal="A-1")
    office.receive("three", case=CASE, seal="A-3")
    entries = [each.entry for each in office.ledger.entries(0, office.size)]
    assert [1, 2] == [each.ordinal for each in entries if each.act.type == "exhibit.received.v1"]


def test_a_batch_is_recorded_whole_and_in_order(database: Database) -> None:
    """One signature records several acts, together; a part of a batch, or another order, is refused."""
    office = usual(database)
    officer = office.person("taras")
    acts, after = [], office.ledger.state(StreamName(office.receive(case=CASE)))
    assert after is not None
    last: object = after
    for number in range(3):
        body: dict[str, Json] = {"place": examples.ELSEWHERE, "reason": str(number)}
        acts.append(officer.at(*_head(office)).act("exhibit.moved.v1", after.stream, {}, body, after=last))  # type: ignore[arg-type]
        last = acts[-1][0]
    batch = officer.sign_together(acts)
    with pytest.raises(SignatureRefused):
        office.append(*batch[:2])
    with pytest.raises(SignatureRefused):
        office.append(batch[0])
    size = office.size
    receipts = office.append(*batch).receipts
    assert [size, size + 1, size + 2] == [each.index for each in receipts]
    assert office.append(*batch).replayed


def _head(office: Office) -> tuple[object, int, bytes]:
    head = office.ledger.head()
    return office.ledger.ledger_id, head.size, head.root


def test_acts_of_an_intake_bring_their_files(database: Database) -> None:
    """A digital intake is recorded with exactly the files that the vault stored, and gives them back."""
    office = usual(database)
    exhibit, files = f"exhibit/{uuid_of('video')}", sorted(uuid_of(f"file {n}") for n in range(2))
    intake = office.compose(
        "taras",
        "exhibit.received.v1",
        exhibit,
        examples.intake(CASE, "digital", files),
        examples.digital(files),
    )
    rows = [stored(exhibit, each, each.encode()) for each in files]
    for wrong in ([], rows[:1], [rows[0], stored(exhibit, files[1], b"other bytes")]):
        with pytest.raises(RuleBroken, match="stored"):
            office.append(intake, files=wrong)
    office.append(intake, files=rows)
    held = StoredFiles(database, office.ledger.ledger_id)
    assert files == [each.file for each in held.of_exhibit(ExhibitId(exhibit))]
    assert rows[0].plain == held.get(FileId(files[0])).plain
    assert [files[0]] == [each.file for each in held.by_sha256(rows[0].plain.sha256)]
    with pytest.raises(NotFound):
        held.get(FileId(uuid_of("no file")))


def test_the_clock_never_goes_back(database: Database) -> None:
    """A clock up to 2 s behind is held at the head; further behind nothing is written; a correction mends it."""
    office = usual(database)
    exhibit = office.receive(case=CASE)
    office.clock.advance(seconds=-1.5)
    office.append(office.move(exhibit, occurred_at=START.isoformat()))
    entries = [each.entry for each in office.ledger.entries(office.size - 2, office.size)]
    assert entries[0].recorded_at == entries[1].recorded_at
    office.clock.advance(hours=-1)
    refused(office, office.move(exhibit, occurred_at=START.isoformat()), ClockBehind)
    public: dict[str, Json] = {"previous_recorded_at": entries[1].recorded_at}
    ledger = f"ledger/{uuid_of('ledger')}"
    office.tell("olena", "ledger.clock-corrected.v1", ledger, public, {"reason": "set wrong"})
    corrected = next(office.ledger.entries(office.size - 1, office.size)).entry
    assert office.clock.now() == corrected.recorded


def test_what_was_seen_may_be_fifteen_minutes_old(database: Database) -> None:
    """An act on a tree that was outgrown 15 minutes ago is refused unless it is marked late."""
    office = usual(database)
    exhibit = office.receive(case=CASE)
    old = office.person("taras")
    office.tell("taras", "case.amended.v1", CASE, {}, {"title": "Another", "reason": "better"})
    office.clock.advance(minutes=15, seconds=1)
    body: dict[str, Json] = {"place": examples.PLACE, "reason": None}
    refused(office, office.compose(old, "exhibit.moved.v1", exhibit, {}, body), SeenTooOld)
    late = office.compose(
        old, "exhibit.moved.v1", exhibit, {"late": True}, {**body, "late_reason": "no network in the field"}
    )
    office.append(late)


def test_an_act_far_in_the_future_is_refused(database: Database) -> None:
    """An act may be claimed at most 5 minutes ahead of the ledger's clock."""
    office = usual(database)
    exhibit = office.receive(case=CASE)
    office.clock.advance(minutes=6)
    future = office.move(exhibit)
    office.clock.advance(minutes=-6)
    refused(office, future, RuleBroken)


def test_a_proof_of_a_session_key_is_checked(database: Database) -> None:
    """A further session key is enrolled only with its own signature over its enrolment."""
    office = usual(database)
    taras, key = office.person("taras"), SigningKey.of("taras tablet", use="session")
    public = examples.key_added(key, office.ledger.ledger_id, taras.person)
    other = examples.key_added(
        SigningKey.of("stranger", use="session"), office.ledger.ledger_id, taras.person
    )
    wrong = office.compose("taras", "person.key-added.v1", taras.person, {**public, "proof": other["proof"]})
    refused(office, wrong, SignatureRefused)
    office.tell("taras", "person.key-added.v1", taras.person, public)


def test_es256_keys_sign_as_well(database: Database) -> None:
    """A person with a P-256 key acts as one with an Ed25519 key does."""
    office = usual(database)
    office.people["maria"] = Officer.of("maria", "es256")
    office.enrol("maria", "officer")
    assert office.append(
        office.compose("maria", "case.opened.v1", f"case/{uuid_of('hers')}", {}, examples.case("UKR3-25"))
    ).receipts

"""The ledger's contract (custody.ports.Ledger), over both engines, through its one door."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from custody.act import Disclosure, Signature
from custody.canonical import Json
from custody.errors import (
    AlreadyTaken,
    ClockBehind,
    CustodyError,
    KeyReused,
    Malformed,
    NotFound,
    RuleBroken,
    SeenTooOld,
    SignatureRefused,
    StaleStream,
)
from custody.ports import IdempotencyKey, Receipt, Submission
from custody.states import ExhibitState
from custody.values import ExhibitId, FileId, StreamName
from events.checkpoint import LogKey, open_checkpoint
from events.database import Database
from events.files import StoredFiles
from events.merkle import Frontier, leaf_hash
from events.opening import open_ledger
from events.proofs import verify_consistency, verify_inclusion
from events.receipt import parse_receipt
from tests.support import examples
from tests.support.composing import Officer, SigningKey, uuid_of
from tests.support.ledgers import CASE, LOG_KEY, MASTER, START, Office, stored, usual


def claim(office: Office, key: str, request: str = "a" * 64, who: str = "taras") -> IdempotencyKey:
    """Return a person's idempotency key for a request."""
    return IdempotencyKey(office.person(who).person, key, request)


def test_a_receipt_covers_its_act_at_once(database: Database) -> None:
    """Each receipt proves its own entry under a checkpoint that the log has signed."""
    office = usual(database)
    exhibit = office.receive(case=CASE)
    for _ in range(9):
        (receipt,) = office.append(office.move(exhibit)).receipts
        checkpoint = parse_receipt(receipt.proof).verify(receipt.entry, LOG_KEY.verifier)
        assert (office.size - 1, office.size) == (receipt.index, checkpoint.size)


def test_every_old_entry_can_be_proven_again(database: Database) -> None:
    """Receipts of all entries under the newest head verify, and so does the path at every size."""
    office = usual(database)
    leaves = [leaf_hash(data) for _, data in office.ledger.raw(0, office.size)]
    for index in range(office.size):
        receipt = office.ledger.receipt(index)
        parse_receipt(receipt.proof).verify(receipt.entry, LOG_KEY.verifier)
        for size in range(index + 1, office.size + 1):
            root = Frontier.empty().grown(leaves[:size])[0].root
            verify_inclusion(leaves[index], index, size, office.ledger.inclusion(index, size), root)


def test_any_two_sizes_are_consistent(database: Database) -> None:
    """The stored nodes give a proof between any two sizes, also of trees that were never signed."""
    office = usual(database)
    leaves = [leaf_hash(data) for _, data in office.ledger.raw(0, office.size)]
    roots = [Frontier.empty().grown(leaves[:size])[0].root for size in range(office.size + 1)]
    for new in range(1, office.size + 1):
        for old in range(1, new + 1):
            verify_consistency(old, roots[old], new, roots[new], office.ledger.consistency(old, new))


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 99), (2, 1)])
def test_proofs_outside_the_tree_are_not_found(sqlite_database: Database, index: int, size: int) -> None:
    """An index or size that the ledger does not have is not found."""
    office = usual(sqlite_database)
    with pytest.raises(NotFound):
        office.ledger.inclusion(index, size)
    with pytest.raises(NotFound):
        office.ledger.consistency(99, 100)


def test_checkpoints_of_old_sizes(database: Database) -> None:
    """A checkpoint of every committed size is given, signed; of a size between groups it is not found."""
    office = usual(database)
    for size in range(1, office.size + 1):
        assert size == open_checkpoint(office.ledger.checkpoint(size), LOG_KEY.verifier).size
    with pytest.raises(NotFound):
        office.ledger.checkpoint(office.size + 1)


def test_before_it_is_founded(database: Database) -> None:
    """An empty ledger has no id, no head and no entries."""
    office = Office.open(database)
    with pytest.raises(NotFound):
        _ = office.ledger.ledger_id
    with pytest.raises(NotFound):
        office.ledger.head()
    assert [] == list(office.ledger.raw(0, 10))


def test_founding_names_this_log(database: Database) -> None:
    """A founding that names another log key is refused, and nothing is recorded."""
    office = Office.open(database, LogKey.generate(examples.ORIGIN))
    with pytest.raises(RuleBroken, match=r"founding\.log"):
        office.found()
    assert office.size == 0


def test_disclosures_come_back(database: Database) -> None:
    """What was opened at recording is opened again, and the table holds none of it in clear."""
    office = usual(database)
    body: dict[str, Json] = {"place": {"site": "Київ, сховище", "detail": "полиця 4"}, "reason": "ревізія"}
    exhibit = office.receive(case=CASE)
    office.tell("taras", "exhibit.moved.v1", exhibit, {}, body)
    found = {each.name: each.value for each in office.ledger.disclosures(office.size - 1)}
    assert body == found
    rows = database.read("SELECT box FROM disclosure")
    boxes = b"".join(row[0] for row in rows if isinstance(row[0], bytes))
    assert "ревізія".encode() not in boxes


def test_nothing_opened_is_kept_for_an_empty_body(database: Database) -> None:
    """An act without body members has no disclosures."""
    office = usual(database)
    confirmed = office.ledger.stream(StreamName(office.person("taras").person))[1]
    assert ("person.confirmed.v1", ()) == (
        confirmed.entry.act.type,
        office.ledger.disclosures(confirmed.index),
    )


def test_streams_and_states(database: Database) -> None:
    """A stream's entries come in order with their indexes, and fold to its state."""
    office = usual(database)
    exhibit = StreamName(office.receive(case=CASE))
    office.append(office.move(exhibit))
    versions = [each.entry.act.version for each in office.ledger.stream(exhibit)]
    state = office.ledger.state(exhibit)
    assert isinstance(state, ExhibitState)
    assert ([1, 2], 2, office.person("taras").person) == (versions, state.version, state.custodian)
    assert office.ledger.state(StreamName(f"exhibit/{uuid_of('nothing')}")) is None


def test_another_process_reads_the_same(database: Database, target: str) -> None:
    """A second ledger on the same database sees and continues what the first one wrote, and back again."""
    first = usual(database)
    exhibit = first.receive(case=CASE)
    second = Office(open_ledger(database, master=MASTER, log_key=LOG_KEY, clock=first.clock), first.clock)
    for office in (second, first, second, first):
        office.append(office.move(exhibit))
    assert [1, 2, 3, 4, 5] == [each.entry.act.version for each in first.ledger.stream(StreamName(exhibit))]
    assert first.ledger.head() == second.ledger.head()


def test_a_ledger_opened_again_goes_on(database: Database) -> None:
    """What was recorded before a restart is there after it."""
    office = usual(database)
    exhibit, ledger_id = office.receive(case=CASE), office.ledger.ledger_id
    again = Office(open_ledger(database, master=MASTER, log_key=LOG_KEY, clock=office.clock), office.clock)
    again.append(again.move(exhibit))
    assert ledger_id == again.ledger.ledger_id
    assert again.size == again.ledger.stream(StreamName(exhibit))[-1].index + 1


# --- refusals: nothing is recorded ---------------------------------------------------------------------


def refused(office: Office, submission: Submission, fault: type[CustodyError]) -> CustodyError:
    """Send an act that must be refused and show that nothing was recorded; return the refusal."""
    before = office.ledger.head()
    with pytest.raises(fault) as caught:
        office.append(submission)
    assert before == office.ledger.head()
    return caught.value


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


# --- idempotency ---------------------------------------------------------------------------------------


def test_the_same_request_gives_the_first_receipt(database: Database) -> None:
    """A request sent again under its key gives the receipts of the first time; nothing is recorded twice."""
    office = usual(database)
    move = office.move(office.receive(case=CASE))
    first = office.append(move, key=claim(office, "k1"))
    again = office.append(move, key=claim(office, "k1"))
    assert (False, True) == (first.replayed, again.replayed)
    assert [each.index for each in first.receipts] == [each.index for each in again.receipts]
    assert [each.entry for each in first.receipts] == [each.entry for each in again.receipts]


def test_a_request_sent_again_after_a_restart(database: Database) -> None:
    """A client whose answer was lost when the process ended gets the first receipt from the next process."""
    office = usual(database)
    opening = office.compose(
        "taras", "case.opened.v1", f"case/{uuid_of('lost')}", {}, examples.case("UKR9-25")
    )
    first = office.append(opening, key=claim(office, "k1"))
    for key in ("k1", "k2"):
        again = Office(
            open_ledger(database, master=MASTER, log_key=LOG_KEY, clock=office.clock), office.clock
        )
        found = again.append(opening, key=claim(office, key))
        assert (True, first.receipts[0].entry) == (found.replayed, found.receipts[0].entry)


def test_another_request_under_the_same_key(database: Database) -> None:
    """A key is for one request of one person, for ever: a fresh act and an old one are refused alike."""
    office = usual(database)
    exhibit = office.receive(case=CASE)
    move = office.move(exhibit)
    office.append(move, key=claim(office, "k1"))
    before = office.ledger.head()
    for submission in (office.move(exhibit), move):
        with pytest.raises(KeyReused):
            office.append(submission, key=claim(office, "k1", "b" * 64))
    assert before == office.ledger.head()
    office.append(office.move(exhibit), key=claim(office, "k1", "b" * 64, who="olena"))


def test_the_same_act_under_another_key(database: Database) -> None:
    """An act that is recorded gives its first receipt under any key, and without one."""
    office = usual(database)
    move = office.move(office.receive(case=CASE))
    first = office.append(move, key=claim(office, "k1"))
    for key in (claim(office, "k2"), None):
        again = office.append(move, key=key)
        assert (True, first.receipts[0].index) == (again.replayed, again.receipts[0].index)


def test_one_act_sent_by_many_at_once(database: Database) -> None:
    """Thirty-two senders of one act get one index, and one entry is recorded."""
    office = usual(database)
    move = office.move(office.receive(case=CASE))
    size, found = office.size, together([lambda: office.append(move).receipts[0].index] * 32)
    assert [size] * 32 == found
    assert size + 1 == office.size


def together(steps: Sequence[object]) -> list[object]:
    """Run callables in threads of their own from one start; return what each gave or raised."""
    gate, found = threading.Barrier(len(steps)), [None] * len(steps)

    def run(place: int) -> None:
        gate.wait()
        try:
            found[place] = steps[place]()  # type: ignore[operator]
        except CustodyError as fault:
            found[place] = fault  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(steps))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(found)


def test_many_writers_leave_no_gap(database: Database) -> None:
    """Twenty-four writers at once: every receipt verifies, indexes are dense, proofs tie all heads together."""
    office = usual(database)
    exhibits = [office.receive(f"e{n}", case=CASE) for n in range(24)]
    start = office.size

    def moves(exhibit: str) -> object:
        last: object = office.ledger.state(StreamName(exhibit))
        receipts: list[Receipt] = []
        for number in range(5):
            body: dict[str, Json] = {"place": examples.PLACE, "reason": str(number)}
            move = office.person("taras").compose("exhibit.moved.v1", exhibit, {}, body, after=last)  # type: ignore[arg-type]
            receipts += office.append(move).receipts
            last = move.act
        return receipts

    found = together([lambda exhibit=each: moves(exhibit) for each in exhibits])
    receipts = [receipt for each in found for receipt in each]  # type: ignore[attr-defined]
    assert list(range(start, start + 120)) == sorted(each.index for each in receipts)
    for each in receipts:
        parse_receipt(each.proof).verify(each.entry, LOG_KEY.verifier)


def test_conflicting_writers_are_dropped_alone(database: Database) -> None:
    """Of sixteen different acts for one place exactly one is recorded; writers beside them are not disturbed."""
    office = usual(database)
    exhibit, others = office.receive(case=CASE), [office.receive(f"o{n}", case=CASE) for n in range(8)]
    rivals = [
        office.compose("taras", "exhibit.moved.v1", exhibit, {}, {"place": examples.PLACE, "reason": str(n)})
        for n in range(16)
    ]
    beside = [office.move(each) for each in others]
    size = office.size
    found = together([lambda each=each: office.append(each) for each in (*rivals, *beside)])
    conflicts = [each for each in found if isinstance(each, StaleStream)]
    assert (15, size + 9) == (len(conflicts), office.size)


# --- clocks and what was seen --------------------------------------------------------------------------


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


def test_two_processes_begin_one_stream(database: Database) -> None:
    """Of two processes that begin the same stream one is first; the other is told, and goes on with its key."""
    first = usual(database)
    second = Office(open_ledger(database, master=MASTER, log_key=LOG_KEY, clock=first.clock), first.clock)
    exhibit = f"exhibit/{uuid_of('telephone')}"
    rival = second.compose(
        "taras", "exhibit.received.v1", exhibit, examples.intake(CASE), examples.physical("A-9")
    )
    first.receive("telephone", case=CASE, seal="A-1")
    refused(second, rival, StaleStream)
    second.append(second.move(exhibit))
    first.append(first.move(exhibit))
    for office in (first, second):
        for index in range(office.size - 3, office.size):
            assert office.ledger.disclosures(index)


def test_two_processes_write_at_once(database: Database) -> None:
    """Writers of two processes on one database: every act is recorded once, indexes are dense, one tree grows."""
    first = usual(database)
    second = Office(open_ledger(database, master=MASTER, log_key=LOG_KEY, clock=first.clock), first.clock)
    exhibits = [first.receive(f"e{n}", case=CASE) for n in range(8)]
    start = first.size

    def moves(office: Office, exhibit: str) -> int:
        for _ in range(5):
            office.append(office.move(exhibit))
        return 5

    steps = [
        lambda office=office, exhibit=exhibit: moves(office, exhibit)
        for office, exhibit in zip([first, second] * 4, exhibits, strict=True)
    ]
    assert [5] * 8 == together(steps)
    assert start + 40 == first.size == second.ledger.head().size
    leaves = [leaf_hash(data) for _, data in first.ledger.raw(0, first.size)]
    assert Frontier.empty().grown(leaves)[0].root == second.ledger.head().root

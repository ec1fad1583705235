"""The ledger's contract: requests that are sent again, and many that write at once."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from custody.canonical import Json
from custody.errors import (
    CustodyError,
    KeyReused,
    StaleStream,
)
from custody.ports import IdempotencyKey, Receipt
from custody.values import StreamName
from events.database import Database
from events.merkle import Frontier, leaf_hash
from events.opening import open_ledger
from events.receipt import parse_receipt
from tests.support import examples
from tests.support.composing import uuid_of
from tests.support.ledgers import CASE, LOG_KEY, MASTER, Office, usual
from tests.support.refusing import refused


def claim(office: Office, key: str, request: str = "a" * 64, who: str = "taras") -> IdempotencyKey:
    """Return a person's idempotency key for a request."""
    return IdempotencyKey(office.person(who).person, key, request)


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

"""The ledger's contract (custody.ports.Ledger), over both engines, through its one door: proofs and reading."""

from __future__ import annotations

import pytest

from custody.canonical import Json
from custody.errors import (
    NotFound,
    RuleBroken,
)
from custody.states import ExhibitState
from custody.values import StreamName
from events.checkpoint import LogKey, open_checkpoint
from events.database import Database
from events.merkle import Frontier, leaf_hash
from events.opening import open_ledger
from events.proofs import verify_consistency, verify_inclusion
from events.receipt import parse_receipt
from tests.support import examples
from tests.support.composing import uuid_of
from tests.support.ledgers import CASE, LOG_KEY, MASTER, Office, usual


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

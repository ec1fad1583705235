"""The fast paths of verification agree with the slow ones, and workers give what one process gives."""

from __future__ import annotations

import sys
from hashlib import sha256
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.act import Act, read_entry, write_entry
from custody.errors import CustodyError, NotFound, Unavailable
from custody.ports import Recorded
from custody.values import ExhibitId, LedgerId
from events.database import Database
from events.merkle import EMPTY_ROOT, Frontier
from events.verification import workers
from events.verification.batches import Batches
from events.verification.checking import check_entries
from events.verification.plain import plain_entry
from events.verification.scopes import Scope
from events.verification.trees import Trees
from events.verification.trusted import trusted_entry
from tests.support import story
from tests.support.bulk import large
from tests.support.composing import Officer, uuid_of
from tests.support.ledgers import START
from tests.support.verified import TIME_ONLY, judged


def _entries() -> list[bytes]:
    told = story.usual()
    exhibit = told.receive(case=story.CASE)
    told.receive("video", case=story.CASE, files=[uuid_of("file")])
    told.offer(exhibit, "iryna")
    return [each.entry.data for each in told.entries]


ENTRIES = _entries()


def test_trusted_entries_are_those_that_are_read() -> None:
    """What is built from checked bytes equals what the reader returns."""
    assert [read_entry(data) for data in ENTRIES] == [trusted_entry(data) for data in ENTRIES]


def test_the_common_form_is_recognised() -> None:
    """An intake and an offer are of the common form; entry 0 is left to the reader."""
    assert plain_entry(ENTRIES[0]) is None
    assert plain_entry(ENTRIES[-1]) is not None


@given(st.sampled_from(ENTRIES), st.data())
def test_what_is_recognised_is_what_the_reader_reads(entry: bytes, data: st.DataObject) -> None:
    """However bytes of an entry are changed, what the fast path takes the reader reads, alike."""
    changed = bytearray(entry)
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(changed) - 1))
        action = data.draw(st.sampled_from(["set", "delete", "insert", "swap"]))
        other = data.draw(st.integers(0, len(changed) - 1))
        if action == "set":
            changed[place] = data.draw(st.sampled_from(list(b'0129azAZ=+/-_.:,{}[]"\\ \x7fT')))
        elif action == "delete":
            del changed[place]
        elif action == "insert":
            changed.insert(place, data.draw(st.integers(0, 255)))
        else:
            changed[place], changed[other] = changed[other], changed[place]
    found = plain_entry(bytes(changed))
    if found is not None:
        read = read_entry(bytes(changed))
        assert (read.act.key.encode(), read.signature.batch) == (found.key, None)


@pytest.mark.parametrize(
    "public",
    [
        b'{"a":1.5}',
        b'{"a":99999999999999999999}',
        b'{"b":"","a":""}',
        b'{"a":"", "b":""}',
        b'{"a":[["x"]]}',
        b"{a}",
    ],
)
def test_odd_public_members_are_left_to_the_reader(public: bytes) -> None:
    """Numbers, nesting and other orders in `public` are never taken on the fast path."""
    entry = ENTRIES[-1]
    start = entry.index(b'"public":') + len(b'"public":')
    assert plain_entry(entry[:start] + public + entry[entry.index(b"}", start) + 1 :]) is None


@given(st.binary(max_size=400))
def test_any_bytes_give_faults_and_never_an_error(data: bytes) -> None:
    """Bytes that are no entry become a fault with a reason."""
    (fault,) = check_entries([data], {}).faults
    assert "entry.unreadable" == fault.code
    with pytest.raises(CustodyError):
        read_entry(data)


@given(st.integers(0, 70), st.integers(0, 70))
def test_roots_of_all_sizes(size: int, more: int) -> None:
    """The recomputed root of each earlier size is that of a tree of just those leaves."""
    leaves = [sha256(b"%d" % number).digest() for number in range(size + more)]
    trees = Trees()
    trees.grow(b"".join(leaves[:size]))
    trees.grow(b"".join(leaves[size:]))
    assert Frontier.empty().grown(leaves[:size])[0].root == trees.root(size)
    assert EMPTY_ROOT == trees.root(0)


def test_processes_give_what_one_process_gives(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pieces checked in two processes give the verdict that one gives."""
    monkeypatch.setattr(workers, "FEW", 0)
    office = large(sqlite_database, 12)
    one, two = judged(sqlite_database, processes=1), judged(sqlite_database, processes=2)
    assert one.verdict == two.verdict
    assert {"files": "not-checked", **TIME_ONLY} == two.answers()
    assert office.size > 500


def test_a_process_that_dies_is_said(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that ends is Unavailable, not a verdict and not a hang."""
    monkeypatch.setattr(workers, "FEW", 0)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    large(sqlite_database, 4)
    with pytest.raises(Unavailable):
        judged(sqlite_database, processes=2)


@pytest.mark.parametrize("side", ["write_message", "read_message"])
def test_a_fault_between_processes_is_said(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, side: str
) -> None:
    """Something that nobody foresaw in the thread that talks to a process: said, and nobody waits for ever."""
    monkeypatch.setattr(workers, "FEW", 0)
    monkeypatch.setattr(workers, side, Mock(side_effect=ZeroDivisionError))
    large(sqlite_database, 4)
    with pytest.raises(ZeroDivisionError):
        judged(sqlite_database, processes=2)


def test_an_unknown_exhibit_is_not_found(sqlite_database: Database) -> None:
    """Asking for what the ledger does not know is refused, not answered."""
    large(sqlite_database, 1)
    with pytest.raises(NotFound):
        judged(sqlite_database, Scope.exhibit(ExhibitId(f"exhibit/{uuid_of('nothing')}")))


def test_a_batch_whose_acts_have_another_root() -> None:
    """Acts in order, of one signature, size and key, whose root is not the one to which the last path leads."""
    officer = Officer.of("taras").at(LedgerId("0" * 64), 1, bytes(32))
    acts = [officer.act("case.opened.v1", f"case/{uuid_of(name)}") for name in ("one", "two", "three")]
    signed, stranger = officer.sign_together(acts[:2]), acts[2][0]

    def last_fault(*batch: Act) -> str | None:
        batches, faults = Batches(), []
        for index, act in enumerate(batch):
            entry = write_entry(act, signed[index].signature, recorded_at=START, ordinal=None)
            faults.append(batches.take(Recorded(index, entry)))
        return faults[-1]

    assert last_fault(signed[0].act, signed[1].act) is None
    assert "the acts of its batch together are not those that were signed" == last_fault(
        stranger, signed[1].act
    )


@pytest.mark.parametrize("year", [b"0001", b"0999", b"9999"])
def test_years_beyond_the_calendar_are_left_to_the_reader(year: bytes) -> None:
    """An instant that no other reader could tell is refused on every way."""
    entry = ENTRIES[-1].replace(b'"occurred_at":"2026', b'"occurred_at":"' + year)
    assert plain_entry(entry) is None
    with pytest.raises(CustodyError):
        read_entry(entry)

"""Deposits: bytes that arrive in pieces, from people whose connections break."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custody.errors import (
    Conflict,
    DigestMismatch,
    Malformed,
    NotFound,
    OffsetMismatch,
    TooLarge,
    Unavailable,
)
from storage import arrival
from storage.deposit_records import Deposit, Status
from storage.deposits import LIFETIME, MOST_METADATA, Deposits
from tests.support.deposits import OTHER, PERSON, HandClock
from tests.support.vaults import digests_of

CONTENT = bytes(i % 251 for i in range(200_000))


@pytest.fixture
def clock() -> HandClock:
    """Return a clock that is moved by hand."""
    return HandClock()


@pytest.fixture
def deposits(tmp_path: Path, clock: HandClock) -> Iterator[Deposits]:
    """Return the deposits of an empty folder."""
    made = Deposits(tmp_path / "deposits", clock)
    yield made
    made.close()


def begin(deposits: Deposits, content: bytes = CONTENT) -> Deposit:
    """Begin a deposit of these bytes."""
    return deposits.create(declared=digests_of(content), metadata={"file": "x"}, person=PERSON, session="s1")


def breaking(*chunks: bytes) -> Iterator[bytes]:
    """Give chunks, then lose the connection."""
    yield from chunks
    raise ConnectionResetError


def test_a_deposit_in_one_piece(deposits: Deposits) -> None:
    """All bytes at once complete the deposit, and the staged file is they."""
    made = begin(deposits)

    done = deposits.append(made.id, PERSON, 0, [CONTENT])

    assert (Status.COMPLETE, len(CONTENT)) == (done.status, done.offset)
    found, path = deposits.staged(made.id, PERSON)
    assert CONTENT == path.read_bytes()
    assert {"file": "x"} == found.metadata
    assert done == deposits.append(made.id, PERSON, len(CONTENT), [])


def test_an_empty_deposit_is_complete_at_once(deposits: Deposits) -> None:
    """Nothing needs to be sent for an empty file; a wrong digest of nothing is refused."""
    done = begin(deposits, b"")

    assert Status.COMPLETE == done.status
    assert b"" == deposits.staged(done.id, PERSON)[1].read_bytes()
    with pytest.raises(DigestMismatch):
        deposits.create(declared=replace(digests_of(b"x"), size=0), metadata={}, person=PERSON, session="s")


@given(st.lists(st.integers(0, len(CONTENT)), max_size=8), st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_any_pieces_with_any_restarts_make_the_file(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], restart: bool
) -> None:
    """However the bytes are cut, and with a new process at every cut, the file is the declared one."""
    folder, clock = tmp_path_factory.mktemp("deposits"), HandClock()
    deposits = Deposits(folder, clock)
    made = begin(deposits)
    for upto in [*sorted(cuts), len(CONTENT)]:
        at = deposits.find(made.id, PERSON).offset
        deposits.append(made.id, PERSON, at, [CONTENT[at:upto]])
        if restart:
            deposits.close()
            deposits = Deposits(folder, clock)

    assert CONTENT == deposits.staged(made.id, PERSON)[1].read_bytes()
    deposits.close()


def test_what_came_before_the_connection_broke_is_kept(deposits: Deposits) -> None:
    """A broken request raises what broke it; its bytes count and are not sent again."""
    made = begin(deposits)

    with pytest.raises(ConnectionResetError):
        deposits.append(made.id, PERSON, 0, breaking(CONTENT[:1000], CONTENT[1000:70_000]))

    assert 70_000 == deposits.find(made.id, PERSON).offset
    done = deposits.append(made.id, PERSON, 70_000, [CONTENT[70_000:]])
    assert Status.COMPLETE == done.status


def test_steps_are_recorded_on_the_way(deposits: Deposits, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a long request bytes become durable step by step, so a crash loses one step at most."""
    monkeypatch.setattr(arrival, "STEP", 4096)
    monkeypatch.setattr(arrival, "GATHER", 1024)
    made = begin(deposits)
    deadline = threading.Event()
    seen: list[int] = []

    def chunks() -> Iterator[bytes]:
        for at in range(0, len(CONTENT), 1024):
            yield CONTENT[at : at + 1024]
            while at > 100_000 and not seen and not deadline.wait(0.001):
                seen.extend(n for n in [deposits.find(made.id, PERSON).offset] if n)

    done = deposits.append(made.id, PERSON, 0, chunks())

    assert Status.COMPLETE == done.status
    assert 4096 <= seen[0] <= 102_000


@pytest.mark.parametrize("offset", [0, 999, 1001, len(CONTENT)])
def test_bytes_for_another_place_are_refused(deposits: Deposits, offset: int) -> None:
    """Bytes must continue where the deposit stands; the refusal says where that is."""
    made = begin(deposits)
    deposits.append(made.id, PERSON, 0, [CONTENT[:1000]])

    with pytest.raises(OffsetMismatch) as refused:
        deposits.append(made.id, PERSON, offset, [b"x"])

    assert 1000 == refused.value.offset
    assert 1000 == deposits.find(made.id, PERSON).offset


def test_more_bytes_than_declared_are_refused(deposits: Deposits) -> None:
    """The deposit ends where it was said to; what fitted before the surplus is kept."""
    made = begin(deposits)

    with pytest.raises(TooLarge):
        deposits.append(made.id, PERSON, 0, [CONTENT, b"x"])

    assert Status.OPEN == deposits.find(made.id, PERSON).status
    assert Status.COMPLETE == deposits.append(made.id, PERSON, 0, [CONTENT]).status


@pytest.mark.parametrize("at", [0, 100_000, len(CONTENT) - 1])
def test_other_bytes_than_declared_stop_the_deposit(deposits: Deposits, at: int) -> None:
    """One altered byte stops the deposit for good, and its bytes are dropped."""
    made = begin(deposits)
    altered = CONTENT[:at] + bytes([CONTENT[at] ^ 1]) + CONTENT[at + 1 :]

    with pytest.raises(DigestMismatch):
        deposits.append(made.id, PERSON, 0, [altered])

    assert Status.STOPPED == deposits.find(made.id, PERSON).status
    with pytest.raises(Conflict):
        deposits.append(made.id, PERSON, len(CONTENT), [])
    with pytest.raises(Conflict):
        deposits.staged(made.id, PERSON)


def test_a_deposit_belongs_to_its_person(deposits: Deposits) -> None:
    """Another person learns nothing: not the offset, not even that the deposit is there."""
    made = begin(deposits)

    for attempt in (
        lambda: deposits.find(made.id, OTHER),
        lambda: deposits.append(made.id, OTHER, 0, [b"x"]),
        lambda: deposits.staged(made.id, OTHER),
        lambda: deposits.delete(made.id, OTHER),
        lambda: deposits.find("0" * 32, PERSON),
        lambda: deposits.find("../deposits", PERSON),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert 0 == deposits.find(made.id, PERSON).offset


def test_one_request_at_a_time(deposits: Deposits) -> None:
    """A second writer is told to come back; the first is not disturbed."""
    made = begin(deposits)

    def chunks() -> Iterator[bytes]:
        yield CONTENT[:1000]
        with pytest.raises(Conflict):
            deposits.append(made.id, PERSON, 0, [b"other"])
        with pytest.raises(Conflict):
            deposits.delete(made.id, PERSON)
        yield CONTENT[1000:]

    assert Status.COMPLETE == deposits.append(made.id, PERSON, 0, chunks()).status


def test_an_unfinished_deposit_is_not_handed_out(deposits: Deposits) -> None:
    """Only a complete deposit has a staged file to store."""
    made = begin(deposits)

    with pytest.raises(Conflict, match="byte 0"):
        deposits.staged(made.id, PERSON)


def test_a_deleted_deposit_is_gone(deposits: Deposits, tmp_path: Path) -> None:
    """Deleting drops the record and the bytes."""
    made = begin(deposits)
    deposits.append(made.id, PERSON, 0, [CONTENT[:5]])

    deposits.delete(made.id, PERSON)

    with pytest.raises(NotFound):
        deposits.find(made.id, PERSON)
    assert [] == list(tmp_path.glob("deposits/*.bytes"))


def test_deposits_expire_and_are_swept(deposits: Deposits, clock: HandClock, tmp_path: Path) -> None:
    """Each byte prolongs the life of a deposit; without any it ends, and sweeping drops its bytes."""
    idle, busy = begin(deposits), begin(deposits)
    deposits.append(idle.id, PERSON, 0, [CONTENT[:5]])
    clock.move(LIFETIME - timedelta(seconds=1))
    deposits.append(busy.id, PERSON, 0, [CONTENT[:5]])
    clock.move(timedelta(seconds=1))
    stray = tmp_path / "deposits" / ("f" * 32 + ".bytes")
    stray.write_bytes(b"x")

    with pytest.raises(NotFound):
        deposits.find(idle.id, PERSON)
    assert {idle.id, stray.stem} == set(deposits.sweep())
    assert [f"{busy.id}.bytes"] == [path.name for path in tmp_path.glob("deposits/*.bytes")]
    assert 5 == deposits.find(busy.id, PERSON).offset


def test_a_deposit_in_use_is_not_swept(deposits: Deposits, clock: HandClock) -> None:
    """A request under way keeps its deposit, however late it is."""
    made = begin(deposits)

    def chunks() -> Iterator[bytes]:
        clock.move(2 * LIFETIME)
        assert [] == deposits.sweep()
        yield CONTENT

    assert Status.COMPLETE == deposits.append(made.id, PERSON, 0, chunks()).status


def test_bytes_that_were_never_acknowledged_are_cut_off(tmp_path: Path, clock: HandClock) -> None:
    """What a crash left beyond the recorded offset never becomes part of the file."""
    deposits = Deposits(tmp_path, clock)
    made = begin(deposits)
    deposits.append(made.id, PERSON, 0, [CONTENT[:1000]])
    deposits.close()
    with (tmp_path / f"{made.id}.bytes").open("ab") as file:
        file.write(b"garbage of a crash")
    deposits = Deposits(tmp_path, clock)

    done = deposits.append(made.id, PERSON, 1000, [CONTENT[1000:]])

    assert Status.COMPLETE == done.status
    deposits.close()


def test_a_staged_file_that_lost_bytes_is_unavailable(tmp_path: Path, clock: HandClock) -> None:
    """A staged file shorter than its record is never filled up with zeros."""
    deposits = Deposits(tmp_path, clock)
    made = begin(deposits)
    deposits.append(made.id, PERSON, 0, [CONTENT[:1000]])
    deposits.close()
    with (tmp_path / f"{made.id}.bytes").open("r+b") as file:
        file.truncate(10)
    deposits = Deposits(tmp_path, clock)

    with pytest.raises(Unavailable, match="shorter"):
        deposits.append(made.id, PERSON, 1000, [CONTENT[1000:]])
    deposits.close()


def test_a_crash_before_the_comparison_is_made_good(
    deposits: Deposits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When all bytes are there but were not compared yet, asking for them compares them."""
    made = begin(deposits)
    with monkeypatch.context() as patch:
        patch.setattr(Deposits, "_finish", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            deposits.append(made.id, PERSON, 0, [CONTENT])
    assert Status.OPEN == deposits.find(made.id, PERSON).status

    found, _ = deposits.staged(made.id, PERSON)

    assert Status.COMPLETE == found.status


def _interrupted(*_: object) -> Deposit:
    raise KeyboardInterrupt


def test_a_full_disk_is_said(deposits: Deposits, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is Unavailable; the deposit goes on where it stood once there is room."""
    made = begin(deposits)
    deposits.append(made.id, PERSON, 0, [CONTENT[:1000]])
    with monkeypatch.context() as patch:
        patch.setattr("storage.staging.os.pwrite", _full)
        with pytest.raises(Unavailable, match="full"):
            deposits.append(made.id, PERSON, 1000, [CONTENT[1000:]])

    at = deposits.find(made.id, PERSON).offset
    assert 1000 == at
    assert Status.COMPLETE == deposits.append(made.id, PERSON, at, [CONTENT[at:]]).status


def _full(*_: object) -> int:
    raise OSError(28, "No space left on device")


def test_hostile_declarations_are_refused(tmp_path: Path, clock: HandClock) -> None:
    """Lengths, digests and metadata outside their limits never reach the disk."""
    deposits = Deposits(tmp_path, clock, limit=1000)
    good = digests_of(b"x")
    for declared, metadata, error in (
        (replace(good, size=-1), {}, Malformed),
        (replace(good, size=1001), {}, TooLarge),
        (replace(good, sha256="AB" * 32), {}, Malformed),
        (replace(good, sha512=good.sha256), {}, Malformed),
        (good, {"name": "x" * MOST_METADATA}, TooLarge),
    ):
        with pytest.raises(error):
            deposits.create(declared=declared, metadata=metadata, person=PERSON, session="s")
    assert [] == list(tmp_path.glob("*.bytes"))
    deposits.close()


def test_many_open_deposits_are_closed_and_read_again(
    deposits: Deposits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a few files stay open between requests; the others lose nothing by it."""
    monkeypatch.setattr("storage.deposits.MOST_OPEN", 2)
    made = [begin(deposits) for _ in range(5)]
    for one in made:
        deposits.append(one.id, PERSON, 0, [CONTENT[:1000]])
    assert 2 >= len(deposits._arrivals)

    done = [deposits.append(one.id, PERSON, 1000, [CONTENT[1000:]]) for one in made]

    assert [Status.COMPLETE] * 5 == [one.status for one in done]

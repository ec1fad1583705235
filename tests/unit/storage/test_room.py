"""Room on the disk: files never take what is kept free for the ledger, and what arrived of them stays."""

import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from custody.errors import NoRoom, Unavailable
from storage.deposit_records import Deposit, Status
from storage.deposits import Deposits
from storage.room import Room
from tests.support.deposits import PERSON, HandClock
from tests.support.vaults import digests_of

KIB = 1 << 10
MIB = 1 << 20
RESERVE = 100 * MIB
CONTENT = bytes(8 * KIB)


class Disk:
    """A disk of which a test says how much is free."""

    def __init__(self, free: int) -> None:
        self.free = free

    def usage(self, _folder: Path) -> SimpleNamespace:
        """Return it as `shutil.disk_usage` does."""
        return SimpleNamespace(free=self.free)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """A disk with 20 KiB above the reserve."""
    made = Disk(RESERVE + 20 * KIB)
    monkeypatch.setattr(shutil, "disk_usage", made.usage)
    return made


def opened(folder: Path, *, beside: bool) -> Iterator[Deposits]:
    """Open deposits that keep the reserve, the store beside them or elsewhere."""
    made = Deposits(folder, HandClock(), room=Room(folder, RESERVE, stored_beside=beside))
    yield made
    made.close()


@pytest.fixture
def alone(tmp_path: Path, disk: Disk) -> Iterator[Deposits]:
    """Deposits whose files are stored elsewhere."""
    assert disk.free
    yield from opened(tmp_path, beside=False)


@pytest.fixture
def beside(tmp_path: Path, disk: Disk) -> Iterator[Deposits]:
    """Deposits whose files are stored on the same disk."""
    assert disk.free
    yield from opened(tmp_path, beside=True)


def begin(deposits: Deposits) -> Deposit:
    """Begin a deposit of 8 KiB."""
    return deposits.create(declared=digests_of(CONTENT), metadata={}, person=PERSON, session="s")


def test_what_was_promised_is_not_promised_again(alone: Deposits) -> None:
    """Of 20 KiB two deposits of 8 KiB take 16, though none of their bytes came; the third is told what is left."""
    begin(alone)
    begin(alone)

    with pytest.raises(NoRoom) as told:
        begin(alone)

    assert {"needed": 8 * KIB, "free": 4 * KIB} == told.value.facts


def test_what_arrived_is_not_counted_twice(alone: Deposits, disk: Disk) -> None:
    """Bytes that are on the disk are in its free space already; a deposit that ended gives its room back."""
    first, second = begin(alone), begin(alone)
    alone.append(first.id, PERSON, 0, [CONTENT])
    disk.free -= len(CONTENT)

    with pytest.raises(NoRoom) as told:
        begin(alone)
    assert 4 * KIB == told.value.facts["free"]
    alone.delete(second.id, PERSON)
    assert Status.OPEN == begin(alone).status


def test_beside_the_store_a_file_counts_twice(beside: Deposits, disk: Disk) -> None:
    """It is staged and stored: 8 KiB take 16, and a complete deposit still 8 until it is stored."""
    first = begin(beside)
    with pytest.raises(NoRoom) as told:
        begin(beside)
    assert {"needed": 16 * KIB, "free": 4 * KIB} == told.value.facts

    beside.append(first.id, PERSON, 0, [CONTENT])
    disk.free += 4 * KIB  # 24 above the reserve, of which 8 are promised
    assert Status.OPEN == begin(beside).status


def test_together_no_more_is_promised_than_there_is(alone: Deposits) -> None:
    """Of eight that begin at once, two fit."""
    ready = threading.Barrier(8)

    def one(_number: int) -> bool:
        ready.wait(20)
        try:
            begin(alone)
        except NoRoom:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert 2 == sum(pool.map(one, range(8)))


def test_pieces_stop_at_the_reserve_and_go_on_later(
    alone: Deposits, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What arrived before the disk filled up is durable, and is not read anew when the rest comes."""
    made = begin(alone)

    def arriving() -> Iterator[bytes]:
        yield CONTENT[:3000]
        disk.free = RESERVE + 99  # somebody else took the rest
        yield CONTENT[3000:3100]

    with pytest.raises(NoRoom):
        alone.append(made.id, PERSON, 0, arriving())
    assert (3000, Status.OPEN) == (
        alone.find(made.id, PERSON).offset,
        alone.find(made.id, PERSON).status,
    )

    disk.free = RESERVE + 20 * KIB
    monkeypatch.setattr("storage.staging.StagedFile.digests", None)
    assert Status.COMPLETE == alone.append(made.id, PERSON, 3000, [CONTENT[3000:]]).status


def test_a_file_is_stored_beside_only_where_it_fits(beside: Deposits, alone: Deposits, disk: Disk) -> None:
    """Below the reserve nothing is stored on this disk; a store elsewhere takes what is complete."""
    disk.free = RESERVE + 7 * KIB

    alone.require_room_to_store(8 * KIB)
    with pytest.raises(NoRoom):
        beside.require_room_to_store(8 * KIB)


def test_a_disk_that_cannot_be_asked_is_said(tmp_path: Path) -> None:
    """A folder that is gone is Unavailable, not a traceback."""
    with pytest.raises(Unavailable) as told:
        Room(tmp_path / "gone").require(1)

    assert "unavailable" == told.value.code

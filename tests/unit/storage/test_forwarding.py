"""Storing a deposit while it still arrives: what was stored ahead counts only if the deposit ended well."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from custody.errors import Conflict, DigestMismatch, NotFound, Unavailable
from custody.ports import Outcome
from custody.values import ExhibitId, FileId
from storage import arrival, following, forwarding
from storage.deposit_records import Deposit
from storage.deposits import Deposits
from storage.embedded import EmbeddedS3
from storage.forwarding import Forwarding
from storage.locks import Retention
from storage.naming import FileNames
from storage.s3_client import connect
from storage.vault import S3Vault, VaultSettings
from storage.wrapping import FileMasterKey
from tests.support.deposits import OTHER, PERSON, HandClock
from tests.support.s3 import S3Server
from tests.support.vaults import LEDGER, digests_of

pytestmark = pytest.mark.s3

CONTENT = bytes(i % 251 for i in range(997)) * 40_000
NAMES = FileNames(
    file=FileId("b0ab86b5-f576-4f3b-9792-efafdcf958f1"),
    exhibit=ExhibitId("exhibit/b0ab86b5-f576-4f3b-9792-efafdcf958f1"),
    ledger=LEDGER,
)


@pytest.fixture
def vault(embedded_store: EmbeddedS3) -> Iterator[S3Vault]:
    """Return a vault as `make run` composes it."""
    settings = VaultSettings(bucket="evidence", keys_bucket="evidence-keys", retention=Retention(days=1))
    made = S3Vault(connect(embedded_store.endpoint), settings, FileMasterKey(os.urandom(32)))
    yield made
    made.close()


@pytest.fixture
def deposits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deposits]:
    """Return deposits that become durable every MiB, and followers as patient as a busy disk needs."""
    monkeypatch.setattr(arrival, "STEP", 1 << 20)
    monkeypatch.setattr(following, "PATIENCE", 30.0)
    monkeypatch.setattr(forwarding, "LEAST", 1000)
    made = Deposits(tmp_path, HandClock())
    yield made
    made.close()


@pytest.fixture
def ahead(deposits: Deposits, vault: S3Vault) -> Iterator[Forwarding]:
    """Return what runs ahead of the deposits."""
    made = Forwarding(deposits, vault)
    yield made
    made.close()


def begin(deposits: Deposits, content: bytes = CONTENT) -> Deposit:
    """Begin a deposit of these bytes."""
    return deposits.create(declared=digests_of(content), metadata={}, person=PERSON, session="s")


def pieces(start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """Give the bytes [start, end) in network-sized pieces."""
    end = len(CONTENT) if end is None else end
    for at in range(start, end, 64_000):
        yield CONTENT[at : min(at + 64_000, end)]


def objects(vault: S3Vault) -> set[str]:
    """Return the objects of our file in the store."""
    return {name for name in vault.orphans(()) if NAMES.file in name}


def test_a_deposit_is_stored_while_it_arrives(deposits: Deposits, ahead: Forwarding, vault: S3Vault) -> None:
    """What finish returns was stored ahead, once, from a deposit that came in two requests."""
    before = objects(vault)
    made = begin(deposits)
    assert ahead.begin(made, NAMES)
    assert ahead.begin(made, NAMES)
    half = len(CONTENT) // 2
    deposits.append(made.id, PERSON, 0, pieces(0, half))
    deposits.append(made.id, PERSON, half, pieces(half))

    stored = ahead.finish(made, NAMES)

    assert {stored.object_key} == objects(vault) - before
    assert Outcome.MATCH == vault.check(stored, thorough=True).outcome
    assert CONTENT == b"".join(vault.open(stored))


def test_it_is_retained_only_when_it_is_wanted(
    deposits: Deposits, ahead: Forwarding, vault: S3Vault, s3_server: S3Server
) -> None:
    """Ahead of the act a file is under legal hold alone; finishing retains it and lifts the hold."""
    made = begin(deposits)
    ahead.begin(made, NAMES)
    deposits.append(made.id, PERSON, 0, pieces())
    key = ahead._ahead[made.id].task.result().object_key
    client = s3_server.client()
    unwanted = client.head_object(Bucket="evidence", Key=key)

    ahead.finish(made, NAMES)

    wanted = client.head_object(Bucket="evidence", Key=key)
    assert "ON" == unwanted.get("ObjectLockLegalHoldStatus")
    assert "ObjectLockMode" not in unwanted
    assert "GOVERNANCE" == wanted.get("ObjectLockMode")
    assert "ON" != wanted.get("ObjectLockLegalHoldStatus")


def test_bytes_that_were_not_declared_are_never_stored(
    deposits: Deposits, ahead: Forwarding, vault: S3Vault
) -> None:
    """A deposit that is stopped at its last byte leaves no object."""
    before = objects(vault)
    made = begin(deposits)
    ahead.begin(made, NAMES)
    with pytest.raises(DigestMismatch):
        deposits.append(made.id, PERSON, 0, [CONTENT[:-1], b"\xff"])

    with pytest.raises(Conflict):
        ahead.finish(made, NAMES)
    with pytest.raises(Unavailable, match="ended"):
        ahead._ahead[made.id].task.result()
    assert before == objects(vault)


def test_a_deposit_that_stalls_is_stored_when_it_is_complete(
    deposits: Deposits, ahead: Forwarding, vault: S3Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that breaks for long gives the slot back; the file is stored at the end instead."""
    monkeypatch.setattr(following, "PATIENCE", 0.05)
    made = begin(deposits)
    ahead.begin(made, NAMES)
    deposits.append(made.id, PERSON, 0, pieces(0, 100))
    with pytest.raises(Unavailable, match="stalled"):
        ahead._ahead[made.id].task.result()
    deposits.append(made.id, PERSON, 100, pieces(100))

    stored = ahead.finish(made, NAMES)

    assert Outcome.MATCH == vault.check(stored).outcome


def test_other_names_are_stored_anew(deposits: Deposits, ahead: Forwarding, vault: S3Vault) -> None:
    """What was encrypted for one exhibit is not handed out for another."""
    made = begin(deposits)
    ahead.begin(made, NAMES)
    deposits.append(made.id, PERSON, 0, pieces())
    other = FileNames(
        file=NAMES.file, exhibit=ExhibitId("exhibit/" + "1" * 8 + NAMES.file[8:]), ledger=LEDGER
    )

    stored = ahead.finish(made, other)

    assert other.exhibit == stored.exhibit
    assert Outcome.MATCH == vault.check(stored).outcome


def test_small_files_and_full_slots_are_left_alone(
    deposits: Deposits, ahead: Forwarding, vault: S3Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Running ahead is an offer: without it the deposit is stored when it is complete."""
    monkeypatch.setattr(forwarding, "SLOTS", 1)
    small, first, second = begin(deposits, b"x"), begin(deposits), begin(deposits)

    assert not ahead.begin(small, NAMES)
    assert ahead.begin(first, NAMES)
    assert not ahead.begin(second, NAMES)
    deposits.delete(first.id, PERSON)

    deposits.append(small.id, PERSON, 0, [b"x"])
    assert Outcome.MATCH == vault.check(ahead.finish(small, NAMES)).outcome


def test_only_its_person_can_have_a_deposit_followed(deposits: Deposits) -> None:
    """Following asks whose deposit it is, like everything else."""
    made = begin(deposits)

    with pytest.raises(NotFound):
        deposits.follow(made.id, OTHER)


def test_a_follower_never_sees_bytes_that_are_not_durable(deposits: Deposits) -> None:
    """What it reads is at most the recorded offset, also in the middle of a request."""
    made = begin(deposits)
    source = deposits.follow(made.id, PERSON)
    read, halfway = bytearray(), threading.Event()

    def chunks() -> Iterator[bytes]:
        yield from pieces(0, 10 << 20)
        for piece in pieces(10 << 20):  # slowly, not with a pause: a sync may begin with a piece alone
            halfway.wait(0.05)
            yield piece

    writer = threading.Thread(target=lambda: deposits.append(made.id, PERSON, 0, chunks()))
    writer.start()
    while len(read) < 4 << 20:
        read += source.read(1 << 20)
        assert len(read) <= deposits.find(made.id, PERSON).offset
    halfway.set()
    while piece := source.read(1 << 20):
        read += piece
    writer.join()
    source.close()

    assert CONTENT == read

"""The newest checkpoint only ever grows: whatever does not continue it is refused, and kept as evidence."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody_cli import checkpoints
from custody_cli.faults import IntegrityFault
from custody_cli.pins import checked_checkpoint, log_key, require_same
from custody_cli.profile import Profile
from custody_verifier.canonical import Json
from tests.support.client_ledger import ORIGIN, ClientLedger

LEAVES = [b"%d" % at for at in range(20)]


def no_proof(_old: int, _new: int) -> Sequence[bytes]:
    """A server that gives an empty proof."""
    return []


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    """An empty profile."""
    return Profile(tmp_path / "profile")


@pytest.fixture
def ledger() -> ClientLedger:
    """A ledger of twenty entries."""
    return ClientLedger(leaves=list(LEAVES))


def evidence_in(profile: Profile) -> list[bytes]:
    """Return the notes that were kept as evidence."""
    return [each.read_bytes() for each in sorted((profile.folder / "evidence").rglob("*.checkpoint"))]


@pytest.mark.parametrize("sizes", [(1, 1), (1, 2), (3, 7), (8, 20), (19, 20)])
def test_a_ledger_that_grew_is_followed(
    profile: Profile, ledger: ClientLedger, sizes: tuple[int, int]
) -> None:
    """After a proof the newer checkpoint takes the place of the older."""
    for size in sizes:
        checkpoints.advance(profile, ledger.pin(), ledger.note(size), ledger.consistency)

    assert checkpoints.kept_note(profile) == ledger.note(sizes[1])


def test_a_shorter_ledger_is_refused(profile: Profile, ledger: ClientLedger) -> None:
    """A restored backup, or deleted entries: the kept checkpoint stays, and both notes are evidence."""
    checkpoints.advance(profile, ledger.pin(), ledger.note(9), ledger.consistency)

    with pytest.raises(IntegrityFault) as told:
        checkpoints.advance(profile, ledger.pin(), ledger.note(8), ledger.consistency)
    assert told.value.key == "checkpoint.rolled-back"
    assert checkpoints.kept_note(profile) == ledger.note(9)
    assert evidence_in(profile) == [ledger.note(9), ledger.note(8)]


@pytest.mark.parametrize("size", [9, 12])
def test_a_rewritten_ledger_is_refused(profile: Profile, ledger: ClientLedger, size: int) -> None:
    """The real log key signs another history: no proof can tie it to the kept checkpoint."""
    checkpoints.advance(profile, ledger.pin(), ledger.note(9), ledger.consistency)
    forged = ClientLedger(key=ledger.key, leaves=[b"forged", *LEAVES[1:]])

    with pytest.raises(IntegrityFault) as told:
        checkpoints.advance(profile, ledger.pin(), forged.note(size), forged.consistency)
    assert told.value.key == "checkpoint.forked"
    assert checkpoints.kept_note(profile) == ledger.note(9)
    assert evidence_in(profile) == [ledger.note(9), forged.note(size)]


def test_no_proof_no_trust(profile: Profile, ledger: ClientLedger) -> None:
    """A server that shows a newer checkpoint and no proof is refused, even when it is honest."""
    checkpoints.advance(profile, ledger.pin(), ledger.note(5), ledger.consistency)

    with pytest.raises(IntegrityFault):
        checkpoints.advance(profile, ledger.pin(), ledger.note(6), no_proof)


def test_a_checkpoint_by_another_log_is_refused(profile: Profile, ledger: ClientLedger) -> None:
    """Another key with the same origin is another log."""
    with pytest.raises(IntegrityFault) as told:
        checkpoints.advance(profile, ledger.pin(), ClientLedger(leaves=ledger.leaves).note(5), no_proof)
    assert told.value.key == "checkpoint.unsigned"
    assert checkpoints.kept_note(profile) is None


@given(data=st.data(), at=st.integers(0, 200))
def test_a_note_with_a_changed_byte_is_refused(data: st.DataObject, at: int) -> None:
    """No byte of a checkpoint that matters can be changed."""
    ledger = ClientLedger(leaves=list(LEAVES))
    note = bytearray(ledger.note(7))
    place = at % len(note)
    note[place] ^= data.draw(st.integers(1, 255))

    with pytest.raises(IntegrityFault):
        checked_checkpoint(bytes(note), (ledger.key.vkey,))


def test_an_old_receipt_must_belong_to_the_ledger_that_was_seen(
    profile: Profile, ledger: ClientLedger
) -> None:
    """A receipt under a smaller tree is fine when that tree is the beginning of the kept one, and not otherwise."""
    checkpoints.advance(profile, ledger.pin(), ledger.note(9), ledger.consistency)
    forged = ClientLedger(key=ledger.key, leaves=[b"forged", *LEAVES[1:]])

    covered = checkpoints.require_covered(profile, ledger.pin(), ledger.note(4), ledger.consistency)
    assert covered.size == 4
    assert checkpoints.kept_note(profile) == ledger.note(9)
    with pytest.raises(IntegrityFault):
        checkpoints.require_covered(profile, ledger.pin(), forged.note(4), ledger.consistency)


def test_the_server_must_be_the_pinned_one(ledger: ClientLedger) -> None:
    """Ledger id, origin and log keys are compared before anything else."""
    pin = ledger.pin()
    told: dict[str, Json] = {"ledger": pin.ledger, "origin": pin.origin, "log": [*pin.log]}
    other = ClientLedger().key.vkey

    require_same(pin, told)
    changes: dict[str, Json] = {"ledger": "cd" * 32, "origin": "other/0123abcd", "log": [other]}
    for name, value in changes.items():
        with pytest.raises(IntegrityFault):
            require_same(pin, {**told, name: value})


@pytest.mark.parametrize("vkeys", [(), ("nonsense",), ("other.example/00000000+00000000+AAAA",)])
def test_a_log_key_must_be_good_and_of_the_origin(vkeys: tuple[str, ...]) -> None:
    """No key, a text that is none, and a key of another name are refused at the first contact."""
    with pytest.raises(IntegrityFault):
        log_key(ORIGIN, vkeys)
    with pytest.raises(IntegrityFault):
        log_key("other.example/00000000", (ClientLedger().key.vkey,))

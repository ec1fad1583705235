"""The newest checkpoint only ever grows: whatever does not continue it is refused, and kept as evidence."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody_cli import checkpoints
from custody_cli.faults import IntegrityFault
from custody_cli.pins import checked_checkpoint, ed25519_vkey, log_key, policy_text, require_same, shown
from custody_cli.profile import Profile
from custody_verifier.canonical import Json
from custody_verifier.policy import read_policy
from events.cosignatures import MlDsaLogKey
from events.log_keys import LogKeys
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


@pytest.mark.parametrize("vkey", ["{0} {0}", "{0}\nquorum none", "{0}\u00a0"])
def test_a_log_key_has_no_white_space(vkey: str) -> None:
    """What a server tells as a key cannot be two lines, or two items, of a policy."""
    with pytest.raises(IntegrityFault) as told:
        log_key(ORIGIN, (vkey.format(ClientLedger().key.vkey),))
    assert "pin.vkey-bad" == told.value.key


@pytest.fixture
def keys(ledger: ClientLedger) -> LogKeys:
    """Both keys of the ledger's log."""
    return LogKeys(ledger.key, MlDsaLogKey.generate(ORIGIN)[0])


def test_both_keys_of_a_log_are_pinned_and_the_ed25519_one_is_used(
    ledger: ClientLedger, keys: LogKeys
) -> None:
    """The order does not matter; people see the long key by name and id, programs take the policy of both."""
    for vkeys in (tuple(keys.vkeys), tuple(reversed(keys.vkeys))):
        assert ledger.key.vkey == ed25519_vkey(vkeys)
        assert log_key(ORIGIN, vkeys).key_id.hex() in ledger.key.vkey
        assert len(shown(vkeys)) < 300
        known = read_policy(policy_text(vkeys).encode())
        assert (1, 1) == (len(known.logs), len(known.ml_dsa_logs))
    with pytest.raises(IntegrityFault):
        log_key(ORIGIN, tuple(keys.vkeys[1:]))


def test_a_line_of_a_pinned_key_must_fit_wherever_it_is(ledger: ClientLedger, keys: LogKeys) -> None:
    """A checkpoint may lack the ML-DSA-44 line, and may not have a wrong one; without Ed25519 it is refused."""
    vkeys, other = tuple(keys.vkeys), LogKeys(ledger.key, keys.ml_dsa)
    note, wrong = other.sign_published(5, ledger.root(5)), other.sign_published(5, ledger.root(4))
    alone = ledger.note(5)
    own, line = alone.splitlines(keepends=True)[-1], wrong.splitlines(keepends=True)[-1]

    assert 5 == checked_checkpoint(note, vkeys).size == checked_checkpoint(alone, vkeys).size
    for bad in (alone + line, alone.replace(own, note.splitlines(keepends=True)[-1])):
        with pytest.raises(IntegrityFault) as told:
            checked_checkpoint(bad, vkeys)
        assert "checkpoint.unsigned" == told.value.key

"""Keys that cosign, and their lines: the key as it was told, the line as it was made, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from custody.values import to_base64
from custody_verifier.cosignatures import (
    ED25519,
    ML_DSA_44,
    Cosigner,
    Signer,
    check_cosignatures,
    read_cosigner,
)
from custody_verifier.errors import Failed, Malformed
from custody_verifier.note import Checkpoint, Line, read_vkey
from tests.support.composing import seed
from tests.support.witnesses import signers

CHECKPOINT = Checkpoint("custody.example/5f1a2b3c", 7, sha256(b"root").digest())
TIME = 1_795_000_000
BOTH = signers("w1")
kinds = pytest.mark.parametrize("signer", BOTH, ids=["ed25519", "ml-dsa-44"])


@kinds
def test_a_line_is_checked_by_its_key(signer: Signer) -> None:
    """The newest time of the key's lines is given; a key that made none of them has none."""
    lines = [signer.cosign(CHECKPOINT, TIME + later) for later in (0, 9, 5)]
    assert check_cosignatures(lines, signer.cosigner, CHECKPOINT) == TIME + 9
    assert read_cosigner(signer.cosigner.vkey) == signer.cosigner
    for stranger in signers("w2"):
        assert check_cosignatures(lines, stranger.cosigner, CHECKPOINT) is None


@kinds
def test_one_line_that_does_not_fit(signer: Signer) -> None:
    """One false line of a key is refused, whatever its others say: time, signature, length, tree."""
    good = signer.cosign(CHECKPOINT, TIME)
    later = (TIME + 1).to_bytes(8, "big")
    for signature, words in (
        (later + good.signature[8:], "does not fit"),
        (good.signature[:-1] + bytes([good.signature[-1] ^ 1]), "does not fit"),
        (good.signature[:-1], "not a time and a signature"),
        (b"\x80" + good.signature[1:], "not a time and a signature"),
    ):
        with pytest.raises(Failed, match=words):
            check_cosignatures([good, replace(good, signature=signature)], signer.cosigner, CHECKPOINT)
    with pytest.raises(Failed, match="does not fit"):
        check_cosignatures([good], signer.cosigner, replace(CHECKPOINT, size=8))


def test_names_that_are_too_long() -> None:
    """An ML-DSA line has one byte for the length of a name: no longer origin can be cosigned or checked."""
    signer, origin = BOTH[1], "o" * 256
    line = Line(signer.cosigner.name, signer.cosigner.key_id, bytes(8 + 2420))
    with pytest.raises(Failed, match="over 255 bytes"):
        signer.cosign(replace(CHECKPOINT, origin=origin), TIME)
    with pytest.raises(Failed, match="over 255 bytes"):
        check_cosignatures([line], signer.cosigner, replace(CHECKPOINT, origin=origin))
    longest = replace(CHECKPOINT, origin="o" * 255)
    assert check_cosignatures([signer.cosign(longest, TIME)], signer.cosigner, longest) == TIME


RAW = BOTH[0].cosigner.raw


@pytest.mark.parametrize(
    ("vkey", "words"),
    [
        (Cosigner.of("", ED25519, RAW).vkey, "no name"),
        (Cosigner.of("a b", ED25519, RAW).vkey, "no name"),
        (Cosigner.of("n" * 256, ED25519, RAW).vkey, "over 255 bytes"),
        (Cosigner.of("w", 1, RAW).vkey, "type 0x04 or 0x06"),
        (Cosigner.of("w", ML_DSA_44, RAW).vkey, "type 0x04 or 0x06"),
        (f"w+00000000+{to_base64(bytes([ED25519]) + RAW)}", "id of another key"),
        (Cosigner.of("w", ED25519, bytes(32)).vkey, "small order"),
        ("w", "type 0x04 or 0x06"),
    ],
    ids=["no name", "space", "long", "a log", "short", "id", "weak", "name alone"],
)
def test_keys_that_are_none(vkey: str, words: str) -> None:
    """A key is refused with what is wrong with it."""
    with pytest.raises(Malformed, match=words):
        read_cosigner(vkey)


def test_a_weak_key_of_a_log() -> None:
    """A log's key of small order, under which anybody can sign, is refused."""
    typed = b"\1" + bytes(32)
    key_id = sha256(b"log\n" + typed).hexdigest()[:8]
    with pytest.raises(Malformed, match="small order"):
        read_vkey(f"log+{key_id}+{to_base64(typed)}")
    sound = Signer.from_seed("log", ED25519, seed("log")).cosigner.raw
    key_id = sha256(b"log\n\1" + sound).hexdigest()[:8]
    assert read_vkey(f"log+{key_id}+{to_base64(bytes([1]) + sound)}").raw == sound

"""Signed notes of other programs, through both implementations."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custody.errors import Malformed, NotProven
from custody.values import from_base64
from events.note import Note, NoteSignature, open_note, parse_note, parse_vkey
from tests.conformance.implementations import Implementation, both

FOLDER = Path(__file__).parents[1] / "vectors/third_party/note"
GO = json.loads((FOLDER / "go-sumdb-note.json").read_text())
NOTES = json.loads((FOLDER / "signed-notes.json").read_text())
PETER = GO["vkeys"]["peter"]
COSIGNATURES = {"witness.example.org", "mirror.example.org", "witness2.example.org"}


@both
@pytest.mark.parametrize("case", NOTES, ids=lambda case: case["origin"].split()[-1][-40:])
def test_a_note_of_another_program_opens(implementation: Implementation, case: dict[str, str]) -> None:
    """Each Ed25519 note opens under its key; a cosigner's key (0x04) is refused as not known here."""
    if case["vkey"].partition("+")[0] in COSIGNATURES:
        with pytest.raises(implementation.refusals):
            implementation.check_vkey(case["vkey"])
    else:
        text = case["note"].rpartition("\n\n")[0] + "\n"
        assert text == implementation.signed_text(case["note"].encode(), case["vkey"])


@both
@pytest.mark.parametrize("case", NOTES, ids=lambda case: case["origin"].split()[-1][-40:])
def test_a_note_does_not_open_under_another_key(implementation: Implementation, case: dict[str, str]) -> None:
    """A sound note that the known key has not signed is refused, also when only unknown types signed it."""
    with pytest.raises(implementation.refusals):
        implementation.signed_text(case["note"].encode(), PETER)


@pytest.mark.parametrize("case", NOTES, ids=lambda case: case["origin"].split()[-1][-40:])
def test_a_note_is_written_as_it_was_read(case: dict[str, str]) -> None:
    """Reading and writing a note gives the same bytes."""
    assert case["note"].encode() == parse_note(case["note"].encode()).to_bytes()


@pytest.mark.parametrize("case", GO["open"], ids=lambda case: case["desc"])
def test_go_opens_the_same_notes(case: dict[str, object]) -> None:
    """The ledger's reader names the same signers as Go's, and refuses where Go refuses."""
    data, known = str(case["msg"]).encode(), [parse_vkey(GO["vkeys"][name]) for name in _names(case["known"])]
    if "error" in case:
        with pytest.raises((Malformed, NotProven)):
            open_note(data, known)
    else:
        note, signers = open_note(data, known)
        assert (GO["text"], case["verified"]) == (note.text, [each.name for each in signers])


@both
@pytest.mark.parametrize("case", GO["open"], ids=lambda case: case["desc"])
def test_go_opens_the_same_notes_under_one_key(
    implementation: Implementation, case: dict[str, object]
) -> None:
    """Where Go knows Peter's key alone, both readers agree with it."""
    if case["known"] != ["peter"]:
        return
    if "error" in case:
        with pytest.raises(implementation.refusals):
            implementation.signed_text(str(case["msg"]).encode(), PETER)
    else:
        assert GO["text"] == implementation.signed_text(str(case["msg"]).encode(), PETER)


@both
@pytest.mark.parametrize(
    "data",
    [each.encode() for each in GO["malformed"]] + [bytes.fromhex(each) for each in GO["malformed_bytes_hex"]],
)
def test_a_malformed_note_is_refused(implementation: Implementation, data: bytes) -> None:
    """What Go calls malformed is refused."""
    with pytest.raises(implementation.refusals):
        implementation.signed_text(data, PETER)


def _bad_vkeys() -> list[str]:
    parts = [PETER[start:end] for start in range(len(PETER)) for end in range(start + 1, len(PETER) + 1)]
    moved = [PETER[:at] + chr(ord(PETER[at]) + 1) + PETER[at + 1 :] for at in range(len(PETER))]
    return [*GO["bad_vkeys"], *(part for part in parts if part != PETER), *moved]


@both
def test_a_vkey_that_go_refuses_is_refused(implementation: Implementation) -> None:
    """Every proper part of a vkey, every vkey with one byte moved on, and Go's own bad ones are refused."""
    implementation.check_vkey(PETER)
    for vkey in _bad_vkeys():
        with pytest.raises(implementation.refusals):
            implementation.check_vkey(vkey)


def test_the_same_key_signs_the_same_bytes_as_go() -> None:
    """Signing with Go's private key gives Go's note, byte for byte."""
    seed = from_base64(GO["skey_peter"].split("+", 4)[4], "skey", 33)[1:]
    peter = parse_vkey(PETER)
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(GO["text"].encode())
    made = Note(GO["text"], (NoteSignature(peter.name, peter.key_id, signature),))
    assert GO["sign"]["want"].encode() == made.to_bytes()


def _names(known: object) -> list[str]:
    assert isinstance(known, list)
    return [str(name) for name in known]

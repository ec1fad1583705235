"""Cosignatures of other programs, and of each of our two implementations under the other's eyes."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import custody_verifier.cosignatures as theirs
import custody_verifier.note
from custody.errors import CustodyError
from custody_verifier.errors import VerifierError
from events.checkpoint import Checkpoint, parse_checkpoint
from events.cosignatures import MlDsaLogKey, parse_cosigner, parse_log_vkey
from events.note import Note, parse_note
from tests.support.witnesses import signers

NOTES = json.loads((Path(__file__).parents[1] / "vectors/third_party/note/signed-notes.json").read_text())
FOREIGN = [note for note in NOTES if "sunlight" in note["origin"]]
ORIGIN = "custody.example.org/5f0c11ab"


@dataclass(frozen=True)
class Reader:
    """One implementation: the time at which a vkey's owner cosigned a note, or an error of `refusals`."""

    name: str
    refusals: tuple[type[Exception], ...]
    time: Callable[[bytes, str], int]


def _ledger_time(note: bytes, vkey: str) -> int:
    parsed, key = parse_note(note), parse_cosigner(vkey)
    checkpoint = parse_checkpoint(parsed.text)
    return max(key.verify(line, checkpoint) for line in parsed.signatures if key.made(line))


def _verifier_time(note: bytes, vkey: str) -> int:
    parsed = custody_verifier.note.read_note(note)
    checkpoint = custody_verifier.note.read_checkpoint(parsed)
    found = theirs.check_cosignatures(parsed.lines, theirs.read_cosigner(vkey), checkpoint)
    assert found is not None
    return found


READERS = [
    Reader("ledger", (CustodyError,), _ledger_time),
    Reader("verifier", (VerifierError,), _verifier_time),
]
both = pytest.mark.parametrize("reader", READERS, ids=lambda each: each.name)


def cosigned(kind: int, size: int, root: bytes, time: int, origin: str = ORIGIN) -> tuple[bytes, str]:
    """Return a note with one line, made by the verifier's code, and the vkey of who made it."""
    signer = signers("w1")[kind]
    line = signer.cosign(custody_verifier.note.Checkpoint(origin, size, root), time)
    text = Checkpoint(origin, size, root).text
    made = parse_note(f"{text}\n".encode() + theirs_line(line).encode())
    return made.to_bytes(), signer.cosigner.vkey


def theirs_line(line: custody_verifier.note.Line) -> str:
    """Return a line of the verifier's as text."""
    from custody_verifier.witness.deciding import write_line  # noqa: PLC0415 - beside its only use

    return write_line(line)


@both
@pytest.mark.parametrize("case", FOREIGN, ids=lambda case: case["vkey"].partition("+")[0])
def test_a_foreign_cosignature_holds(reader: Reader, case: dict[str, str]) -> None:
    """Three cosignatures that Sunlight made verify, each with its time."""
    assert reader.time(case["note"].encode(), case["vkey"]) > 1_600_000_000


@both
@pytest.mark.parametrize("case", FOREIGN, ids=lambda case: case["vkey"].partition("+")[0])
def test_a_foreign_cosignature_of_another_tree_is_refused(reader: Reader, case: dict[str, str]) -> None:
    """The same line under another size does not verify."""
    altered = case["note"].replace("\n300\n", "\n301\n", 1)
    assert altered != case["note"]
    with pytest.raises(reader.refusals):
        reader.time(altered.encode(), case["vkey"])


@both
@pytest.mark.parametrize("kind", [0, 1], ids=["ed25519", "ml-dsa-44"])
@given(
    size=st.integers(1, 2**53 - 1), root=st.binary(min_size=32, max_size=32), time=st.integers(0, 2**63 - 1)
)
def test_what_was_cosigned_is_read(reader: Reader, kind: int, size: int, root: bytes, time: int) -> None:
    """Any tree and any time that can be signed is read back by both."""
    assert time == reader.time(*cosigned(kind, size, root, time))


@both
@pytest.mark.parametrize("kind", [0, 1], ids=["ed25519", "ml-dsa-44"])
@pytest.mark.parametrize("what", ["time", "size", "root", "origin", "signature", "name", "short"])
def test_any_other_statement_is_refused(reader: Reader, kind: int, what: str) -> None:
    """A line moved to another time, tree, origin or key, or cut short, does not verify."""
    note, vkey = cosigned(kind, 7, b"r" * 32, 1_700_000_000)
    parsed = parse_note(note)
    line, tree = parsed.signatures[0], parse_checkpoint(parsed.text)
    if what == "time":
        line = replace(line, payload=bytes([0, 0, 0, 0, 0, 0, 0, 1]) + line.payload[8:])
    elif what == "signature":
        line = replace(line, payload=line.payload[:-1] + bytes([line.payload[-1] ^ 1]))
    elif what == "short":
        line = replace(line, payload=line.payload[:-1])
    elif (
        what == "name"
    ):  # the same key under another name: the ids differ, so the line claims to be another's
        other = signers("w2")[kind].cosigner
        line, vkey = replace(line, name=other.name, key_id=other.key_id), other.vkey
    else:
        changed = {"size": replace(tree, size=8), "root": replace(tree, root=b"s" * 32)}
        tree = changed.get(what) or replace(tree, origin="custody.example.org/00000000")
    with pytest.raises(reader.refusals):
        reader.time(Note(tree.text, (line,)).to_bytes(), vkey)


def test_the_logs_own_ml_dsa_line_is_read_by_both() -> None:
    """What the ledger's code signs, the verifier's code accepts, under the same vkey; its time is 0."""
    key = MlDsaLogKey.from_seed(ORIGIN, bytes(32))
    tree = Checkpoint(ORIGIN, 7, b"r" * 32)
    note = Note(tree.text, (key.sign(tree),)).to_bytes()

    assert [0, 0] == [reader.time(note, key.vkey) for reader in READERS]
    assert key.verifier == parse_log_vkey(key.vkey)


@both
@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "name+00000000+",
        "name+00000000+BAAA",
        "name+00000000+BBLN3yikSfFkVAJtrnh/CiY3Zozkoy7clp+P7XB28qUN",
        FOREIGN[0]["vkey"].replace("witness.", "witness2."),
        FOREIGN[0]["vkey"].replace("+", " +", 1),
        f"{'n' * 256}+00000000+BBLN3yikSfFkVAJtrnh/CiY3Zozkoy7clp+P7XB28qUN",
        NOTES[0]["vkey"],
    ],
)
def test_a_bad_cosigner_key_is_refused(reader: Reader, vkey: str) -> None:
    """Keys of no such form, of another id, name or type are refused."""
    with pytest.raises(reader.refusals):
        reader.time(FOREIGN[0]["note"].encode(), vkey)

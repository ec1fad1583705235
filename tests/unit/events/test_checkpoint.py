"""Checkpoints, the log's key, notes and receipts: what is written, and what is refused."""

import pytest

from custody.errors import Malformed, NotProven
from custody.values import to_base64
from custody_verifier.errors import VerifierError
from custody_verifier.note import check_checkpoint, read_vkey
from events.checkpoint import LogKey, open_checkpoint, parse_checkpoint, read_decimal, require_origin
from events.merkle import EMPTY_ROOT, leaf_hash
from events.note import Note, NoteSignature, key_id, open_note, parse_note, parse_vkey
from events.receipt import Receipt, parse_receipt

ORIGIN = "custody.example.org/5f0c11ab"
LOG = LogKey.from_seed(ORIGIN, bytes(32))
ROOT = leaf_hash(b"entry")
NOTE = LOG.sign(1, ROOT)


@pytest.mark.parametrize(
    "origin",
    [ORIGIN, "localhost/00000000", "a/b/c-d.e/0123abcd", "x" * 246 + "/01234567"],
)
def test_an_origin_is_taken(origin: str) -> None:
    """Labels, slashes and eight hex digits are an origin."""
    assert origin == require_origin(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "", "custody.example.org", "/5f0c11ab", "a//5f0c11ab", "A/5f0c11ab", "a/5f0c11a", "a/5F0C11AB", "a b/5f0c11ab",
        "a+b/5f0c11ab", "https://a/5f0c11ab", "-a/5f0c11ab", "a./5f0c11ab", "a/5f0c11ab\n", "é/5f0c11ab",
        "x" * 247 + "/01234567",
    ],
)  # fmt: skip
def test_what_is_not_an_origin_is_refused(origin: str) -> None:
    """Other strings are no origins, and no key is made for them."""
    with pytest.raises(Malformed):
        LogKey.generate(origin)


def test_the_log_signs_what_others_open() -> None:
    """A checkpoint opens under the vkey, in both implementations, and the same tree gives the same bytes."""
    key = parse_vkey(LOG.vkey)
    checkpoint = open_checkpoint(NOTE, key)
    assert (ORIGIN, 1, ROOT) == (checkpoint.origin, checkpoint.size, checkpoint.root)
    assert f"{ORIGIN}\n1\n{to_base64(ROOT)}\n" == checkpoint.text
    assert LOG.sign(1, ROOT) == NOTE
    assert (LOG.origin, LOG.vkey) == (ORIGIN, LOG.verifier.vkey)
    assert check_checkpoint(NOTE, read_vkey(LOG.vkey)).size == 1


def test_the_private_key_is_not_shown() -> None:
    """The text of a log key in a traceback is its public half."""
    assert f"LogKey({LOG.vkey})" == repr(LOG)


def test_a_new_key_is_another_one() -> None:
    """Each generated key signs under its own id."""
    assert LogKey.generate(ORIGIN).vkey != LogKey.generate(ORIGIN).vkey


@pytest.mark.parametrize(
    ("size", "root"),
    [(-1, ROOT), (2**53, ROOT), (1, b"short"), (0, ROOT)],
    ids=["-1", "2^53", "short", "not empty"],
)
def test_a_tree_that_cannot_be_is_not_signed(size: int, root: bytes) -> None:
    """No signature leaves for a size or root that no tree has."""
    with pytest.raises(ValueError, match="no tree"):
        LOG.sign(size, root)


def test_an_empty_tree_is_signed() -> None:
    """Size 0 has the hash of nothing as its root."""
    assert open_checkpoint(LOG.sign(0, EMPTY_ROOT), LOG.verifier).size == 0


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n1\n{to_base64(ROOT)}\nextension\n",
        f"{ORIGIN}\n1\n{to_base64(ROOT)}",
        f"{ORIGIN}\n01\n{to_base64(ROOT)}\n",
        f"{ORIGIN}\n9007199254740992\n{to_base64(ROOT)}\n",
        f"{ORIGIN}\n0\n{to_base64(ROOT)}\n",
        f"{ORIGIN}\n1\n{to_base64(ROOT)[:-2]}5=\n",
    ],
)
def test_a_checkpoint_in_another_spelling_is_refused(text: str) -> None:
    """Extension lines, leading zeros, sizes over 2^53-1 and loose base64 are refused."""
    with pytest.raises(Malformed):
        parse_checkpoint(text)


def test_a_checkpoint_of_another_origin_is_refused() -> None:
    """The key's name must be the origin that it signs."""
    text = f"other.example.org/5f0c11ab\n1\n{to_base64(ROOT)}\n"
    signature = NoteSignature(ORIGIN, LOG.verifier.key_id, LOG._private.sign(text.encode()))
    note = Note(text, (signature,)).to_bytes()
    with pytest.raises(Malformed, match="origin"):
        open_checkpoint(note, LOG.verifier)
    with pytest.raises(VerifierError):
        check_checkpoint(note, read_vkey(LOG.vkey))


def test_one_flipped_bit_anywhere_is_found() -> None:
    """Each single-bit change of a signed checkpoint is refused."""
    for at in range(len(NOTE) * 8):
        changed = bytearray(NOTE)
        changed[at // 8] ^= 1 << at % 8
        with pytest.raises((Malformed, NotProven)):
            open_checkpoint(bytes(changed), LOG.verifier)


def test_a_second_line_of_the_same_key_must_fit_too() -> None:
    """A good line does not excuse a bad one of the same key; lines of unknown types are passed over."""
    note = parse_note(NOTE)
    cosigned = NoteSignature(ORIGIN, b"\4\4\4\4", bytes(72))
    opened, signers = open_note(Note(note.text, (cosigned, *note.signatures)).to_bytes(), [LOG.verifier])
    assert (2, [LOG.verifier]) == (len(opened.signatures), signers)
    bad = NoteSignature(ORIGIN, LOG.verifier.key_id, bytes(64))
    with pytest.raises(NotProven):
        open_note(Note(note.text, (*note.signatures, bad)).to_bytes(), [LOG.verifier])


@pytest.mark.parametrize(
    "data",
    [
        b"x" * 1_000_001,
        b"text\n\n",
        b"text\n\n\xe2\x80\x94 name AAAA\n",
        b"text\n\n\xe2\x80\x94 na+me AAAAAAA=\n",
        b"text\n\n\xe2\x80\x94 na\xc2\xa0me AAAAAAA=\n",
        b"text\n\n\xe2\x80\x94 AAAAAAA=\n",
        b"text\n\n- name AAAAAAA=\n",
        b"text\twith tab\n\n\xe2\x80\x94 name AAAAAAA=\n",
    ],
)
def test_a_note_that_is_none_is_refused(data: bytes) -> None:
    """Notes that are too long, have no signature, or bad names, are refused by both implementations."""
    with pytest.raises(Malformed):
        parse_note(data)
    with pytest.raises(VerifierError):
        check_checkpoint(data, read_vkey(LOG.vkey))


def _vkey(name: str, typed: bytes) -> str:
    return f"{name}+{key_id(name, typed).hex()}+{to_base64(typed)}"


@pytest.mark.parametrize(
    "vkey",
    ["", "a+b", _vkey("a b", b"\1" + bytes(32)), _vkey("a", b"\4" + bytes(32)), _vkey("a", b"\1" + bytes(32)),
     _vkey("a", b"\1" + bytes(31)), _vkey("a", b"")],
    ids=["empty", "two parts", "space", "another type", "small order", "too short", "no key"],
)  # fmt: skip
def test_a_vkey_that_is_none_is_refused(vkey: str) -> None:
    """Vkeys of another form, type or of a weak key are refused by both implementations."""
    with pytest.raises(Malformed):
        parse_vkey(vkey)
    with pytest.raises(VerifierError):
        read_vkey(vkey)


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", "01", "1.0", " 1", "1e3", "9007199254740992", "1" * 40, "١"]
)
def test_a_number_in_another_spelling_is_refused(text: str) -> None:
    """Only plain decimal numbers up to 2^53-1 are numbers."""
    with pytest.raises(Malformed):
        read_decimal(text, "size")


def test_the_largest_number_is_read() -> None:
    """2^53-1 is still a size."""
    assert 2**53 - 1 == read_decimal("9007199254740991", "size")


def test_a_receipt_proves_its_entry_only() -> None:
    """A receipt verifies the entry it was given for, and nothing else."""
    receipt = parse_receipt(Receipt(0, (), NOTE, b"").to_bytes())
    assert (b"", 1) == (receipt.extra, receipt.verify(b"entry", LOG.verifier).size)
    with pytest.raises(NotProven):
        receipt.verify(b"entry ", LOG.verifier)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"c2sp.org/tlog-proof@v1\nindex 0\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\nextra AA==\n\n",
        b"c2sp.org/tlog-proof@v1\nindex \xd9\xa1\n\n",
        b"c2sp.org/tlog-proof@v1\nextra AA==\n\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + b"\n".join([to_base64(bytes(32)).encode()] * 65) + b"\n\n",
    ],
)
def test_a_receipt_that_is_none_is_refused(data: bytes) -> None:
    """Receipts without their lines, out of order or with too many hashes are refused."""
    with pytest.raises(Malformed):
        parse_receipt(data)

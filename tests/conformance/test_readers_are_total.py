"""Damaged and invented notes, receipts and vkeys: both readers refuse them, or read the same; nothing else happens."""

from collections.abc import Callable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.conformance.implementations import LEDGER, VERIFIER, Implementation

FOLDER = Path(__file__).parents[1] / "vectors/ledger-v1"
NOTE = (FOLDER / "checkpoint.7").read_bytes()
RECEIPT = (FOLDER / "entry-4.tlog-proof").read_bytes()
ENTRY = (FOLDER / "entry-4").read_bytes()
VKEY = "custody.example.org/5f0c11ab+8a6e31d0+AfsFDLLUcgj6rJ/JehKQxzZiiiX+mwi/iQ6KRETs1T1B"


def damaged(data: bytes) -> st.SearchStrategy[bytes]:
    """Return `data` with a slice replaced by a few bytes that mean something in these formats, or by any."""
    telling = st.sampled_from(
        [b"", b"\n", b"\n\n", b" ", b"+", b"=", b"0", b"\xe2\x80\x94 ", b"index ", b"\xff"]
    )

    def replace(cut: tuple[int, int, bytes]) -> bytes:
        start, length, new = cut
        return data[:start] + new + data[start + length :]

    return st.tuples(st.integers(0, len(data)), st.integers(0, 60), telling | st.binary(max_size=8)).map(
        replace
    )


def _answer(ask: Callable[[Implementation], object], implementation: Implementation) -> object:
    try:
        return ask(implementation)
    except implementation.refusals:
        return "refused"


def _agree(ask: Callable[[Implementation], object]) -> None:
    assert _answer(ask, LEDGER) == _answer(ask, VERIFIER)


@given(damaged(NOTE) | st.binary(max_size=200))
def test_damaged_checkpoints(data: bytes) -> None:
    """A damaged checkpoint is refused by both, or opens to the same tree in both."""
    _agree(lambda implementation: implementation.open_checkpoint(data, VKEY))


@given(damaged(RECEIPT) | st.binary(max_size=200))
def test_damaged_receipts(data: bytes) -> None:
    """A damaged receipt is refused by both, or read alike and judged alike by both."""
    _agree(lambda implementation: implementation.read_receipt(data))
    _agree(lambda implementation: implementation.check_receipt(data, ENTRY, VKEY))


@given(damaged(VKEY.encode()) | st.binary(max_size=80))
def test_damaged_vkeys(data: bytes) -> None:
    """A damaged vkey is refused by both, or taken by both."""
    text = data.decode("latin-1")
    _agree(lambda implementation: implementation.check_vkey(text) is not None)


@given(st.text(max_size=80))
def test_invented_checkpoint_texts(text: str) -> None:
    """Any text is read alike."""
    _agree(lambda implementation: implementation.read_checkpoint_text(text))


def test_an_undamaged_receipt_is_judged_sound_by_both() -> None:
    """Agreement is not only in refusing."""
    trees = {implementation.check_receipt(RECEIPT, ENTRY, VKEY)[1] for implementation in (LEDGER, VERIFIER)}
    assert {7} == trees

"""Receipts and checkpoint bodies of another program, through both implementations."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from events.receipt import Receipt
from tests.conformance.implementations import Implementation, both

SET = json.loads(
    (Path(__file__).parents[1] / "vectors/third_party/tlog_proof/formats-tlog-proof.json").read_text()
)


def _receipt(case: dict[str, Any]) -> Receipt:
    path = tuple(b64decode(each) for each in case["hashes"])
    extra = b64decode(case["extra"]) if "extra" in case else None
    return Receipt(case["index"], path, case["checkpoint"].encode(), extra)


@pytest.mark.parametrize("case", SET["marshal"], ids=lambda case: f"index {case['index']}")
def test_a_receipt_is_written_as_the_set_says(case: dict[str, Any]) -> None:
    """The bytes of a receipt are those of the other program."""
    assert case["want"].encode() == _receipt(case).to_bytes()


@both
@pytest.mark.parametrize("case", SET["marshal"], ids=lambda case: f"index {case['index']}")
def test_a_receipt_is_read_as_the_set_says(implementation: Implementation, case: dict[str, Any]) -> None:
    """Reading gives the parts that were written."""
    expected = _receipt(case)
    found = implementation.read_receipt(case["want"].encode())
    assert (expected.index, expected.path, expected.checkpoint, expected.extra) == found


@both
@pytest.mark.parametrize("text", SET["bad"])
def test_a_bad_receipt_is_refused(implementation: Implementation, text: str) -> None:
    """What the other program refuses is refused."""
    with pytest.raises(implementation.refusals):
        implementation.read_receipt(text.encode())


@both
@pytest.mark.parametrize("text", SET["checkpoint_bodies"]["bad"])
def test_a_bad_checkpoint_body_is_refused(implementation: Implementation, text: str) -> None:
    """What the other program refuses as a checkpoint is refused."""
    with pytest.raises(implementation.refusals):
        implementation.read_checkpoint_text(text)

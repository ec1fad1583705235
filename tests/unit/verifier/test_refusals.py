"""What the verifier's readers of checkpoints and receipts refuse."""

import pytest

from custody_verifier.errors import Malformed, NotKnown
from custody_verifier.note import Note, read_checkpoint
from custody_verifier.receipt import read_receipt

ROOT = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


@pytest.mark.parametrize(
    "text",
    [
        f"a/5f0c11ab\n1\n{ROOT}\nextension\n",
        f"a/5f0c11ab\n1\n{ROOT}",
        f"\n1\n{ROOT}\n",
        f"a/5f0c11ab\n01\n{ROOT}\n",
        f"a/5f0c11ab\n9007199254740992\n{ROOT}\n",
        f"a/5f0c11ab\n0\n{'A' * 43}=\n",
    ],
)
def test_a_checkpoint_in_another_spelling_is_refused(text: str) -> None:
    """Extension lines, leading zeros, sizes over 2^53-1, an empty tree with a root: none is a checkpoint."""
    with pytest.raises(Malformed):
        read_checkpoint(Note(text, ()))


def test_an_empty_tree_is_read() -> None:
    """Size 0 has the hash of nothing as its root."""
    assert read_checkpoint(Note(f"a/5f0c11ab\n0\n{ROOT}\n", ())).size == 0


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"c2sp.org/tlog-proof@v1\nindex 0\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\nextra AA==\n\n",
        b"c2sp.org/tlog-proof@v1\nindex \xd9\xa1\n\n",
        b"c2sp.org/tlog-proof@v1\nextra AA==\n\n",
        b"c2sp.org/tlog-proof@v2\nindex 0\n\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + b"\n".join([ROOT.encode()] * 65) + b"\n\n",
    ],
)
def test_a_receipt_that_is_none_is_refused(data: bytes) -> None:
    """Receipts without their lines, out of order or with too many hashes are refused."""
    with pytest.raises(Malformed):
        read_receipt(data)


def test_an_error_says_where_and_what() -> None:
    """The text of a refusal begins with the path at fault."""
    assert str(Malformed("entry.act", "is not an object")) == "entry.act: is not an object"
    assert str(Malformed("", "is not UTF-8")) == "input: is not UTF-8"
    assert str(NotKnown("signature", "ml-dsa-44")) == "signature: ml-dsa-44 is newer than this verifier"

"""The message that one signature over many acts is for."""

from hashlib import sha256

import pytest

from custody.act import Batch
from custody.errors import SignatureRefused
from custody.values import to_base64
from events.batch import batch_message, batch_places, signed_message


def test_the_message_of_a_batch_of_one() -> None:
    """The prefix, the base64 of the Merkle root over the act messages, and a newline."""
    root = sha256(b"\x00" + b"custody-act/1\n{}").digest()
    assert b"custody-acts/1\n" + to_base64(root).encode() + b"\n" == batch_message([b"custody-act/1\n{}"])


def test_an_act_alone_is_its_own_message() -> None:
    """Without a batch the act message itself is signed."""
    assert b"custody-act/1\n{}" == signed_message(b"custody-act/1\n{}", None)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 64])
def test_every_place_leads_to_the_batch_message(count: int) -> None:
    """From each act and its place the message of the whole batch comes out."""
    messages = [bytes([number]) for number in range(count)]
    for message, place in zip(messages, batch_places(messages), strict=True):
        assert batch_message(messages) == signed_message(message, place)


def test_no_batch_without_acts() -> None:
    """An empty batch is a mistake of the caller."""
    with pytest.raises(ValueError, match="at least one"):
        batch_message([])
    with pytest.raises(ValueError, match="at least one"):
        batch_places([])


def test_a_path_that_cannot_be_is_refused() -> None:
    """A path of the wrong length for its place is refused as a bad signature."""
    with pytest.raises(SignatureRefused, match="batch"):
        signed_message(b"act", Batch(0, 2, ()))

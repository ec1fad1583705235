"""Pieces on their way out: read ahead on a thread, encrypted by age, ended early without a thread left behind."""

import os
import threading
from collections.abc import Generator

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.bundles.ahead import DEPTH, read_ahead
from api.bundles.encryption import encrypted, read_recipient
from custody.errors import ContentAltered, Malformed
from tests.support.polling import until

FAULT = ContentAltered("a part", expected="this", measured="that")


def of(*pieces: bytes, fault: Exception | None = None) -> Generator[bytes]:
    """Yield pieces, then raise."""
    yield from pieces
    if fault is not None:
        raise fault


def waiting() -> list[threading.Thread]:
    """Return the threads that read ahead."""
    return [each for each in threading.enumerate() if each.name == "bundle-ahead"]


@given(st.lists(st.binary(min_size=1, max_size=9), max_size=40))
def test_pieces_come_in_their_order(pieces: list[bytes]) -> None:
    """What is read ahead is what was made, and no thread stays."""
    assert pieces == list(read_ahead(of(*pieces)))
    assert [] == waiting()


def test_a_fault_comes_after_the_pieces_before_it() -> None:
    """It is raised where the pieces are used, once those before it were."""
    came = []
    with pytest.raises(ContentAltered):  # noqa: PT012 - what came before it counts
        for piece in read_ahead(of(b"1", b"2", fault=FAULT)):
            came.append(piece)  # noqa: PERF402 - one by one, up to the fault
    assert [b"1", b"2"] == came


def test_whoever_goes_away_ends_the_reading() -> None:
    """No more than a few pieces are made ahead, and closing ends the thread and the maker of pieces."""
    made = []

    def endless() -> Generator[bytes]:
        try:
            while True:
                made.append(1)
                yield b"x"
        finally:
            made.append(0)

    pieces = read_ahead(endless())
    next(pieces)
    until(lambda: sum(made) >= DEPTH + 1, "pieces read ahead")
    pieces.close()
    until(lambda: not waiting(), "the end of the reading")

    assert 0 == made[-1]
    assert sum(made) <= DEPTH + 3


def test_whoever_goes_away_does_not_wait_for_a_store_that_does_not_answer() -> None:
    """The thread that serves everybody may be the one that closes: it is let go at once, and the maker ends later."""
    answer, asked = threading.Event(), threading.Event()

    def stuck() -> Generator[bytes]:
        yield b"x"
        asked.set()
        answer.wait(60)
        yield b"y"

    pieces = read_ahead(stuck())
    assert b"x" == next(pieces)
    assert asked.wait(20)
    closing = threading.Thread(target=pieces.close)
    closing.start()
    closing.join(20)

    assert not closing.is_alive()
    answer.set()
    until(lambda: not waiting(), "the end of the reading")


@given(st.lists(st.binary(max_size=70_000), max_size=6))
def test_only_the_recipient_reads_what_is_encrypted(pieces: list[bytes]) -> None:
    """The recipient's key gives the pieces back; another key gives nothing."""
    identity, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    data = b"".join(encrypted(of(*pieces), read_recipient(str(identity.to_public()))))
    assert b"".join(pieces) == pyrage.decrypt(data, [identity])
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(data, [other])


def test_a_fault_ends_the_encryption_as_itself() -> None:
    """What cannot be read is told as that, and the file that came has no good end."""
    identity = pyrage.x25519.Identity.generate()
    came = bytearray()
    with pytest.raises(ContentAltered):  # noqa: PT012 - what came before it counts
        for piece in encrypted(of(os.urandom(900_000), fault=FAULT), identity.to_public()):
            came += piece
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(bytes(came), [identity])
    assert [] == waiting()


@pytest.mark.parametrize("text", ["", "age1", "ssh-ed25519 AAAA", "AGE-SECRET-KEY-1QQ"])
def test_what_is_no_recipient_is_refused(text: str) -> None:
    """Only the public half of a key of age is taken; a secret one is not repeated in the answer."""
    with pytest.raises(Malformed) as refused:
        read_recipient(text)
    assert "SECRET" not in refused.value.message

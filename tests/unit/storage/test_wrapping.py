"""The master key in a file: what it wraps, and what it refuses."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.errors import ContentAltered, Unavailable
from storage import wrapping
from storage.wrapping import FileMasterKey

MASTER = FileMasterKey(bytes(range(32)))


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_what_is_wrapped_is_unwrapped_for_its_context_alone(plain: bytes, context: bytes) -> None:
    """A wrapping opens for the context it was made for and for no other."""
    wrapped = MASTER.wrap(plain, context)

    assert plain == MASTER.unwrap(wrapped, context)
    with pytest.raises(ContentAltered):
        MASTER.unwrap(wrapped, context + b".")


def test_every_byte_of_a_wrapping_counts() -> None:
    """A flip in version, nonce, ciphertext or tag is refused, and so is every shortening."""
    wrapped = MASTER.wrap(b"k" * 32, b"file")

    for at in range(len(wrapped)):
        for broken in (wrapped[:at], wrapped[:at] + bytes([wrapped[at] ^ 1]) + wrapped[at + 1 :]):
            with pytest.raises(ContentAltered):
                MASTER.unwrap(broken, b"file")


def test_another_master_key_unwraps_nothing() -> None:
    """A wrapping belongs to one master key, which its id names without telling it."""
    other = FileMasterKey(bytes(32))

    assert other.key_id != MASTER.key_id
    with pytest.raises(ContentAltered):
        other.unwrap(MASTER.wrap(b"k", b"file"), b"file")


def test_the_key_file_is_made_once_and_is_private(tmp_path: Path) -> None:
    """The first start makes the file, mode 0600; later ones read the same key."""
    path = tmp_path / "keys" / "master.key"

    first, second = wrapping.load_or_make(path), wrapping.load_or_make(path)

    assert first.key_id == second.key_id
    assert b"k" == second.unwrap(first.wrap(b"k", b"file"), b"file")
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert 32 == len(path.read_bytes())


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    """Group or world access to the key stops the start."""
    path = tmp_path / "master.key"
    wrapping.load_or_make(path)
    path.chmod(0o640)

    with pytest.raises(Unavailable, match="0600"):
        wrapping.load(path)


def test_a_key_file_that_is_missing_or_short_is_refused(tmp_path: Path) -> None:
    """No key is ever made up in place of one that was lost."""
    path = tmp_path / "master.key"
    with pytest.raises(Unavailable):
        wrapping.load(path)

    path.write_bytes(b"short")
    path.chmod(0o600)
    with pytest.raises(Unavailable, match="5 bytes"):
        wrapping.load(path)

"""The segment format: sizes, ranges, and what an attacker of the stored bytes meets."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.errors import ContentAltered
from storage import streaming
from storage.streaming import FIRST, HEADER, REST, SEGMENT, Segments

KEY = bytes(range(32))
BOUND = b"exhibit and file"
EDGES = [0, 1, 15, 16, FIRST - 1, FIRST, FIRST + 1, FIRST + REST - 1, FIRST + REST, FIRST + REST + 1, 3 << 20]


class Trickle(io.BytesIO):
    """Gives fewer bytes than asked for, as a socket does."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Return at most 70,001 bytes."""
        return super().read(min(size or 0, 70_001))


def sealed(plain: bytes, key: bytes = KEY, bound: bytes = BOUND) -> bytes:
    """Return the stored bytes of a file."""
    return b"".join(streaming.encrypting(io.BytesIO(plain), key, bound))


def opened(stored: bytes, key: bytes = KEY, bound: bytes = BOUND) -> bytes:
    """Return the plain bytes of a stored file."""
    return b"".join(streaming.decrypting(Trickle(stored), key, bound))


def content(size: int) -> bytes:
    """Return `size` bytes that differ from segment to segment."""
    return (b"%07d " % size + bytes(range(256)) * (size // 256 + 1))[:size]


@pytest.mark.parametrize("size", EDGES)
def test_round_trip_at_the_edges_of_segments(size: int) -> None:
    """What is sealed is opened again, and takes exactly the bytes that the format says."""
    plain = content(size)

    stored = sealed(plain)

    assert plain == opened(stored)
    assert streaming.stored_size(size) == len(stored)
    assert size == streaming.plain_size(len(stored))


@given(st.integers(0, 5 << 20))
def test_sizes_are_inverse(size: int) -> None:
    """plain_size undoes stored_size for every size."""
    assert size == streaming.plain_size(streaming.stored_size(size))


@pytest.mark.parametrize("size", [0, 39, 55, SEGMENT + 1, SEGMENT + 15, SEGMENT + 16])
def test_sizes_that_no_file_has(size: int) -> None:
    """A stored size that would hold an empty last segment, or no segment, is refused."""
    with pytest.raises(ContentAltered):
        streaming.plain_size(size)


@given(st.data())
def test_any_range_is_the_slice(data: st.DataObject) -> None:
    """A range read equals the slice, and asks for no byte outside the segments it lies in."""
    size = data.draw(st.sampled_from(EDGES))
    start, end = data.draw(st.integers(0, size + 9)), data.draw(st.integers(0, size + 9))
    plain = content(size)
    stored = sealed(plain)
    asked: list[tuple[int, int]] = []

    def fetch(first: int, after: int) -> io.BytesIO:
        asked.append((first, after))
        return Trickle(stored[first:after])

    found = b"".join(streaming.decrypting_range(fetch, len(stored), KEY, BOUND, start, end))

    assert plain[start:end] == found
    segments = (
        0 if not found else streaming.segment_of(start + len(found) - 1) - streaming.segment_of(start) + 1
    )
    assert sum(after - first for first, after in asked) <= HEADER + segments * SEGMENT


@pytest.mark.parametrize("size", [0, 1000, FIRST, 2 << 20])
def test_every_flipped_bit_is_found(size: int) -> None:
    """A flip in header, salt, prefix, ciphertext or tag raises; nothing is yielded as whole."""
    stored = sealed(content(size))

    for at in {0, 1, 32, 33, 39, 40, len(stored) // 2, len(stored) - 16, len(stored) - 1}:
        for bit in (1, 128):
            flipped = bytearray(stored)
            flipped[at] ^= bit
            with pytest.raises(ContentAltered):
                opened(bytes(flipped))


@given(st.integers(0, (3 << 20) - 1))
def test_every_truncation_is_found(kept: int) -> None:
    """A file cut short anywhere raises at its end at the latest."""
    with pytest.raises(ContentAltered):
        opened(_THREE_MIB[:kept])


_THREE_MIB = sealed(content((3 << 20) - HEADER - 3 * 16))


def test_appended_bytes_are_found() -> None:
    """Bytes, or a whole segment, after the last one raise."""
    for more in (b"\0", bytes(SEGMENT)):
        with pytest.raises(ContentAltered):
            opened(_THREE_MIB + more)


def test_segments_cannot_change_places() -> None:
    """Two whole segments swapped raise."""
    one, two = _THREE_MIB[SEGMENT : 2 * SEGMENT], _THREE_MIB[2 * SEGMENT :]

    with pytest.raises(ContentAltered):
        opened(_THREE_MIB[:SEGMENT] + two + one)


def test_a_middle_segment_cannot_be_made_the_last() -> None:
    """A range that ends inside the file, asked of a shortened file, raises."""
    cut = _THREE_MIB[: 2 * SEGMENT]

    with pytest.raises(ContentAltered):
        b"".join(
            streaming.decrypting_range(
                lambda first, after: io.BytesIO(cut[first:after]), len(cut), KEY, BOUND, 0, 2 << 20
            )
        )


@pytest.mark.parametrize(("key", "bound"), [(KEY, b"another file"), (bytes(32), BOUND), (KEY, b"")])
def test_another_key_or_binding_opens_nothing(key: bytes, bound: bytes) -> None:
    """The bytes of one file, offered as those of another, raise."""
    with pytest.raises(ContentAltered):
        opened(sealed(b"evidence"), key, bound)


def test_equal_files_are_stored_differently() -> None:
    """Salt and prefix are fresh: nobody sees that two files are equal."""
    one, two = sealed(b"evidence"), sealed(b"evidence")

    assert one[1:33] != two[1:33]
    assert one[HEADER:] != two[HEADER:]


def test_sealing_in_place_is_the_same() -> None:
    """Both ways of sealing a segment give the same bytes."""
    segments = Segments(bytes([HEADER]) + bytes(39), KEY, BOUND)
    buffer = bytearray(24)

    segments.seal_into(3, b"evidence", memoryview(buffer), last=True)

    assert segments.seal(3, b"evidence", last=True) == buffer

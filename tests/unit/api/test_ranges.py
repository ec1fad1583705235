"""Ranges of what is sent, as RFC 9110 section 14 has them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.problems import Refused
from api.ranges import Span, span_of

WHOLE = Span(0, 10, partial=False)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, WHOLE),
        ("", WHOLE),
        ("bytes=0-9", Span(0, 10, partial=True)),
        ("bytes=2-3", Span(2, 4, partial=True)),
        ("Bytes=2-3", Span(2, 4, partial=True)),
        ("bytes=7-", Span(7, 10, partial=True)),
        ("bytes=7-700", Span(7, 10, partial=True)),
        ("bytes=-3", Span(7, 10, partial=True)),
        ("bytes=-30", Span(0, 10, partial=True)),
        ("bytes=3-3", Span(3, 4, partial=True)),
        ("bytes=5-3", WHOLE),
        ("bytes=50-30", WHOLE),
        ("bytes=-", WHOLE),
        ("bytes=a-b", WHOLE),
        ("bytes=0-1,3-4", WHOLE),
        ("lines=0-1", WHOLE),
    ],
)
def test_a_range_is_taken_or_ignored(header: str | None, expected: Span) -> None:
    """What is no valid range, such as one that ends before it begins, is ignored (14.1.2, 14.2)."""
    assert expected == span_of(header, 10)


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-20", "bytes=-0"])
def test_a_valid_range_without_a_byte_is_refused(header: str) -> None:
    """It is satisfied by nothing here, and the size is told (14.4, 15.5.17)."""
    with pytest.raises(Refused) as told:
        span_of(header, 10)
    assert (416, {"Content-Range": "bytes */10"}) == (told.value.problem.status, told.value.headers)


@given(first=st.integers(0, 30), last=st.integers(0, 30), size=st.integers(1, 20))
def test_a_span_lies_within(first: int, last: int, size: int) -> None:
    """Every range that is taken has bytes, and all of them are there."""
    if last < first:
        assert Span(0, size, partial=False) == span_of(f"bytes={first}-{last}", size)
    elif first >= size:
        with pytest.raises(Refused):
            span_of(f"bytes={first}-{last}", size)
    else:
        assert Span(first, min(last + 1, size), partial=True) == span_of(f"bytes={first}-{last}", size)


@pytest.mark.parametrize(
    ("condition", "etag", "expected"),
    [
        (None, '"a"', Span(2, 4, partial=True)),
        ('"a"', '"a"', Span(2, 4, partial=True)),
        ('"b"', '"a"', WHOLE),
        ('W/"a"', '"a"', WHOLE),
        ("Sun, 22 Nov 2026 08:15:02 GMT", '"a"', WHOLE),
        ('"a"', None, WHOLE),
    ],
)
def test_a_part_of_something_else_is_not_given(
    condition: str | None, etag: str | None, expected: Span
) -> None:
    """Who resumes what is no longer what is sent gets the whole of it, not two halves of two things (13.1.5)."""
    assert expected == span_of("bytes=2-3", 10, if_range=condition, etag=etag)


def test_a_part_beyond_something_else_is_not_refused() -> None:
    """The range is of another, longer thing: it is ignored, and says nothing of this one (13.1.5)."""
    assert WHOLE == span_of("bytes=50-60", 10, if_range='"longer"', etag='"a"')

"""The canonical form: one sequence of bytes for a value, the same as that of the reference library."""

from __future__ import annotations

import json
import unicodedata

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from custody.canonical import MAX_DEPTH, Json, canonical, canonical_trusted, check, parse
from custody.errors import Malformed

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])).map(
    lambda text: unicodedata.normalize("NFC", text)
)
NAMES = st.text(st.characters(min_codepoint=1, max_codepoint=126), max_size=8)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=30,
)


@given(VALUES)
def test_bytes_are_those_of_the_reference_library(value: Json) -> None:
    """Both writers give the same bytes, and reading them gives the value back."""
    written = canonical(value)
    assert written == rfc8785.dumps(value)
    assert written == canonical_trusted(value)
    assert parse(written) == value


@given(VALUES)
def test_other_spellings_are_refused(value: Json) -> None:
    """What a usual writer makes is refused wherever it differs by a byte."""
    for spelling in (json.dumps(value), json.dumps(value, indent=1), json.dumps(value, ensure_ascii=False)):
        if spelling.encode() != canonical(value):
            with pytest.raises(Malformed):
                parse(spelling.encode())


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Nothing but Malformed leaves the reader, and what it reads it would write."""
    try:
        value = parse(data)
    except Malformed:
        return
    assert canonical(value) == data


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"a": [0, {"b": "e\u0301"}]}, "a[1].b"),
        ({"a": {"b": "x\0"}}, "a.b"),
        ({"a": "\ud800"}, "a"),
        ({"a": 2**53}, "a"),
        ({"a": -(2**53)}, "a"),
        ({"a": [1.5]}, "a[0]"),
        ({"é": 1}, ""),
        ({"a": {"b\0": 1}}, "a"),
    ],
)
def test_the_member_at_fault_is_named(value: Json, path: str) -> None:
    """The path leads to the first member that the form does not allow."""
    with pytest.raises(Malformed) as refusal:
        check(value)
    assert refusal.value.path == path


def _nested(depth: int) -> Json:
    value: Json = []
    for _ in range(depth - 1):
        value = [value]
    return value


def test_depth_has_a_limit() -> None:
    """32 levels are written and read; 33 are neither, nor are very many."""
    assert parse(canonical(_nested(MAX_DEPTH))) == _nested(MAX_DEPTH)
    with pytest.raises(Malformed, match="deeper"):
        canonical(_nested(MAX_DEPTH + 1))
    with pytest.raises(Malformed):
        parse(b"[" * 200_000 + b"]" * 200_000)


@pytest.mark.parametrize("text", ["x" * 20 + "9" * 20, "[" * 40, "\u0001", "\\u0000"])
def test_texts_that_look_like_trouble_are_read(text: str) -> None:
    """Long digits, brackets and escapes within a text are no fault of it."""
    assert parse(canonical({"a": text})) == {"a": text}

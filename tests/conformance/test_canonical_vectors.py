"""The canonical form against RFC 8785's test data and the reference library, in both implementations."""

import json
from functools import partial
from pathlib import Path
from unicodedata import normalize

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

import custody.canonical
import custody_verifier.canonical
from tests.conformance.implementations import LEDGER, VERIFIER, Implementation, both

FOLDER = Path(__file__).parents[1] / "vectors/third_party/jcs"
NAMES = sorted(path.stem for path in (FOLDER / "input").glob("*.json"))

OUTSIDE_OF_THE_FORM = {
    "french": "member names beyond ASCII",
    "unicode": "text that is not NFC (a letter and a combining ring)",
    "values": "numbers that are not integers within 2^53-1",
    "weird": "member names beyond ASCII",
}

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0")).map(partial(normalize, "NFC"))
names = st.text(st.characters(min_codepoint=1, max_codepoint=127))
numbers = st.integers(-(2**53) + 1, 2**53 - 1)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=20,
)


def test_every_triple_is_accounted_for() -> None:
    """The set has six triples; those outside of our form are named with the reason."""
    assert ["arrays", "french", "structures", "unicode", "values", "weird"] == NAMES
    assert OUTSIDE_OF_THE_FORM.keys() < set(NAMES)


@both
@pytest.mark.parametrize("name", NAMES)
def test_a_triple_of_the_set(implementation: Implementation, name: str) -> None:
    """Output that is in our form is read and written again byte for byte; the rest is refused."""
    output = bytes.fromhex("".join((FOLDER / f"outhex/{name}.txt").read_text().split()))
    assert output == (FOLDER / f"output/{name}.json").read_bytes().rstrip(b"\n")
    if name in OUTSIDE_OF_THE_FORM:
        with pytest.raises(implementation.refusals):
            implementation.read_canonical(output)
    else:
        assert json.loads((FOLDER / f"input/{name}.json").read_text()) == implementation.read_canonical(
            output
        )


@given(values)
def test_both_writers_are_equal_to_the_reference_library(value: custody.canonical.Json) -> None:
    """For every value of our form the bytes are those of the reference library, and both readers take them."""
    expected = rfc8785.dumps(value)
    assert expected == custody.canonical.canonical(value)
    assert expected == custody.canonical.canonical_trusted(value)
    assert expected == custody_verifier.canonical.write(value)
    assert value == LEDGER.read_canonical(expected) == VERIFIER.read_canonical(expected)


NOT_CANONICAL = {
    "space": b'{"a": 1}',
    "newline at the end": b"{}\n",
    "order": b'{"b":1,"a":2}',
    "a name twice": b'{"a":1,"a":1}',
    "a float": b"1.0",
    "an exponent": b"1e2",
    "minus zero": b"-0",
    "NaN": b"NaN",
    "infinity": b"[Infinity]",
    "too large": b"9007199254740992",
    "too small": b"[-9007199254740992]",
    "five thousand digits": b"1" * 5000,
    "an escape that is not needed": b'"\\u0041"',
    "upper-case escape": b'"\\u001F"',
    "a solidus escaped": b'"\\/"',
    "NUL": b'"\\u0000"',
    "NUL in a name": b'{"\\u0000":1}',
    "a lone surrogate": b'"\\ud800"',
    "a lone surrogate in a list": b'["\\udfff"]',
    "a surrogate pair escaped": b'"\\ud83d\\ude02"',
    "surrogates in UTF-8": b'"\xed\xa0\x80"',
    "not UTF-8": b'"\xff"',
    "overlong UTF-8": b'"\xc0\x80"',
    "byte order mark": b"\xef\xbb\xbf{}",
    "not NFC": '"A\u030a"'.encode(),
    "not NFC in a list": '[["A\u030a"]]'.encode(),
    "name beyond ASCII": '{"\u00e9":1}'.encode(),
    "33 lists": b"[" * 33 + b"]" * 33,
    "33 objects": b'{"a":' * 33 + b"1" + b"}" * 33,
    "a hundred thousand lists": b"[" * 100_000,
    "nothing": b"",
    "two values": b"1 2",
    "a comma too many": b"[1,]",
    "unquoted": b"{a:1}",
}


@both
@pytest.mark.parametrize("data", NOT_CANONICAL.values(), ids=NOT_CANONICAL.keys())
def test_what_is_not_canonical_is_refused(implementation: Implementation, data: bytes) -> None:
    """Bytes that are not exactly the canonical form are refused."""
    with pytest.raises(implementation.refusals):
        implementation.read_canonical(data)


CANONICAL = {
    "32 lists": b"[" * 32 + b"]" * 32,
    "the largest": b"[9007199254740991,-9007199254740991]",
    "escapes": b'"\\b\\t\\n\\f\\r\\u000f\\\\\\""',
    "many lists side by side": b"[" + b",".join([b"[]"] * 100) + b"]",
    "a long number in text": b'["12345678901234567890"]',
    "Ukrainian": '{"name":"Оксана"}'.encode(),
    "beyond the first plane": '"\U0001f602"'.encode(),
}


@both
@pytest.mark.parametrize("data", CANONICAL.values(), ids=CANONICAL.keys())
def test_what_is_canonical_is_read(implementation: Implementation, data: bytes) -> None:
    """Canonical bytes are read as any JSON reader would."""
    assert json.loads(data) == implementation.read_canonical(data)


@given(st.binary(max_size=40))
def test_both_readers_are_total_and_agree(data: bytes) -> None:
    """Whatever the bytes, both readers give the same value or both refuse."""
    found: list[object] = []
    for implementation in (LEDGER, VERIFIER):
        try:
            found.append(implementation.read_canonical(data))
        except implementation.refusals:
            found.append("refused")
    assert found[0] == found[1]

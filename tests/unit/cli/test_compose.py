"""What the client composes is what every reader of the format reads, and nothing else."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody import act as the_domains
from custody.canonical import canonical
from custody_cli.compose import (
    FIRST,
    Composed,
    Draft,
    Place,
    Signer,
    claimed,
    compose,
    in_utc,
    path_of,
    sign,
)
from custody_cli.faults import Misuse
from custody_cli.keys import Key, new_key
from custody_verifier.canonical import Json
from custody_verifier.entry import check_disclosure, check_signature, read_entry
from custody_verifier.merkle import leaf_hash, root_by_path, root_of
from custody_verifier.note import Checkpoint

LEDGER = "ab" * 32
EXHIBIT = "exhibit/6f0d2c34-9a3e-4f1b-8f6d-0a4f6c1b2d3e"
PERSON = "person/0a4f6c1b-9a3e-4f1b-8f6d-6f0d2c342d3e"


def signer(key: Key) -> Signer:
    """Return somebody who has seen three entries."""
    return Signer(
        person=PERSON,
        key=key,
        ledger=LEDGER,
        seen=Checkpoint("x/00000000", 3, bytes(32)),
        occurred_at="2026-11-22T10:14:00+02:00",
    )


def composed(opened: dict[str, Json], place: Place = FIRST, key: Key | None = None) -> Composed:
    """Return an act with these values."""
    draft = Draft(type="exhibit.moved.v1", stream=EXHIBIT, public={"a": [1, None]}, opened=opened)
    return compose(draft, place, signer(key or new_key("act")))


def entry_of(submission: dict[str, Json]) -> bytes:
    """Return the entry that a ledger would make of what is sent."""
    return canonical(
        {
            "act": submission["act"],
            "assigned": {},
            "recorded_at": "2026-11-22T08:14:01.000000Z",
            "signature": submission["signature"],
        }
    )


@given(
    st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True), st.text(max_size=40), max_size=5)
)
def test_the_domain_reads_what_the_client_composes(values: dict[str, str]) -> None:
    """For any text that is allowed, act and disclosures are read by the ledger's own reader, value for value."""
    usable = {name: text for name, text in values.items() if "\0" not in text and text.isprintable()}
    made = composed({**usable})
    act = the_domains.read_act(made.act)
    disclosures = the_domains.read_disclosures(made.disclosures, act)

    assert act.message == made.message
    assert act.hash == made.hash
    assert the_domains.opened(disclosures) == {
        name: unicodedata.normalize("NFC", text) for name, text in usable.items()
    }


def test_text_is_normalised_by_the_client() -> None:
    """What the person typed in another normal form is signed in form C, as the server demands."""
    made = composed({"place": {"site": "и\u0306"}})

    assert json.loads(json.dumps(made.disclosures))[0][2] == {"site": "й"}


def test_salts_are_never_used_twice() -> None:
    """Each value of each act has a salt of its own."""
    salts = [
        str(each[0])
        for _ in range(3)
        for each in composed({"a": "x", "b": "x"}).disclosures
        if isinstance(each, list)
    ]

    assert len(set(salts)) == 6


def test_one_act_is_signed_by_itself() -> None:
    """The signature is over the act message, by the key that the act names."""
    key = new_key("act")
    made = composed({"a": "x"}, key=key)
    entry = read_entry(entry_of(sign([made], key)[0]))

    check_signature(entry, "ed25519", key.spki)
    assert entry.signature.batch is None
    assert check_disclosure(entry.act, made.disclosures[0]) == ("a", "x")


@pytest.mark.parametrize("count", [2, 3, 5, 8])
def test_many_acts_are_signed_at_once(count: int) -> None:
    """Each act of a batch proves its place under the one signature."""
    key = new_key("act")
    acts = [composed({"a": str(at)}, Place(at + 2, "cd" * 32), key) for at in range(count)]
    submissions = sign(acts, key)

    for submission in submissions:
        check_signature(read_entry(entry_of(submission)), "ed25519", key.spki)
    values = {str(each["signature"]["value"]) for each in submissions if isinstance(each["signature"], dict)}
    assert len(values) == 1


@given(st.lists(st.binary(max_size=3), min_size=1, max_size=40), st.data())
def test_paths_lead_to_the_root(messages: list[bytes], data: st.DataObject) -> None:
    """For any batch and place, the path leads to the root by the verifier's definition."""
    leaves = [leaf_hash(each) for each in messages]
    index = data.draw(st.integers(0, len(leaves) - 1))

    assert root_by_path(leaves[index], index, len(leaves), path_of(leaves, index)) == root_of(leaves)


@pytest.mark.parametrize("value", ["a\0b", "a\ud800", 2**60])
def test_what_the_form_does_not_allow_is_told_before_anything_is_sent(value: Json) -> None:
    """NUL, half a surrogate pair and large numbers are refused with the path of the member."""
    with pytest.raises(Misuse) as told:
        composed({"a": value})

    assert told.value.key == "value.form"


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01T00:00", "2026-11-22T10:14:60+02:00"])
def test_a_time_that_is_none_is_refused(text: str) -> None:
    """A claimed time is a date and a time that exist."""
    with pytest.raises(Misuse):
        claimed(text)


def test_a_time_without_an_offset_is_local() -> None:
    """The offset is written, as the format demands."""
    assert claimed("2026-11-22T10:14").startswith("2026-11-22T10:14:00")
    assert claimed("2026-11-22T10:14")[19] in "+-"
    assert claimed("2026-11-22T10:14:00+02:00") == "2026-11-22T10:14:00+02:00"


def test_utc_is_written_as_an_offset() -> None:
    """`Z` is read, and written as the format's `+00:00`."""
    assert claimed("2026-11-22T10:14:00Z") == "2026-11-22T10:14:00+00:00"


@pytest.mark.parametrize("count", [0, 1001])
def test_a_batch_has_bounds(count: int) -> None:
    """Nothing is not signed, and neither are more acts than a ledger takes."""
    key = new_key("act")
    one = composed({}, key=key)

    with pytest.raises(Misuse):
        sign([one] * count, key)


def test_a_time_is_given_as_a_recorded_instant() -> None:
    """In UTC with six digits, as `untrusted_since` is; what is no time, or none in UTC, is refused."""
    assert in_utc("2026-11-22T10:14:00+02:00") == "2026-11-22T08:14:00.000000Z"
    assert in_utc("2026-11-22T10:14").endswith(":14:00.000000Z")
    for text in ("yesterday", "2026-13-01T00:00", "0001-01-01T00:00:00+14:00"):
        with pytest.raises(Misuse):
            in_utc(text)

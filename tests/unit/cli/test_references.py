"""References as people read them aloud: a wrong or swapped character is found before the server is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.references import write_reference
from custody_cli.faults import Misuse
from custody_cli.references import Reference, read, uuid_in

CASES = st.from_regex(r"[A-Z0-9]{1,8}(-[A-Z0-9]{1,8}){0,3}", fullmatch=True)


@given(CASES, st.integers(1, 10**6))
def test_references_are_those_of_the_ledger(case: str, ordinal: int) -> None:
    """The client and the domain write the same reference, and the client reads it."""
    reference = Reference(case, ordinal)

    assert str(reference) == write_reference(case, ordinal)
    assert read(str(reference)) == reference
    assert read(str(reference).lower()) == reference


@given(CASES, st.integers(1, 999), st.data())
def test_one_wrong_character_is_found(case: str, ordinal: int, data: st.DataObject) -> None:
    """Any single letter or digit that is read wrongly breaks the check character."""
    text = str(Reference(case, ordinal))
    places = [at for at, sign in enumerate(text) if sign.isalnum()]
    place = data.draw(st.sampled_from(places))
    signs = (
        "0123456789"
        if place > text.index("/") and place < len(text) - 1
        else "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    )
    wrong = data.draw(st.sampled_from([each for each in signs if each != text[place]]))

    with pytest.raises(Misuse):
        read(text[:place] + wrong + text[place + 1 :])


@pytest.mark.parametrize("text", ["", "UKR2-25", "UKR2-25/7-K", "UKR2_25/007-K", "UKR2-25/007"])
def test_another_form_is_refused(text: str) -> None:
    """It is told as a form, not as something that is not there."""
    with pytest.raises(Misuse) as told:
        read(text)
    assert told.value.key == "reference.form"


def test_uuids_are_told_from_references() -> None:
    """A uuid may stand alone or with its kind."""
    uuid = "6f0d2c34-9a3e-4f1b-8f6d-0a4f6c1b2d3e"

    assert uuid_in(uuid, "case") == uuid
    assert uuid_in(f"case/{uuid}", "case") == uuid
    assert uuid_in(f"exhibit/{uuid}", "case") is None
    assert uuid_in("UKR2-25", "case") is None

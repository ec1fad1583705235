"""Each error is made of facts, keeps them, and says them in its message."""

from __future__ import annotations

import inspect

import pytest

from custody import errors
from custody.errors import CustodyError

FACTS: dict[type[CustodyError], CustodyError] = {
    type(each): each
    for each in (
        errors.Malformed("a.b", "is not text"),
        errors.TooLarge("entry", size=2, limit=1),
        errors.RuleBroken("case.closed", "The case is closed.", case="case/1"),
        errors.SignatureRefused("does not verify"),
        errors.Unauthenticated("has ended"),
        errors.NotPermitted("role.in-case", "no role"),
        errors.NotFound("case", "case/1"),
        errors.NotYet("receipt.not-published", "not published"),
        errors.DigestMismatch("file", expected="aa", measured="bb"),
        errors.KeyReused("k-1"),
        errors.SeenTooOld(size=5, seconds=901),
        errors.StaleStream("case/1", version=3, previous="ab"),
        errors.AlreadyTaken("seal"),
        errors.OffsetMismatch(offset=5, given=7),
        errors.Busy("bundle.under-way", "somebody else is having this bundle made"),
        errors.Unavailable("s3"),
        errors.ClockBehind(3),
        errors.NoRoom(needed=2, free=1),
        errors.WritesRefused("restored backup"),
        errors.OutcomeUnknown("append"),
        errors.ContentAltered("file", expected="aa", measured="bb"),
        errors.ChainBroken(7, "is missing"),
        errors.NotProven("inclusion"),
        errors.ForkSeen(size=5, ours="aa", theirs="bb"),
    )
}
LEAVES = [
    found
    for _name, found in inspect.getmembers(errors, inspect.isclass)
    if issubclass(found, CustodyError) and "__init__" in vars(found) and found is not CustodyError
]


@pytest.mark.parametrize("leaf", LEAVES)
def test_an_error_says_its_facts(leaf: type[CustodyError]) -> None:
    """The message is in the exception, its code is its own, and each text among the facts is in the message."""
    found = FACTS[leaf]
    assert str(found) == found.message
    assert found.code
    shown = {name: fact for name, fact in found.facts.items() if name not in {"case", "previous"}}
    assert all(str(fact) in found.message for fact in shown.values() if isinstance(fact, str))


def test_codes_are_distinct() -> None:
    """No two errors have one code."""
    codes = [leaf.code for leaf in LEAVES]
    assert len(set(codes)) == len(codes)

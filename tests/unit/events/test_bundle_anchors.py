"""Which anchors go with a bundle: for each entry the narrowest bracket that each party gives."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.bundling import anchors as choosing
from events.bundling.anchors import chosen
from events.timestamping.anchors import Anchor
from tests.support.trees import LOG, OTHER, WITNESS, Signer

TEXT = "custody.example/5f1a2b3c\n{}\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"


def _anchor(size: int, tsas: Sequence[str] = (), witnesses: Sequence[Signer] = ()) -> Anchor:
    text = TEXT.format(size)
    lines = [LOG.line(text), *(who.line(text, 1_000) for who in witnesses)]
    note = f"{text}\n{''.join(lines)}".encode()
    return Anchor(size, note, tuple((tsa, b"token") for tsa in tsas))


def _sizes(found: Sequence[Anchor]) -> list[int]:
    return [each.size for each in found]


def test_the_smallest_token_that_holds_an_entry() -> None:
    """Of several tokens the first one over the entry says the earliest moment; an entry at 5 is in a tree of 6."""
    known = [_anchor(size, ["a"]) for size in (5, 6, 9)]
    assert [6] == _sizes(chosen(known, [5], 9))


def test_the_largest_cosigned_size_that_does_not_hold_it() -> None:
    """Of several cosignatures the last one before the entry says the latest moment at which it was not there."""
    known = [_anchor(size, witnesses=[WITNESS]) for size in (3, 5, 6, 9)]
    assert [5] == _sizes(chosen(known, [5], 9))


def test_each_party_counts_by_itself() -> None:
    """A reader may trust one of two TSAs and one of two witnesses only."""
    known = [
        _anchor(2, witnesses=[OTHER]),
        _anchor(4, witnesses=[WITNESS]),
        _anchor(7, ["a"]),
        _anchor(8, ["b"]),
        _anchor(9, ["a", "b"], [WITNESS, OTHER]),
    ]
    assert [2, 4, 7, 8] == _sizes(chosen(known, [5], 9))


def test_nothing_is_beyond_the_checkpoint_and_nothing_is_idle() -> None:
    """Anchors larger than the bundle's checkpoint, and those that neither stamp nor cosign, stay out."""
    known = [_anchor(4), _anchor(9, ["a"]), _anchor(12, ["a"], [WITNESS])]
    assert [9] == _sizes(chosen(known, [5, 8], 9))
    assert () == chosen(known, [5], 8)
    assert () == chosen(known, [], 20)


@given(
    known=st.dictionaries(st.integers(1, 40), st.tuples(st.booleans(), st.booleans()), max_size=20),
    indexes=st.sets(st.integers(0, 39), min_size=1),
    size=st.integers(1, 40),
)
def test_brackets_are_as_narrow_as_with_all_anchors(
    known: dict[int, tuple[bool, bool]], indexes: set[int], size: int
) -> None:
    """Leaving the others out changes no bracket of any entry, and each one that is given is needed."""
    every = [_anchor(at, ["a"] * stamped, [WITNESS] * cosigned) for at, (stamped, cosigned) in known.items()]
    found = chosen(every, sorted(indexes), size)
    usable = [each for each in every if each.size <= size]
    needed = set()
    for index in indexes:
        before = min((each.size for each in usable if known[each.size][0] and each.size > index), default=0)
        after = max((each.size for each in usable if known[each.size][1] and each.size <= index), default=0)
        needed |= {before, after} - {0}
    assert sorted(needed) == _sizes(found)


def test_too_many_are_thinned_and_the_last_token_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bundle has room for so many sizes; every entry keeps a token that holds it."""
    monkeypatch.setattr(choosing, "MOST", 10)
    known = [_anchor(size, ["a"]) for size in range(1, 101)]
    found = _sizes(chosen(known, range(100), 100))
    assert 10 <= len(found) <= 12
    assert 100 in found

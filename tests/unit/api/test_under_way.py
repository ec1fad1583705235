"""Who may have which bundle made now: one for each person, each for one person."""

from __future__ import annotations

import pytest

from api import problems
from api.bundles.under_way import UnderWay
from api.messages import LANGUAGES
from api.operations import Operation
from custody.errors import Busy
from custody.values import PersonId, StreamName

TARAS, OLENA = PersonId("person/taras"), PersonId("person/olena")
ONE, TWO = StreamName("bundle/1"), StreamName("bundle/2")


def operation(person: PersonId, name: str) -> Operation:
    """Return an operation that is under way."""
    return Operation(id=name, person=person, kind="bundle", state="running", done=0, total=None, unit="bytes")


def asked(under_way: UnderWay, bundle: StreamName, person: PersonId, name: str) -> str:
    """Ask for a bundle; return the operation that makes it, whose name is given if it is begun."""
    return under_way.join_or(
        bundle, person, lambda: operation(person, name), lambda known: operation(person, known)
    ).id


def test_what_is_under_way_is_joined_by_its_person() -> None:
    """Asked for twice, the same operation; after its end another."""
    under_way = UnderWay()

    assert ["a", "a"] == [asked(under_way, ONE, TARAS, name) for name in "ab"]
    under_way.ended(ONE)
    assert "c" == asked(under_way, ONE, TARAS, "c")


@pytest.mark.parametrize(
    ("bundle", "person", "rule"),
    [(TWO, TARAS, "bundle.one-at-a-time"), (ONE, OLENA, "bundle.under-way")],
)
def test_who_has_to_wait_is_told_for_what(bundle: StreamName, person: PersonId, rule: str) -> None:
    """Nobody takes all threads, and nobody sees another's operation; the reason is told in both languages."""
    under_way = UnderWay()
    asked(under_way, ONE, TARAS, "a")

    with pytest.raises(Busy) as refusal:
        under_way.require_room(bundle, person)
    with pytest.raises(Busy):
        asked(under_way, bundle, person, "b")

    problem = problems.of_error(refusal.value)
    assert (409, rule) == (problem.status, problem.rule)
    for language, words in LANGUAGES.items():
        document = problem.document(language, None)
        assert (words.titles["busy"], words.rules[rule]) == (document["title"], document["detail"])
    under_way.ended(ONE)
    assert "b" == asked(under_way, bundle, person, "b")


def test_others_do_not_wait_for_one_person() -> None:
    """Another person's other bundle is begun."""
    under_way = UnderWay()

    assert ["a", "b"] == [asked(under_way, ONE, TARAS, "a"), asked(under_way, TWO, OLENA, "b")]

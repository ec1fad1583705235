"""Rules of bundles: their way from request to acknowledgement, and those that may not be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from custody.canonical import Json
from custody.errors import RuleBroken
from custody.states import BundleState
from tests.support.breaking.bundles import (
    BUNDLE,
    BUNDLES,
    acknowledge,
    asked_for,
    issue,
    seal,
)
from tests.support.breaking.table import (
    REASON,
)
from tests.support.story import CASE, Story, usual


def test_a_bundle_goes_from_request_to_acknowledgement() -> None:
    """Sealed once, issued twice, acknowledged for either issue, also once the case is closed."""
    story, request = asked_for()
    story.tell("taras", "case.closed.v1", CASE, {}, REASON)
    sealed = seal(story, request)
    issues = [issue(story, sealed), issue(story, sealed)]
    for issued, by in zip(issues, ("petro", "taras"), strict=True):
        acknowledge(story, issued, by)
    state = story.state(BUNDLE)
    assert isinstance(state, BundleState)
    assert (state.request, state.sealed, state.issues) == (request, sealed, frozenset(issues))
    assert (state.version, state.case, state.exhibits) == (6, CASE, ())
    assert story.world.findings == []


@pytest.mark.parametrize(("tell", "rule"), BUNDLES)
def test_a_bundle_that_may_not_be(tell: Callable[[Story], object], rule: str) -> None:
    """Who asks for what, and what the service says of it, is refused by its rule."""
    with pytest.raises(RuleBroken) as refusal:
        tell(usual())
    assert refusal.value.rule == rule


def test_a_lying_ledger_seals_twice() -> None:
    """Of two sealings the first counts, and the second is found."""
    story, request = asked_for()
    sealed = seal(story, request)
    public: dict[str, Json] = dict(story.entries[-1].entry.act.public)
    story.record(story.compose("service", "bundle.sealed.v1", BUNDLE, public))
    state = story.state(BUNDLE)
    assert isinstance(state, BundleState)
    assert state.sealed == sealed
    assert [each.code for each in story.world.findings] == ["bundle.request"]

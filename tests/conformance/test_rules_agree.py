"""The ledger's rules and the verifier's, written apart, name the same broken rule, and find the same in any story."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from custody.act import opened, write_entry
from custody.errors import RuleBroken
from custody.ports import Submission
from custody.replay import replay
from custody.rules import RULES, Decision
from custody_verifier.continuity import Continuity
from custody_verifier.entry import read_entry
from custody_verifier.verdict import Findings
from custody_verifier.world import World
from tests.support.breaking.bundles import BUNDLES
from tests.support.breaking.stories import BREAKS
from tests.support.composing import Officer, recompose
from tests.support.story import Story, usual
from tests.unit.custody.test_hostile_entries import STORY, _committed, hostile_acts

CLOCKS = {"clock.ahead", "clock.correction"}  # judged beside the rules; the vectors of faults have them
Caught = list[tuple[Story, Submission]]


@pytest.fixture
def caught(monkeypatch: pytest.MonkeyPatch) -> Caught:
    """Keep each act that the rules refuse, with the story before it."""
    found: Caught = []
    judge = Story.judge

    def keep(story: Story, submission: Submission) -> Decision:
        try:
            return judge(story, submission)
        except RuleBroken:
            found.append((story, submission))
            raise

    monkeypatch.setattr(Story, "judge", keep)
    return found


def _judged(story: Story) -> World:
    world = World(Findings())
    for recorded, values in zip(story.entries, story.values, strict=True):
        world.take(recorded.index, read_entry(recorded.entry.data), values)
    return world


@pytest.mark.parametrize("rule", sorted(RULES.keys() - CLOCKS))
def test_the_same_rule_is_broken(rule: str, caught: Caught) -> None:
    """An act that the ledger refuses by a rule, recorded by a lying one, is found by that rule and no other."""
    _require_found(BREAKS[rule], rule, caught)


@pytest.mark.parametrize(("tell", "rule"), BUNDLES)
def test_the_same_is_refused_of_bundles(tell: Callable[[Story], object], rule: str, caught: Caught) -> None:
    """A bundle that the ledger refuses, recorded by a lying one, is found by that rule and no other."""
    _require_found(lambda: tell(usual()), rule, caught)


def _require_found(tell: Callable[[], object], rule: str, caught: Caught) -> None:
    with pytest.raises(RuleBroken):
        tell()
    story, submission = caught[-1]
    world = _judged(story)
    before = set(world.findings.found)
    entry = write_entry(
        submission.act, submission.signature, recorded_at=story.now + timedelta(seconds=1), ordinal=None
    )
    world.take(len(story.entries), read_entry(entry.data), opened(submission.disclosures))
    codes = {code for _, code, _ in world.findings.found.keys() - before}
    assert codes - {"order.seen-ahead", "clock.ahead", "order.chain"} == {rule}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(hostile_acts())
def test_the_same_is_found_in_a_story_with_an_altered_act(change: tuple[int, dict, dict]) -> None:  # type: ignore[type-arg]
    """Question, code and entries are those of the ledger's own replay, also for what follows the altered act."""
    place, public, values = change
    story = Story(entries=[], people=dict(STORY.people))
    for recorded in STORY.entries:
        act, disclosures = recorded.entry.act, STORY.disclosures[recorded.index]
        if recorded.index == place:
            disclosures, body = _committed(values)
            act, _same = recompose(act, (), {"body": body, "public": public})
        story.record(Officer.of("taras").sign(act, disclosures), ordinal=recorded.entry.ordinal)
    theirs = replay(story.entries, story.values.__getitem__, verify=lambda _entry, _key: None).findings
    world, continuity = _judged(story), Continuity(Findings())
    world.close()
    for recorded, opened_values in zip(story.entries, story.values, strict=True):
        continuity.take(recorded.index, read_entry(recorded.entry.data), opened_values)
    continuity.close()
    found = {
        each for each in world.findings.found if each[1] != "signature.not-checked"
    }  # the ledger verifies apart
    ours = {(question.value, code, entries) for question, code, entries in found}
    assert ours == {(each.question.value, each.code, each.entries) for each in theirs}

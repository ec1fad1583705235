"""Each rule of the table is broken once, by an act that breaks it and no other; and what holds for every act."""

from __future__ import annotations

from datetime import timedelta

import pytest

from custody.canonical import Json
from custody.errors import Malformed, RuleBroken
from custody.rules import RULES, judge
from tests.support import examples
from tests.support.breaking.stories import BREAKS
from tests.support.breaking.table import (
    REASON,
)
from tests.support.composing import uuid_of
from tests.support.story import CASE, usual


@pytest.mark.parametrize("rule", sorted(RULES))
def test_breaks_the_rule(rule: str) -> None:
    """The story that is entered for a rule is refused by that rule, in the words of the table."""
    with pytest.raises(RuleBroken) as refusal:
        BREAKS[rule]()
    assert (refusal.value.rule, refusal.value.reason) == (rule, RULES[rule].english)


def test_every_rule_is_broken_and_no_other() -> None:
    """The stories are exactly those of the table."""
    assert set(RULES) == set(BREAKS)


def test_the_clock_is_corrected_on_the_ledgers_own_stream() -> None:
    """An administrator corrects the clock on the ledger's stream and on no other."""
    story = usual()
    public: dict[str, Json] = {"previous_recorded_at": story.entries[-1].entry.recorded_at}
    with pytest.raises(RuleBroken, match=r"act\.wrong-stream"):
        story.tell("olena", "ledger.clock-corrected.v1", f"ledger/{uuid_of('other')}", public, REASON)
    with pytest.raises(RuleBroken, match=r"role\.administrator"):
        story.tell("taras", "ledger.clock-corrected.v1", f"ledger/{uuid_of('ledger')}", public, REASON)
    story.now -= timedelta(hours=1)
    story.tell("olena", "ledger.clock-corrected.v1", f"ledger/{uuid_of('ledger')}", public, REASON)
    assert [finding.code for finding in story.world.findings] == ["time.clock-corrected"]


def test_withheld_values_are_not_judged() -> None:
    """A verifier without the values judges what is public, and finds nothing to take."""
    story = usual()
    exhibit = f"exhibit/{uuid_of('x')}"
    acts = [
        story.compose("taras", "exhibit.received.v1", exhibit, examples.intake(CASE), examples.physical()),
        story.compose("taras", "case.opened.v1", f"case/{uuid_of('second')}", {}, examples.case("X-1")),
    ]
    assert [judge(each.act, None, story.world).unique for each in acts] == [(), ()]
    assert [story.judge(each).unique for each in acts] == [(("seal", "A-100"),), (("case-reference", "X-1"),)]


def test_late_acts_say_why() -> None:
    """An act that is marked late has a reason for that in its body."""
    story = usual()
    public: dict[str, Json] = {"late": True}
    with pytest.raises(Malformed, match="late_reason"):
        story.tell("taras", "case.closed.v1", CASE, public, REASON)
    story.tell("taras", "case.closed.v1", CASE, public, {**REASON, "late_reason": "no network"})

"""Entries of a hostile ledger, at random: whatever stands in them, judging them ends with findings."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custody.act import Disclosure, read_act
from custody.canonical import Json
from custody.catalogue import CATALOGUE
from custody.continuity import judge_exhibit
from custody.errors import Malformed
from custody.history import OpenEntry, case_record, exhibit_record, person_record
from custody.replay import replay
from custody.values import ExhibitId, to_base64url
from tests.support.composing import Officer, recompose
from tests.support.entry_vectors.whole_story import whole_story
from tests.support.story import Story

STORY = whole_story()
WORDS = st.sampled_from(
    [
        *(each.entry.act.stream for each in STORY.entries),
        *(each.entry.act.hash for each in STORY.entries),
        *(each.entry.act.key for each in STORY.entries),
        "officer",
        "digital",
        "match",
        "2026-11-22T10:00:00+02:00",
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)


@st.composite
def hostile_acts(draw: st.DrawFn) -> tuple[int, dict[str, Json], dict[str, Json]]:
    """Draw the place of an act in the story, and changes of its public members and of its values."""
    place = draw(st.integers(0, len(STORY.entries) - 1))
    act = STORY.entries[place].entry.act
    known = CATALOGUE[act.type].public
    public = {name: draw(st.just(value) | ANYTHING) for name, value in act.public.items()}
    if draw(st.booleans()) and known:
        public.pop(draw(st.sampled_from(sorted(known))), None)
    values = {name: draw(st.just(value) | ANYTHING) for name, value in STORY.values[place].items()}
    return place, public, values


def _committed(values: dict[str, Json]) -> tuple[tuple[Disclosure, ...], dict[str, Json]]:
    found = tuple(Disclosure(to_base64url(bytes(16)), name, value) for name, value in sorted(values.items()))
    return found, {each.name: each.commitment() for each in found}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(hostile_acts(), min_size=1, max_size=4))
def test_judging_never_raises(changes: list[tuple[int, dict[str, Json], dict[str, Json]]]) -> None:
    """Replay, continuity and history take altered acts in place of others and go on to the end."""
    story = Story(entries=[], people=dict(STORY.people))
    altered = {place: (public, values) for place, public, values in changes}
    for recorded in STORY.entries:
        act, disclosures = recorded.entry.act, STORY.disclosures[recorded.index]
        if recorded.index in altered:
            public, values = altered[recorded.index]
            disclosures, body = _committed(values)
            act, _same = recompose(act, (), {"body": body, "public": public})
        story.record(Officer.of("taras").sign(act, disclosures), ordinal=recorded.entry.ordinal)
    for opened_of in (story.values.__getitem__, lambda _index: None):
        assert replay(story.entries, opened_of).findings
    _read_all(story)


def _read_all(story: Story) -> None:
    streams = {each.entry.act.stream for each in story.entries}
    for stream in sorted(streams):
        entries = [
            OpenEntry(each, story.values[each.index])
            for each in story.entries
            if each.entry.act.stream == stream
        ]
        judge_exhibit(ExhibitId(stream), entries)
        for record in (person_record, case_record, exhibit_record):
            try:
                record(entries)
            except Malformed:
                continue


@given(ANYTHING)
def test_an_act_is_read_or_malformed(value: Json) -> None:
    """Any JSON in an act's place is refused as malformed."""
    try:
        read_act(value)
    except Malformed:
        return
    raise AssertionError(value)

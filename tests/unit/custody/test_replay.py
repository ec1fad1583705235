"""Replay: what a hostile or broken ledger recorded is found, named by question, code and entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from custody.act import Seen
from custody.canonical import Json
from custody.errors import Malformed, SignatureRefused
from custody.ports import Recorded
from custody.replay import Replayed, Verify, World, replay
from custody.states import KeyState
from custody.values import StreamName
from custody.verdict import Question, Weight
from tests.support import examples
from tests.support.composing import Officer, SigningKey, recompose, uuid_of
from tests.support.story import CASE, Story, usual

REASON: dict[str, Json] = {"reason": "as the head of unit ordered"}


def _trusting(_recorded: Recorded, _key: KeyState) -> None:
    """Take every signature."""


def _codes(found: Replayed) -> list[tuple[str, tuple[int, ...]]]:
    return [(each.code, each.entries) for each in found.findings]


def _closing(story: Story, **changes: Json) -> Recorded:
    first = story.compose("taras", "case.closed.v1", CASE, {}, REASON)
    return story.record(story.person("taras").sign(*recompose(first.act, first.disclosures, changes)))


def test_an_honest_story_holds() -> None:
    """No finding, and a check of order and authorship for each entry."""
    story = usual()
    story.receive(case=CASE)
    found = replay(story.entries, verify=_trusting)
    assert found.findings == ()
    assert found.checks[Question.ORDER] == found.checks[Question.AUTHORSHIP] == len(story.entries)
    assert found.checks[Question.CONTINUITY] == 1
    assert set(found.seen.values()) <= set(range(len(story.entries)))


def test_nothing_replayed_is_nothing_checked() -> None:
    """Of no entries nothing is said."""
    assert replay([], verify=_trusting).checks == {}


def test_without_signatures_authorship_is_not_checked() -> None:
    """Who judges no signature says so."""
    (finding,) = replay(usual().entries).findings
    assert (finding.question, finding.code, finding.weight) == (
        Question.AUTHORSHIP,
        "signature.not-checked",
        Weight.NOT_CHECKED,
    )


@pytest.mark.parametrize("fault", [SignatureRefused("does not verify"), Malformed("signature", "is short")])
def test_a_refused_signature_names_its_entry(fault: Exception) -> None:
    """The verifier's refusal becomes a finding on that entry alone."""
    story = usual()

    def verify(recorded: Recorded, _key: KeyState) -> None:
        if recorded.index == 3:
            raise fault

    found: Verify = verify
    assert _codes(replay(story.entries, verify=found)) == [("signature.refused", (3,))]


def test_a_missing_entry_is_found() -> None:
    """Leaving out the last act of a stream but one breaks indexes and chain."""
    story = usual()
    story.receive(case=CASE)
    rest = [*story.entries[:5], *story.entries[6:]]
    codes = {code for code, _entries in _codes(replay(rest, verify=_trusting))}
    assert {"order.gap", "order.chain"} <= codes


def test_time_that_goes_back_is_found() -> None:
    """`recorded_at` never decreases without a correction."""
    story = usual()
    story.now -= timedelta(hours=1)
    story.tell("taras", "case.closed.v1", CASE, {}, REASON)
    assert _codes(replay(story.entries, verify=_trusting)) == [
        ("time.recorded-backwards", (len(story.entries) - 1,))
    ]


def test_a_correction_that_names_another_time_is_found() -> None:
    """A correction of the clock names the newest entry's time."""
    story = usual()
    public: dict[str, Json] = {"previous_recorded_at": "2026-11-22T08:00:00.000000Z"}
    story.tell("olena", "ledger.clock-corrected.v1", f"ledger/{uuid_of('ledger')}", public, REASON)
    codes = [code for code, _entries in _codes(replay(story.entries, verify=_trusting))]
    assert codes == ["time.clock-corrected", "clock.correction"]


def test_an_act_from_the_future_is_found() -> None:
    """Over five minutes ahead of the ledger's clock is impossible."""
    story = usual()
    _closing(story, occurred_at="2026-11-22T23:00:00+02:00")
    assert _codes(replay(story.entries, verify=_trusting)) == [("clock.ahead", (14 - 2,))]


def test_a_checkpoint_that_was_old_is_found() -> None:
    """An act on a tree outgrown more than 15 minutes before, not marked late, should not have been recorded."""
    story = usual()
    submission = story.compose("taras", "case.closed.v1", CASE, {}, REASON)
    story.receive(case=CASE)
    story.now += timedelta(minutes=20)
    last = story.record(submission)
    assert _codes(replay(story.entries, verify=_trusting)) == [("order.seen-old", (last.index,))]


def test_a_checkpoint_from_the_future_is_found() -> None:
    """Nobody has seen a tree that holds what they are about to sign."""
    story = usual()
    last = _closing(story, seen={"root": "A" * 43 + "=", "size": 999})
    assert _codes(replay(story.entries, verify=_trusting)) == [("order.seen-ahead", (last.index,))]


def test_a_key_taken_twice_is_found() -> None:
    """Two persons with one key would be one."""
    story = usual()
    taras = story.person("taras")
    puppet = f"person/{uuid_of('puppet')}"
    public: dict[str, Json] = {"key": taras.key.public(), "session_key": None}
    story.record(story.compose("olena", "person.enrolled.v1", puppet, public, examples.enrolled("puppet")))
    assert _codes(replay(story.entries, verify=_trusting)) == [("unique.key", (len(story.entries) - 1,))]


def test_a_seal_taken_twice_is_found_where_it_is_opened() -> None:
    """Two exhibits under one seal number: seen by who has the values, hidden from who has not."""
    story = usual()
    story.receive("one", case=CASE, seal="A-1")
    story.receive("two", case=CASE, seal="A-1")
    opened = replay(story.entries, story.values.__getitem__, verify=_trusting)
    assert [code for code, _entries in _codes(opened)] == ["unique.seal"]
    assert _codes(replay(story.entries, verify=_trusting)) == []


def test_a_reported_key_makes_its_acts_unchecked() -> None:
    """Acts of a key since the moment it is reported compromised prove nothing about who acted."""
    story = usual()
    olena, spare = story.person("olena"), SigningKey.of("spare")
    assert olena.ledger is not None
    story.tell(
        "olena", "person.key-added.v1", olena.person, examples.key_added(spare, olena.ledger, olena.person)
    )
    again = story.person("olena").with_key(spare)
    story.tell(again, "person.confirmed.v1", olena.person, {"key": spare.fingerprint})
    taras = story.person("taras")
    since = story.entries[10].entry.recorded_at
    for officer in (taras, olena):
        public: dict[str, Json] = {"key": officer.key.fingerprint, "untrusted_since": since}
        again = replace(story.person("olena"), key=spare)
        story.tell(again, "person.key-revoked.v1", officer.person, public, REASON)
    found = replay(story.entries, verify=_trusting)
    assert {each.weight for each in found.findings} == {Weight.NOT_CHECKED}
    signers = {story.entries[each.entries[0]].entry.act.key for each in found.findings}
    assert signers == {taras.key.fingerprint, olena.key.fingerprint}
    assert all(each.entries[0] >= 10 for each in found.findings)


# --- what no honest ledger records ----------------------------------------------------------------------


def _after_malformed(story: Story) -> Iterator[Recorded]:
    exhibit = story.receive(case=CASE)
    yield story.record(story.compose("taras", "exhibit.case-corrected.v1", exhibit, {"case": []}, REASON))
    yield story.record(story.compose("taras", "exhibit.moved.v1", exhibit, {}, {}))


def _unknown_first(story: Story) -> Iterator[Recorded]:
    exhibit = f"exhibit/{uuid_of('x')}"
    yield story.record(story.compose("taras", "exhibit.received.v2", exhibit))
    yield story.record(story.compose("taras", "case.praised.v1", CASE))


def _founded_again(story: Story) -> Iterator[Recorded]:
    public = examples.founding(story.person("olena"), story.person("service"))
    stream = f"ledger/{uuid_of('second')}"
    yield story.record(story.compose("olena", "ledger.founded.v1", stream, public, {"deployment": "x"}))


def _too_many(story: Story) -> Iterator[Recorded]:
    public = examples.founding(story.person("olena"), story.person("service"))
    public["log"] = [examples.VKEY] * 11
    stream = f"ledger/{uuid_of('second')}"
    yield story.record(story.compose("olena", "ledger.founded.v1", stream, public, {"deployment": "x"}))


def _confirmed_unknown(story: Story) -> Iterator[Recorded]:
    taras = story.person("taras")
    yield story.record(story.compose("taras", "person.confirmed.v1", taras.person, {"key": "00" * 32}))
    public: dict[str, Json] = {"proposal": "00" * 32}
    yield story.record(story.compose("olena", "person.recovery-approved.v1", taras.person, public))


@pytest.mark.parametrize(
    ("hostile", "codes"),
    [
        (_after_malformed, ["act.malformed", "act.malformed"]),
        (_unknown_first, ["act.unknown-type", "act.unknown-type", "act.unknown-type"]),
        (_founded_again, ["ledger.founded-once"]),
        (_too_many, ["act.malformed"]),
        (_confirmed_unknown, ["key.not-awaiting", "recovery.unknown"]),
    ],
)
def test_hostile_entries_are_findings(
    hostile: Callable[[Story], Iterator[Recorded]], codes: list[str]
) -> None:
    """Whatever was recorded, replay ends with findings."""
    story = usual()
    list(hostile(story))
    assert [code for code, _entries in _codes(replay(story.entries, verify=_trusting))] == codes


def test_a_ledger_that_begins_otherwise_is_no_ledger() -> None:
    """Entry 0 is a founding; after anything else nobody is known."""
    story = Story()
    story.record(story.compose("taras", "case.opened.v1", CASE, {}, examples.case()))
    story.record(story.compose("taras", "case.opened.v1", f"case/{uuid_of('b')}", {}, examples.case("B")))
    codes = [code for code, _entries in _codes(replay(story.entries, verify=_trusting))]
    assert codes == ["act.other-ledger", "actor.unknown"]


# --- a part of a ledger -----------------------------------------------------------------------------------


def _part(story: Story, *streams: str) -> Replayed:
    scope = {StreamName(each) for each in streams}
    entries = [each for each in story.entries if each.entry.act.stream in scope]
    return replay(entries, verify=_trusting, scope=scope)


def test_a_part_with_all_that_it_rests_on_holds() -> None:
    """Whole streams of an exhibit, its case, its people and the ledger are enough; gaps are no fault."""
    story = usual()
    story.receive("first", case=CASE, seal=None)
    exhibit = story.receive("second", case=CASE)
    people = [Officer.of(name).person for name in ("taras", "iryna", "petro", "olena")]
    ledger = f"ledger/{uuid_of('ledger')}"
    assert _part(story, ledger, CASE, exhibit, *people).findings == ()


def test_a_part_without_a_person_is_not_checked() -> None:
    """What rests on a stream that is not at hand is neither right nor wrong."""
    story = usual()
    exhibit = story.receive(case=CASE)
    found = _part(story, f"ledger/{uuid_of('ledger')}", CASE, exhibit)
    assert {(each.code, each.weight) for each in found.findings} == {
        ("order.stream-missing", Weight.NOT_CHECKED)
    }


def test_numbers_ascend_also_in_a_part() -> None:
    """In a part numbers may be missing between, and never fall."""
    story = usual()
    one = f"exhibit/{uuid_of('one')}"
    two = f"exhibit/{uuid_of('two')}"
    for exhibit, ordinal in ((one, 5), (two, 4)):
        body = examples.physical(None)
        story.record(
            story.compose("taras", "exhibit.received.v1", exhibit, examples.intake(CASE), body),
            ordinal=ordinal,
        )
    people = [Officer.of(name).person for name in ("taras", "iryna", "petro")]
    found = _part(story, f"ledger/{uuid_of('ledger')}", CASE, one, two, *people)
    assert _codes(found) == [("order.ordinal", (len(story.entries) - 1,))]


def test_what_signers_saw_is_collected() -> None:
    """Each claimed head is there once, with the first entry that claims it."""
    story = usual()
    last = story.tell("taras", "case.closed.v1", CASE, {}, REASON)
    seen = last.entry.act.seen
    assert isinstance(seen, Seen)
    assert replay(story.entries, verify=_trusting).seen[(seen.size, seen.root)] == last.index


def test_the_place_of_an_unreadable_entry_is_left() -> None:
    """Whoever reads the bytes skips an entry that is none; later entries keep their places."""
    story = usual()
    world = World()
    world.skip()
    assert (world.ledger_id, world.ledger_stream, world.findings) == (None, None, [])
    world = World()
    for recorded in story.entries[:-1]:
        world.take(recorded)
    world.skip()
    last = _closing(story)
    world.take(last)
    assert {finding.code for finding in world.findings} == {"order.chain"}  # of the case; and no gap


def test_streams_that_begin_with_an_unknown_type_go_on() -> None:
    """Of such a stream only the chain is followed."""
    story = usual()
    exhibit = f"exhibit/{uuid_of('x')}"
    story.record(story.compose("taras", "exhibit.received.v2", exhibit))
    story.record(story.compose("taras", "exhibit.praised.v1", exhibit))
    state = story.state(exhibit)
    assert state is not None
    assert state.version == 2


def test_a_revocation_of_a_key_that_nobody_has_changes_nothing() -> None:
    """A hostile ledger may record it; the founder's keys stay as entry 0 has them."""
    story = usual()
    olena = story.person("olena").person
    public: dict[str, Json] = {"key": "00" * 32, "untrusted_since": None}
    story.record(story.compose("olena", "person.key-revoked.v1", olena, public, REASON))
    story.tell("olena", "person.amended.v1", olena, {}, {"name": "Олена", **REASON})
    assert [finding.code for finding in story.world.findings] == ["key.not-theirs"]

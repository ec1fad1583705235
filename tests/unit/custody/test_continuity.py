"""Continuity of an exhibit's steps: told by a ledger, or declared by a form that somebody filled in wrongly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from custody.canonical import Json
from custody.continuity import Step, judge_exhibit, judge_steps
from custody.errors import RuleBroken
from custody.history import OpenEntry
from custody.values import ExhibitId
from tests.support import examples
from tests.support.composing import uuid_of
from tests.support.story import CASE, Story, usual

FILE = uuid_of("file")


def _open(story: Story, exhibit: str) -> list[OpenEntry]:
    return [
        OpenEntry(each, story.values[each.index])
        for each in story.entries
        if each.entry.act.stream == exhibit
    ]


def _codes(story: Story, exhibit: str) -> list[str]:
    return [each.code for each in judge_exhibit(ExhibitId(exhibit), _open(story, exhibit)).findings]


def _accept(story: Story, exhibit: str, offer: str, **changes: Json) -> None:
    body = examples.acceptance() | changes
    story.tell("iryna", "transfer.accepted.v1", exhibit, {"offer": offer}, body)


def test_a_clean_story_has_rows_and_no_findings() -> None:
    """Intake, move and transfer give three rows, with who released and who received."""
    story = usual()
    exhibit = story.receive(case=CASE, seal=None)
    story.tell(
        "taras", "exhibit.moved.v1", exhibit, {}, {"place": examples.ELSEWHERE, "reason": "laboratory"}
    )
    _accept(story, exhibit, story.offer(exhibit, "iryna"))
    found = judge_exhibit(ExhibitId(exhibit), _open(story, exhibit))
    taras, iryna = story.person("taras").person, story.person("iryna").person
    assert found.findings == ()
    assert [(row.kind, row.released_by, row.received_by, row.purpose) for row in found.rows] == [
        ("intake", None, taras, "found"),
        ("move", taras, taras, "laboratory"),
        ("transfer", taras, iryna, "laboratory"),
    ]
    assert found.checks == 3


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "continuity.seal-not-checked"),
        ({"seal": {"intact": True, "number": "A-101"}}, "continuity.seal-mismatch"),
        ({"seal": {"intact": False, "number": "A-100"}}, "continuity.seal-broken"),
    ],
)
def test_seals_are_compared(changes: dict[str, Json], code: str) -> None:
    """What the receiver found of the seal is compared with what was applied at intake."""
    story = usual()
    exhibit = story.receive(case=CASE, seal="A-100")
    _accept(story, exhibit, story.offer(exhibit, "iryna"), **changes)
    assert _codes(story, exhibit) == [code]


def test_a_seal_where_none_was_recorded_is_a_mismatch() -> None:
    """A receiver who finds a seal on an exhibit without one has found something else."""
    story = usual()
    exhibit = story.receive(case=CASE, seal=None)
    _accept(story, exhibit, story.offer(exhibit, "iryna"), seal={"intact": True, "number": "Z-1"})
    assert _codes(story, exhibit) == ["continuity.seal-mismatch"]


@pytest.mark.parametrize("recorded", ["A-100", None])
def test_a_finding_on_a_seal_holds_no_number(recorded: str | None) -> None:
    """Verdicts are read by administrators and are kept: a disclosed value is in none of them."""
    story = usual()
    exhibit = story.receive(case=CASE, seal=recorded)
    _accept(story, exhibit, story.offer(exhibit, "iryna"), seal={"intact": True, "number": "Z-999"})
    (found,) = judge_exhibit(ExhibitId(exhibit), _open(story, exhibit)).findings
    assert (found.code, "Z-999" in found.text, "A-100" in found.text) == (
        "continuity.seal-mismatch",
        False,
        False,
    )


def test_a_withheld_seal_is_not_compared() -> None:
    """Without the intake's values a seal found later is no mismatch."""
    story = usual()
    exhibit = story.receive(case=CASE, seal="A-100")
    _accept(story, exhibit, story.offer(exhibit, "iryna"), seal={"intact": True, "number": "A-101"})
    first, *rest = _open(story, exhibit)
    found = judge_exhibit(ExhibitId(exhibit), [OpenEntry(first.recorded, {}), *rest])
    assert (found.findings, found.rows[0].purpose) == ((), None)


@pytest.mark.parametrize(
    ("outcome", "codes"),
    [
        ("match", []),
        ("mismatch", ["continuity.rehash-mismatch"]),
        ("not-checked", ["continuity.rehash-not-checked"]),
    ],
)
def test_rehash_outcomes(outcome: str, codes: list[str]) -> None:
    """What the receiver measured stays with the exhibit."""
    story = usual()
    exhibit = story.receive(case=CASE, files=[FILE])
    offer = story.offer(exhibit, "iryna")
    _accept(story, exhibit, offer, rehash=examples.acceptance([FILE], outcome)["rehash"])
    assert _codes(story, exhibit) == codes


def test_an_unanswered_offer_is_noted() -> None:
    """Until it is answered, an offer is shown; the offerer stays answerable."""
    story = usual()
    exhibit = story.receive(case=CASE)
    story.offer(exhibit, "iryna")
    assert _codes(story, exhibit) == ["continuity.offer-open"]


def test_late_records_marks_and_corrections_are_noted() -> None:
    """A record made long after the act, an act in error and a corrected case are seen by everyone."""
    story = usual()
    second = story.open_case("second", reference="UKR3-25")
    story.now += timedelta(days=2)
    stream = f"exhibit/{uuid_of('x')}"
    at = "2026-11-24T10:00:01+02:00"
    public = examples.intake(CASE) | {"late": True}
    body = examples.physical() | {"late_reason": "no network"}
    story.tell("taras", "exhibit.received.v1", stream, public, body, at)
    act = story.entries[-1].entry.act.hash
    correction: dict[str, Json] = {"case": second, "from": CASE}
    story.tell("taras", "exhibit.case-corrected.v1", stream, correction, {"reason": "wrong case"})
    mark: dict[str, Json] = {"act": act, "duplicate_of": None}
    story.tell("taras", "exhibit.recorded-in-error.v1", stream, mark, {"reason": "not ours"})
    assert _codes(story, stream) == [
        "continuity.before-intake",
        "continuity.recorded-in-error",
        "continuity.case-corrected",
        "continuity.late",
    ]


def test_a_record_long_after_the_act_is_late_without_saying_so() -> None:
    """Over 15 minutes between the two clocks are shown as late, marked or not."""
    story = usual()
    exhibit = f"exhibit/{uuid_of('x')}"
    submission = story.compose(
        "taras", "exhibit.received.v1", exhibit, examples.intake(CASE), examples.physical()
    )
    story.now += timedelta(minutes=16)
    story.record(submission, ordinal=1)
    assert _codes(story, exhibit) == ["continuity.late"]


def test_an_empty_stream_has_no_intake() -> None:
    """No entries at all are a finding, and no step was judged."""
    found = judge_exhibit(ExhibitId(f"exhibit/{uuid_of('x')}"), [])
    assert ([each.code for each in found.findings], found.checks) == (["exhibit.unknown"], 0)


def test_hostile_entries_are_findings() -> None:
    """Entries that no honest ledger would record give findings, never an exception."""
    story = usual()
    exhibit = story.receive(case=CASE)
    story.record(story.compose("iryna", "transfer.accepted.v1", exhibit, {"offer": 7}, {"seal": None}))
    story.record(story.compose("taras", "exhibit.praised.v1", exhibit))
    story.record(story.compose("taras", "exhibit.case-corrected.v1", exhibit, {"case": CASE}))
    story.record(story.compose("taras", "exhibit.recorded-in-error.v1", exhibit, {"act": []}))
    assert _codes(story, exhibit) == [
        "act.malformed",
        "continuity.no-receiver",
        "continuity.custodian",
        "act.unknown-type",
        "continuity.seal-not-checked",
    ]


# --- a filled form ------------------------------------------------------------------------------------
# A tracking form as it is filled in practice: one item released a month before it was seized, rows in which
# releaser and receiver are the same, columns swapped, and an item that nobody took in.

SEIZED = datetime.fromisoformat("2023-12-03T09:30:00+02:00")


def _row(
    item: str, at: str | None, released: str | None, received: str | None, kind: str = "transfer"
) -> Step:
    instant = None if at is None else datetime.fromisoformat(f"{at}T10:00:00+02:00")
    return Step(item=item, kind=kind, at=instant, released_by=released, received_by=received)


FORM: dict[str, tuple[list[Step], list[str]]] = {
    "001": (
        [
            _row("001", "2023-12-03", None, "Milburn", "intake"),
            _row("001", "2023-12-02", "Milburn", "Collins"),
        ],
        ["continuity.before-collection", "continuity.order"],
    ),
    "002": (
        [_row("002", "2023-12-04", "Collins", "Collins")],
        ["exhibit.unknown", "continuity.same-person"],
    ),
    "003": (
        [
            _row("003", "2023-12-03", None, "Collins", "intake"),
            _row("003", "2023-12-05", "Milburn", "Collins"),
        ],
        ["continuity.custodian"],
    ),
    "004": ([], ["exhibit.unknown"]),
    "005": ([_row("005", None, None, None, "intake")], ["continuity.no-time", "continuity.no-receiver"]),
    "006": (
        [_row("006", "2023-12-03", None, "Collins", "intake"), _row("006", "2023-12-05", "Collins", None)],
        ["continuity.no-receiver"],
    ),
}


@pytest.mark.parametrize("item", sorted(FORM))
def test_each_fault_of_a_filled_form_is_flagged(item: str) -> None:
    """Declared rows are judged like our own, and each fault is named."""
    steps, codes = FORM[item]
    assert [each.code for each in judge_steps(item, steps, SEIZED).findings] == codes


def _seized() -> tuple[Story, str]:
    story = usual()
    exhibit = f"exhibit/{uuid_of('001')}"
    public = examples.intake(CASE, collected_at="2026-11-22T09:30:00+02:00")
    story.tell(
        "taras", "exhibit.received.v1", exhibit, public, examples.physical(), "2026-11-22T10:00:00+02:00"
    )
    return story, exhibit


def _released_before_seizure() -> object:
    story, exhibit = _seized()
    public: dict[str, Json] = {"to": story.person("iryna").person}
    at = "2026-10-22T10:00:00+02:00"
    return story.tell("taras", "transfer.offered.v1", exhibit, public, examples.offer(), at)


def _to_oneself() -> object:
    story, exhibit = _seized()
    return story.offer(exhibit, "taras")


def _released_by_another() -> object:
    story, exhibit = _seized()
    return story.offer(exhibit, "petro", by="iryna")


def _without_intake() -> object:
    story, _exhibit = _seized()
    return story.offer(f"exhibit/{uuid_of('004')}", "iryna")


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (_released_before_seizure, "continuity.order"),
        (_to_oneself, "continuity.same-person"),
        (_released_by_another, "continuity.custodian"),
        (_without_intake, "exhibit.unknown"),
    ],
)
def test_each_fault_of_a_filled_form_is_refused_live(fault: Callable[[], object], rule: str) -> None:
    """The same faults cannot be recorded at all."""
    with pytest.raises(RuleBroken) as refusal:
        fault()
    assert refusal.value.rule == rule

"""Stories that break the rules of cases, exhibits, and their way from hand to hand."""

from __future__ import annotations

from custody.canonical import Json
from tests.support import examples
from tests.support.breaking.table import (
    FILE,
    REASON,
    Breaking,
    offered,
    person_of,
)
from tests.support.composing import uuid_of
from tests.support.story import CASE, Story, usual

breaks = Breaking()


# --- cases ---------------------------------------------------------------------------------------------


@breaks("case.unknown")
def _() -> object:
    return usual().receive(case=f"case/{uuid_of('no case')}")


@breaks("case.closed")
def _() -> object:
    story = usual()
    story.tell("petro", "case.closed.v1", CASE, {}, REASON)
    return story.receive(case=CASE)


@breaks("case.not-closed")
def _() -> object:
    return usual().tell("taras", "case.reopened.v1", CASE, {}, REASON)


@breaks("case.member-known")
def _() -> None:
    usual().add_member(CASE, "iryna", "custodian")


def remove(story: Story, name: str, role: str, by: str = "taras") -> object:
    """End a role in the case."""
    public: dict[str, Json] = {"person": person_of(name), "role": role}
    return story.tell(by, "case.member-removed.v1", CASE, public, REASON)


@breaks("case.member-unknown")
def _() -> object:
    return remove(usual(), "iryna", "auditor")


@breaks("case.last-officer")
def _() -> object:
    return remove(usual(), "taras", "officer", by="olena")


@breaks("person.inactive")
def _() -> None:
    story = usual()
    story.tell("olena", "person.deactivated.v1", person_of("petro"), {}, REASON)
    story.add_member(CASE, "petro", "auditor")


# --- exhibits ------------------------------------------------------------------------------------------


def amend(
    story: Story, exhibit: str, by: str = "taras", values: dict[str, Json] | None = None, **more: Json
) -> object:
    """Amend values of an exhibit."""
    return story.tell(by, "exhibit.amended.v1", exhibit, {}, {**(values or {}), **more, **REASON})


@breaks("exhibit.unknown")
def _() -> object:
    return amend(usual(), f"exhibit/{uuid_of('nothing')}", title="x")


@breaks("exhibit.file-count")
def _() -> object:
    story = usual()
    public = examples.intake(CASE, "digital")
    return story.tell("taras", "exhibit.received.v1", f"exhibit/{uuid_of('x')}", public, examples.digital([]))


@breaks("exhibit.other-kind")
def _() -> object:
    story = usual()
    return amend(story, story.receive(case=CASE, files=[FILE]), hazards="needles")


@breaks("exhibit.file-unknown")
def _() -> object:
    story = usual()
    exhibit = story.receive(case=CASE, files=[FILE])
    other = uuid_of("another file")
    found = examples.digital([other])[f"files/{other}/found"]
    return amend(story, exhibit, values={f"files/{other}/found": found})


def mark(story: Story, exhibit: str, act: str, duplicate_of: str | None = None) -> object:
    """Mark an act on an exhibit as recorded in error."""
    public: dict[str, Json] = {"act": act, "duplicate_of": duplicate_of}
    return story.tell("taras", "exhibit.recorded-in-error.v1", exhibit, public, REASON)


def intake_of(story: Story) -> str:
    """Return the hash of the newest act."""
    return story.entries[-1].entry.act.hash


@breaks("exhibit.in-error")
def _() -> object:
    story = usual()
    exhibit = story.receive(case=CASE)
    mark(story, exhibit, intake_of(story))
    return amend(story, exhibit, title="x")


@breaks("exhibit.act-unknown")
def _() -> object:
    story, exhibit, offer = offered()
    return mark(story, exhibit, offer)


@breaks("exhibit.already-in-error")
def _() -> object:
    story = usual()
    exhibit = story.receive(case=CASE)
    amend(story, exhibit, title="x")
    act = intake_of(story)
    mark(story, exhibit, act)
    return mark(story, exhibit, act)


@breaks("exhibit.duplicate")
def _() -> object:
    story = usual()
    exhibit = story.receive(case=CASE)
    return mark(story, exhibit, intake_of(story), duplicate_of=exhibit)


def correct(story: Story, exhibit: str, case: str, before: str = CASE) -> object:
    """Put an exhibit into another case."""
    public: dict[str, Json] = {"case": case, "from": before}
    case_id = case
    submission = story.compose("taras", "exhibit.case-corrected.v1", exhibit, public, REASON)
    decision = story.judge(submission)
    assert decision.ordinal_for == case_id
    return story.record(submission, ordinal=1)


@breaks("exhibit.same-case")
def _() -> object:
    story = usual()
    return correct(story, story.receive(case=CASE), CASE)


@breaks("exhibit.from-case")
def _() -> object:
    story = usual()
    second = story.open_case("second", reference="UKR3-25")
    return correct(story, story.receive(case=CASE), CASE, before=second)


# --- continuity ----------------------------------------------------------------------------------------


@breaks("continuity.order")
def _() -> object:
    story = usual()
    exhibit = story.receive(case=CASE)
    body: dict[str, Json] = {"title": "x", **REASON}
    return story.tell("taras", "exhibit.amended.v1", exhibit, {}, body, "2026-11-22T09:59:00+02:00")


@breaks("continuity.before-collection")
def _() -> object:
    story = usual()
    public = examples.intake(CASE, collected_at="2026-12-03T09:00:00+02:00")
    return story.tell("taras", "exhibit.received.v1", f"exhibit/{uuid_of('x')}", public, examples.physical())


@breaks("continuity.custodian")
def _() -> object:
    story = usual()
    return story.offer(story.receive(case=CASE), "petro", by="iryna")


@breaks("continuity.same-person")
def _() -> object:
    story = usual()
    return story.offer(story.receive(case=CASE), "taras")


@breaks("transfer.already-offered")
def _() -> object:
    story, exhibit, _offer = offered()
    return story.offer(exhibit, "petro")


@breaks("transfer.receiver")
def _() -> object:
    story = usual()
    return story.offer(story.receive(case=CASE), "olena")


def answer(story: Story, exhibit: str, by: str, word: str, offer: str) -> object:
    """Accept, decline or withdraw an offer."""
    body = examples.acceptance() if word == "accepted" else REASON
    return story.tell(by, f"transfer.{word}.v1", exhibit, {"offer": offer}, body)


@breaks("transfer.not-open")
def _() -> object:
    story, exhibit, offer = offered()
    answer(story, exhibit, "taras", "withdrawn", offer)
    return answer(story, exhibit, "iryna", "accepted", offer)


@breaks("transfer.addressee")
def _() -> object:
    story, exhibit, offer = offered()
    return answer(story, exhibit, "petro", "accepted", offer)


@breaks("transfer.offerer")
def _() -> object:
    story, exhibit, offer = offered()
    return answer(story, exhibit, "iryna", "withdrawn", offer)


def accept_digital(body: dict[str, Json]) -> object:
    """Accept an exhibit that has a file."""
    story = usual()
    exhibit = story.receive(case=CASE, files=[FILE])
    offer = story.offer(exhibit, "iryna")
    return story.tell("iryna", "transfer.accepted.v1", exhibit, {"offer": offer}, body)


@breaks("transfer.rehash")
def _() -> object:
    return accept_digital(examples.acceptance())


@breaks("outcome.worst")
def _() -> object:
    rehash: Json = {"files": {FILE: "mismatch"}, "outcome": "match", "remarks": None}
    return accept_digital(examples.acceptance() | {"rehash": rehash})

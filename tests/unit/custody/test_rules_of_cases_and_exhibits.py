"""Rules of cases and exhibits, and of what the service records of them, beside those that a story breaks."""

from __future__ import annotations

import pytest

from custody.canonical import Json
from custody.errors import RuleBroken
from tests.support import examples
from tests.support.breaking.exhibits import accept_digital, amend, answer, correct, intake_of, mark, remove
from tests.support.breaking.table import (
    FILE,
    NOBODY,
    REASON,
    offered,
    person_of,
)
from tests.support.composing import uuid_of
from tests.support.story import CASE, Story, usual


def test_an_exhibit_moves_to_the_right_case() -> None:
    """An officer of both cases corrects the case; from then on the new case's roles count."""
    story = usual()
    second = story.open_case("second", reference="UKR3-25")
    exhibit = story.receive(case=CASE)
    correct(story, exhibit, second)
    with pytest.raises(RuleBroken, match=r"transfer\.receiver"):
        story.offer(exhibit, "iryna")
    assert story.world.findings == []


@pytest.mark.parametrize("word", ["declined", "withdrawn"])
def test_only_the_parties_end_an_offer(word: str) -> None:
    """A third person neither declines nor withdraws."""
    story, exhibit, offer = offered()
    with pytest.raises(RuleBroken):
        answer(story, exhibit, "petro", word, offer)


def test_a_mismatch_may_be_accepted() -> None:
    """A receiver who finds other bytes may still take the exhibit, and says so."""
    assert accept_digital(examples.acceptance([FILE], "mismatch"))


def test_a_service_is_no_member_of_a_case() -> None:
    """The service holds no role in a case."""
    with pytest.raises(RuleBroken, match=r"role\.service"):
        usual().add_member(CASE, "service", "auditor")


def test_nobody_makes_themself_a_member() -> None:
    """An officer of a case takes no further role in it by their own hand."""
    with pytest.raises(RuleBroken, match=r"person\.not-oneself"):
        usual().add_member(CASE, "taras", "custodian")


def test_members_leave() -> None:
    """A custodian leaves, and the last officer of a closed case may."""
    story = usual()
    remove(story, "iryna", "custodian")
    story.tell("taras", "case.closed.v1", CASE, {}, REASON)
    remove(story, "taras", "officer", by="olena")
    assert story.world.findings == []


def test_case_is_amended_by_its_officer() -> None:
    """What describes a case may be amended; a closed case stays as it is."""
    story = usual()
    story.tell("taras", "case.amended.v1", CASE, {}, {"title": "Склад", **REASON})
    story.tell("taras", "case.closed.v1", CASE, {}, REASON)
    with pytest.raises(RuleBroken, match=r"case\.closed"):
        story.tell("taras", "case.amended.v1", CASE, {}, {"title": "Склад", **REASON})


def test_a_duplicate_is_marked_with_the_other() -> None:
    """A duplicate intake names the exhibit that stands; it can still be moved and handed over."""
    story = usual()
    first, second = story.receive("one", case=CASE), story.receive("two", case=CASE, seal=None)
    mark(story, second, intake_of(story), duplicate_of=first)
    story.tell("taras", "exhibit.moved.v1", second, {}, {"place": examples.PLACE, "reason": None})
    story.offer(second, "iryna")
    assert story.world.findings == []


def test_a_custodian_amends_what_they_hold() -> None:
    """The custodian amends without being an officer, and not once they are an administrator."""
    story, exhibit, offer = offered()
    answer(story, exhibit, "iryna", "accepted", offer)
    amend(story, exhibit, by="iryna", title="x")
    with pytest.raises(RuleBroken, match=r"role\.in-case"):
        amend(story, exhibit, by="petro", title="x")


def test_the_service_records_only_files_of_the_exhibit() -> None:
    """An access names a file of the exhibit; a check has an outcome for files of the exhibit, and their worst."""
    story = usual()
    exhibit = story.receive(case=CASE, files=[FILE])
    access = exhibit.replace("exhibit", "access")
    public: dict[str, Json] = {"exhibit": exhibit, "person": person_of("petro"), "what": "download"}
    story.tell(
        "service", "access.recorded.v1", access, public, {"file": FILE, "purpose": None, "session": "s"}
    )
    with pytest.raises(RuleBroken, match=r"exhibit\.file-unknown"):
        story.tell(
            "service",
            "access.recorded.v1",
            access,
            public,
            {"file": uuid_of("x"), "purpose": None, "session": "s"},
        )


def _check(story: Story, exhibit: str, outcome: str, file: str = FILE, by: str | None = None) -> object:
    public: dict[str, Json] = {"exhibit": exhibit, "outcome": outcome, "requested_by": by}
    files: Json = {file: {"cause": None, "measured_sha256": None, "outcome": "match"}}
    stream = exhibit.replace("exhibit", "fixity")
    return story.tell("service", "fixity.checked.v1", stream, public, {"files": files, "tool": "custody 0.1"})


def test_a_file_check_says_its_worst_outcome() -> None:
    """The outcome of a file check is the worst of its files, which are the exhibit's."""
    story = usual()
    exhibit = story.receive(case=CASE, files=[FILE])
    _check(story, exhibit, "match", by=person_of("petro"))
    with pytest.raises(RuleBroken, match=r"outcome\.worst"):
        _check(story, exhibit, "mismatch")
    with pytest.raises(RuleBroken, match=r"exhibit\.file-unknown"):
        _check(story, exhibit, "match", file=uuid_of("x"))
    with pytest.raises(RuleBroken, match=r"person\.unknown"):
        _check(story, exhibit, "match", by=NOBODY)

"""Rules of which one break is not enough: each further way to break one, recorded by a ledger that lies."""

from __future__ import annotations

from custody.canonical import Json
from custody.ports import Submission
from custody_verifier.entry import read_entry
from custody_verifier.verdict import Findings
from custody_verifier.world import World
from tests.support import examples
from tests.support.composing import Officer, recompose, uuid_of
from tests.support.story import CASE, Story, usual

FILE = uuid_of("file")
ELSEWHERE = f"ledger/{uuid_of('elsewhere')}"


def _found(story: Story) -> set[str]:
    """Return what is found of a story's last entry."""
    world = World(Findings())
    for recorded, values in zip(story.entries, story.values, strict=True):
        world.findings = Findings()
        world.take(recorded.index, read_entry(recorded.entry.data), values)
    return {code for _, code in world.findings.codes()}


def _last(story: Story, submission: Submission) -> set[str]:
    story.record(submission)
    return _found(story)


def test_members_of_a_case() -> None:
    """An officer adds neither themself nor the service; somebody else may be added."""
    for who, expected in (
        ("taras", {"person.not-oneself"}),
        ("service", {"role.service"}),
        ("petro", set()),
    ):
        story = usual()
        member: dict[str, Json] = {"person": story.person(who).person, "role": "custodian"}
        act = story.compose("taras", "case.member-added.v1", CASE, member, {"reason": None})
        assert _last(story, act) == expected


def test_a_person_is_enrolled_by_an_administrator() -> None:
    """An officer enrols nobody."""
    for who, expected in (("taras", {"role.administrator"}), ("olena", set())):
        story = usual()
        new = Officer.of("new")
        act = story.compose(
            who, "person.enrolled.v1", new.person, examples.enrolment(new), examples.enrolled("new")
        )
        assert _last(story, act) == expected


def test_a_founding_that_names_a_ledger() -> None:
    """Nothing was there before a founding: it names no ledger, and no tree that was seen."""
    story = Story()
    founder, service = story.person("olena"), story.person("service")
    public, body = examples.founding(founder, service), {"deployment": "Kyiv office"}
    stream, at = f"ledger/{uuid_of('ledger')}", story.now.isoformat()
    made = founder.act("ledger.founded.v1", stream, public, dict[str, Json](body), occurred_at=at)
    seen: Json = {"root": "A" * 43 + "=", "size": 1}
    for members, expected in (
        ({}, set()),
        ({"ledger": "0" * 64, "seen": seen}, {"act.other-ledger", "order.seen-ahead"}),
    ):
        told = Story()
        act, disclosures = recompose(*made, dict[str, Json](members))
        assert _last(told, founder.sign(act, disclosures)) == expected


def test_a_clock_is_corrected_in_the_ledgers_own_stream() -> None:
    """An administrator corrects the clock, in the stream in which the ledger was founded."""
    own = f"ledger/{uuid_of('ledger')}"
    for who, stream, expected in (
        ("taras", own, {"role.administrator"}),
        ("olena", ELSEWHERE, {"act.wrong-stream"}),
        ("olena", own, set()),
    ):
        story = usual()
        newest = story.entries[-1].entry.recorded_at
        named: dict[str, Json] = {"previous_recorded_at": newest}
        act = story.compose(who, "ledger.clock-corrected.v1", stream, named, {"reason": "x"})
        assert _last(story, act) == expected | {"time.clock-corrected"}


def test_answers_to_an_offer() -> None:
    """Only the addressee declines; who holds an exhibit accepts it from nobody."""
    for who, expected in (("petro", {"transfer.addressee"}), ("iryna", set())):
        story = usual()
        exhibit = story.receive(case=CASE)
        declined: dict[str, Json] = {"offer": story.offer(exhibit, "iryna")}
        act = story.compose(who, "transfer.declined.v1", exhibit, declined, {"reason": "x"})
        assert _last(story, act) == expected
    story = usual()
    exhibit = story.receive(case=CASE)
    own: dict[str, Json] = {"to": story.person("taras").person}
    act = story.compose("taras", "transfer.offered.v1", exhibit, own, examples.offer())
    assert _last(story, act) == {"continuity.same-person"}
    answer: dict[str, Json] = {"offer": act.act.hash}
    act = story.compose("taras", "transfer.accepted.v1", exhibit, answer, examples.acceptance())
    assert _last(story, act) == {"continuity.same-person"}


def test_access_to_a_file() -> None:
    """What was looked at is a file of the exhibit."""
    story = usual()
    exhibit = story.receive(case=CASE, files=[FILE])
    public: dict[str, Json] = {"exhibit": exhibit, "person": story.person("petro").person, "what": "view"}
    stream = exhibit.replace("exhibit", "access")
    for file, expected in ((FILE, set()), (None, set()), (uuid_of("other"), {"exhibit.file-unknown"})):
        body: dict[str, Json] = {"file": file, "purpose": None, "session": "s-1"}
        assert _last(story, story.compose("service", "access.recorded.v1", stream, public, body)) == expected


def test_checks_of_files() -> None:
    """A check is of the exhibit's files, asked for by somebody who is known, and as good as its worst file."""
    story = usual()
    exhibit = story.receive(case=CASE, files=[FILE])
    petro, nobody = story.person("petro").person, f"person/{uuid_of('nobody')}"
    stream = exhibit.replace("exhibit", "fixity")
    for asker, file, outcome, expected in (
        (None, FILE, "match", set()),
        (petro, FILE, "match", set()),
        (nobody, FILE, "match", {"person.unknown"}),
        (petro, uuid_of("other"), "match", {"exhibit.file-unknown"}),
        (petro, FILE, "mismatch", {"outcome.worst"}),
    ):
        public: dict[str, Json] = {"exhibit": exhibit, "outcome": outcome, "requested_by": asker}
        files: Json = {file: {"cause": None, "measured_sha256": None, "outcome": "match"}}
        body: dict[str, Json] = {"files": files, "tool": "custody 0.1"}
        assert _last(story, story.compose("service", "fixity.checked.v1", stream, public, body)) == expected

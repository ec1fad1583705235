"""The verifier's judge where no vector reaches: signatures of many, bundles' acts, custody steps, odd values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from custody.canonical import Json
from custody.values import to_base64
from custody_verifier import catalogue, forms, signatures
from custody_verifier.batches import Batches
from custody_verifier.continuity import Continuity
from custody_verifier.entry import Signature, read_entry
from custody_verifier.errors import Malformed
from custody_verifier.signatures import Signatures
from custody_verifier.verdict import Findings, Question
from custody_verifier.world import World
from tests.support import examples
from tests.support.bundles import Told, begin, parts, seal, usual
from tests.support.composing import Officer, SigningKey, recompose, uuid_of
from tests.support.entry_vectors.whole_story import whole_story
from tests.support.story import CASE, Story
from tests.support.story import usual as usual_story

FILE = uuid_of("file")


def _codes(story: Story, *, only: set[str] | None = None) -> set[tuple[str, str]]:
    """Judge a story with all its values; return what is found."""
    findings = Findings()
    world, continuity, signed = World(findings), Continuity(findings), Signatures(findings)
    batches = Batches(findings)
    for recorded, values in zip(story.entries, story.values, strict=True):
        entry = read_entry(recorded.entry.data, newer=True)
        opened = {name: value for name, value in values.items() if only is None or name in only}
        taken = world.take(recorded.index, entry, opened)
        continuity.take(recorded.index, entry, opened)
        batches.take(recorded.index, entry)
        if taken.key is not None:
            signed.add(recorded.index, entry, taken.key, allowed=taken.allowed)
    signed.close()
    world.close()
    continuity.close()
    return findings.codes()


def test_signatures_of_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Verified in pieces by other processes, a whole story's signatures hold, a batch and proofs with them."""
    monkeypatch.setattr(signatures, "CHUNK", 20)
    assert not {code for _, code in _codes(whole_story()) if code.startswith(("signature", "key", "order"))}


def _resigned(change: Callable[[Signature], Signature], at: int) -> set[tuple[str, str]]:
    story, findings = whole_story(), Findings()
    world, signed, batches = World(findings), Signatures(findings), Batches(findings)
    for recorded in story.entries:
        entry = read_entry(recorded.entry.data)
        key = world.take(recorded.index, entry, {}).key
        assert key is not None
        if recorded.index == at % len(story.entries):
            entry = replace(entry, signature=change(entry.signature))
        batches.take(recorded.index, entry)
        signed.add(recorded.index, entry, key, allowed=True)
    signed.close()
    return findings.codes() - {("time", "time.clock-corrected")}


def test_signatures_that_do_not_fit() -> None:
    """Another algorithm, a newer one, a place in a batch that cannot be, an order that is not the batch's."""
    refused, newer = ("authorship", "signature.refused"), ("authorship", "signature.newer")
    assert _resigned(lambda found: replace(found, algorithm="es256"), 3) == {refused}
    assert _resigned(lambda found: replace(found, algorithm="webauthn"), 3) == {newer}

    def moved(found: Signature) -> Signature:
        assert found.batch is not None
        return replace(found, batch=replace(found.batch, index=0))

    def longer(found: Signature) -> Signature:
        assert found.batch is not None
        return replace(found, batch=replace(found.batch, path=()))

    assert _resigned(moved, -2) == {refused, ("order", "order.batch")}
    assert _resigned(longer, -2) == {refused}


def test_a_session_key_without_proof() -> None:
    """A session key whose proof is another signature shows nobody's possession."""
    story = usual_story()
    petro, session = story.person("petro"), SigningKey.of("browser", use="session")
    assert petro.ledger is not None
    public = examples.key_added(session, petro.ledger, petro.person) | {"proof": to_base64(bytes(64))}
    story.record(story.compose("petro", "person.key-added.v1", petro.person, public))
    assert _codes(story) == {("authorship", "key.no-proof")}


def _bundle_acts(*acts: tuple[str, str, dict[str, Json], dict[str, Json]]) -> set[str]:
    told = usual()
    for who, kind, public, body in acts:
        told.story.record(told.story.compose(who, kind, told.bundle, public, body))
    return {code for _, code in _codes(told.story)}


def test_acts_of_bundles() -> None:
    """Issue and acknowledgement follow their sealing; what names another is found."""
    told = usual()
    sealed = told.story.entries[-1].entry.act
    issue: dict[str, Json] = {"sealed": sealed.hash, "sha256": "0" * 64, "size": 1}
    story = told.story
    issued = story.record(story.compose("service", "bundle.issued.v1", told.bundle, issue))
    body: dict[str, Json] = {"by": "clerk", "on": "2026-12-01", "remarks": None}
    named: dict[str, Json] = {"issued": issued.entry.act.hash}
    story.record(story.compose("petro", "bundle.acknowledged.v1", told.bundle, named, body))
    assert _codes(story) == set()
    other: dict[str, Json] = {"sealed": "0" * 64, "sha256": "0" * 64, "size": 1}
    assert _bundle_acts(("service", "bundle.issued.v1", other, {})) == {"bundle.sealing"}
    unknown: dict[str, Json] = {"issued": "0" * 64}
    assert _bundle_acts(("petro", "bundle.acknowledged.v1", unknown, body)) == {"bundle.issue"}
    again: dict[str, Json] = dict(sealed.public)
    assert _bundle_acts(("service", "bundle.sealed.v1", again, {})) == {"bundle.request"}


def _request(told: Told, case: str | None, exhibits: list[str], who: str = "petro") -> set[str]:
    public: dict[str, Json] = {"also": [], "case": case, "exhibits": list[Json](exhibits)}
    body: dict[str, Json] = {
        "contents": {"files": [FILE], "withheld": []},
        "purpose": "hearing",
        "recipient": {"contact": None, "name": "Court", "organisation": None},
    }
    told.story.record(told.story.compose(who, "bundle.requested.v1", told.bundle, public, body))
    return {code for _, code in _codes(told.story)}


def test_requests_of_bundles() -> None:
    """A request is of one case or of exhibits, by one who may; a sealing without one is found."""
    assert _request(begin(), None, []) == {"bundle.scope"}
    told = begin()
    assert _request(told, told.case, [told.video]) == {"bundle.scope"}
    assert _request(usual(), CASE, []) == {"stream.begun"}
    told = begin()
    assert _request(told, told.case, [], who="olena") == {"role.in-case"}
    told = begin()
    public: dict[str, Json] = {
        "at": 1,
        "exhibits": None,
        "heads": "0" * 64,
        "request": "0" * 64,
        "streams": 1,
    }
    told.story.record(told.story.compose("service", "bundle.sealed.v1", told.bundle, public))
    assert {code for _, code in _codes(told.story)} == {"bundle.request"}
    told = seal(begin(), exhibits=[told.video], sealed={"at": 1})
    assert {code for _, code in _codes(told.story)} == {"bundle.at"}
    assert parts(usual()).files


@pytest.mark.parametrize(
    ("seal_of", "found", "code"),
    [
        ("A-100", {"intact": True, "number": "A-101"}, "continuity.seal-mismatch"),
        ("A-100", {"intact": False, "number": "A-100"}, "continuity.seal-broken"),
        ("A-100", None, "continuity.seal-not-checked"),
        (None, {"intact": True, "number": "Z-1"}, "continuity.seal-mismatch"),
    ],
)
def test_seals(seal_of: str | None, found: Json, code: str) -> None:
    """Seals are compared where both are opened."""
    story = usual_story()
    exhibit = story.receive(case=CASE, seal=seal_of)
    offer = story.offer(exhibit, "iryna")
    story.tell(
        "iryna", "transfer.accepted.v1", exhibit, {"offer": offer}, examples.acceptance() | {"seal": found}
    )
    assert _codes(story) == {("continuity", code)}
    assert _codes(story, only={"purpose"}) == set()


def test_steps_that_lack_something() -> None:
    """No intake, an offer to oneself, one that is not open or not answered, a rehash that was not made."""
    story = usual_story()
    move: dict[str, Json] = {"place": examples.PLACE, "reason": None}
    story.record(story.compose("taras", "exhibit.moved.v1", f"exhibit/{uuid_of('none')}", {}, move))
    story.record(
        story.compose(
            "taras",
            "transfer.offered.v1",
            f"exhibit/{uuid_of('nil')}",
            {"to": story.person("iryna").person},
            examples.offer(),
        )
    )
    assert _codes(story) == {("continuity", "exhibit.unknown"), ("continuity", "continuity.offer-open")}
    story = usual_story()
    video = story.receive("video", case=CASE, files=[FILE])
    body = examples.acceptance([FILE], "not-checked")
    story.record(story.compose("iryna", "transfer.accepted.v1", video, {"offer": "0" * 64}, body))
    own = story.compose(
        "taras", "transfer.offered.v1", video, {"to": story.person("taras").person}, examples.offer()
    )
    story.record(own)
    story.record(story.compose("taras", "transfer.accepted.v1", video, {"offer": own.act.hash}, body))
    codes = {code for _, code in _codes(story)}
    assert codes >= {"continuity.no-receiver", "continuity.same-person", "continuity.rehash-not-checked"}


def test_a_long_time_after_the_collection() -> None:
    """More than a day between collection and intake is noted."""
    story = usual_story()
    public = examples.intake(CASE, collected_at="2026-11-20T09:00:00+02:00")
    intake = story.compose(
        "taras", "exhibit.received.v1", f"exhibit/{uuid_of('x')}", public, examples.physical()
    )
    story.record(intake, ordinal=1)
    assert _codes(story) == {("continuity", "continuity.before-intake")}
    early = usual_story()
    public = examples.intake(CASE, collected_at="2026-11-22T23:00:00+02:00")
    intake = early.compose(
        "taras", "exhibit.received.v1", f"exhibit/{uuid_of('x')}", public, examples.physical()
    )
    early.record(intake)
    assert _codes(early) == {("continuity", "continuity.before-collection")}


def _steps(story: Story) -> set[tuple[str, int]]:
    """Return what the custody steps alone have wrong, with the entries."""
    findings = Findings()
    continuity = Continuity(findings)
    for recorded, values in zip(story.entries, story.values, strict=True):
        continuity.take(recorded.index, read_entry(recorded.entry.data), values)
    continuity.close()
    return {(code, at) for _, code, entries in findings.found for at in entries}


def test_steps_out_of_order() -> None:
    """A step is not before the one before it, nor before the collection, where one is known."""
    for collected, moved, expected in (
        ("2026-11-22T09:00:00+02:00", "2026-11-22T12:00:00+02:00", set()),
        (None, "2026-11-22T12:00:00+02:00", set()),
        (None, "2026-11-21T09:00:00+02:00", {"continuity.order", "continuity.late"}),
        (
            "2026-11-22T09:00:00+02:00",
            "2026-11-21T09:00:00+02:00",
            {"continuity.order", "continuity.before-collection", "continuity.late"},
        ),
    ):
        story = usual_story()
        exhibit = f"exhibit/{uuid_of('x')}"
        public = examples.intake(CASE, collected_at=collected)
        story.record(
            story.compose("taras", "exhibit.received.v1", exhibit, public, examples.physical()), ordinal=1
        )
        move: dict[str, Json] = {"place": examples.PLACE, "reason": None}
        at = story.record(story.compose("taras", "exhibit.moved.v1", exhibit, {}, move, moved)).index
        assert _steps(story) == {(code, at) for code in expected}


def test_a_case_that_is_amended() -> None:
    """An amendment leaves members and closing as they are: the officer still acts, and closes once."""
    story = usual_story()
    body: dict[str, Json] = {"title": "Another", "reason": "a better one"}
    story.record(story.compose("taras", "case.amended.v1", CASE, {}, body))
    story.record(story.compose("taras", "case.closed.v1", CASE, {}, {"reason": "x"}))
    assert _codes(story) == set()
    story.record(story.compose("taras", "case.amended.v1", CASE, {}, body))
    assert _codes(story) == {("authorship", "case.closed")}


def test_a_case_that_nobody_opened() -> None:
    """Acts in it make no case: whoever closed it, and whoever is added to it, is found each time."""
    story, nowhere = usual_story(), f"case/{uuid_of('nowhere')}"
    story.record(story.compose("taras", "case.closed.v1", nowhere, {}, {"reason": "x"}))
    member: dict[str, Json] = {"person": story.person("petro").person, "role": "officer"}
    story.record(story.compose("taras", "case.member-added.v1", nowhere, member, {"reason": None}))
    findings = Findings()
    world = World(findings)
    for recorded, values in zip(story.entries, story.values, strict=True):
        world.take(recorded.index, read_entry(recorded.entry.data), values)
    found = [(code, entries) for _, code, entries in findings.found]
    assert found == [("case.unknown", (len(story.entries) - 2,)), ("case.unknown", (len(story.entries) - 1,))]
    assert nowhere not in world.states.cases


def test_clocks_and_places() -> None:
    """A correction that names another instant, a tree seen long ago, an entry that is missing."""
    story = usual_story()
    wrong: dict[str, Json] = {"previous_recorded_at": "2026-11-22T08:00:00.000000Z"}
    ledger = f"ledger/{uuid_of('ledger')}"
    story.record(story.compose("olena", "ledger.clock-corrected.v1", ledger, wrong, {"reason": "x"}))
    assert ("time", "clock.correction") in _codes(story)
    story = usual_story()
    old = story.compose("taras", "case.closed.v1", CASE, {}, {"reason": "x"})
    seen: Json = {"root": to_base64(bytes(32)), "size": 1}
    story.now = story.now.replace(hour=11)
    story.record(story.person("taras").sign(*recompose(old.act, old.disclosures, {"seen": seen})))
    assert _codes(story) == {("order", "order.seen-old")}
    world = World(Findings())
    world.take(1, read_entry(story.entries[0].entry.data), {})
    assert ("order", "order.gap") in world.findings.codes()


def test_the_same_reference_twice() -> None:
    """What is taken cannot be taken again, where it is opened."""
    story = usual_story()
    story.record(story.compose("taras", "case.opened.v1", f"case/{uuid_of('again')}", {}, examples.case()))
    assert _codes(story) == {("continuity", "unique.case-reference")}
    story = usual_story()
    taras = Officer.of("taras")
    public = {"key": taras.key.public(), "session_key": None}
    new = f"person/{uuid_of('double')}"
    story.record(story.compose("olena", "person.enrolled.v1", new, dict(public), examples.enrolled("x")))
    assert _codes(story) == {("authorship", "unique.key")}


def test_forms() -> None:
    """Each form refuses what is not of it."""
    wrong: list[tuple[forms.Form, Json]] = [
        (forms.any_text, 1),
        (forms.truth, 1),
        (forms.sentence, " \u2003"),
        (forms.sentence, None),
        (forms.one_of("a", "b"), "c"),
        (forms.one_of("a", "b"), ["a"]),
        (forms.day, "2026-02-30"),
        (forms.integer(1), True),
        (forms.closed({}), []),
        (forms.list_of(forms.UUID, 1, 2), "x"),
        (forms.sorted_set(forms.any_text, 0, 5), ["b", "a"]),
        (forms.mapping(forms.any_text, forms.truth, 1, 2), {}),
        (forms.key("act"), {"algorithm": "ed25519", "spki": "AAAA", "use": "act"}),
    ]
    for form, value in wrong:
        with pytest.raises(Malformed):
            form(value, "x")


def test_bodies() -> None:
    """Late acts have a reason; an amendment names parts of files by their uuid."""
    kind = catalogue.CATALOGUE["exhibit.amended.v1"]
    catalogue.check_body(kind.body, {"reason": "", f"files/{FILE}/found": ""}, set(), late=False)
    for names in (
        {"reason": ""},
        {"reason": "", "beauty": ""},
        {"reason": "", "files/x/found": ""},
        {"title": ""},
    ):
        with pytest.raises(Malformed):
            catalogue.check_body(kind.body, names, set(), late=False)
    with pytest.raises(Malformed):
        catalogue.check_public(kind, {"late": False})
    assert Question.TIME.value == "time"

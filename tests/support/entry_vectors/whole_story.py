"""A story in which every type of act occurs."""

from __future__ import annotations

from typing import Final

from custody.canonical import Json
from tests.support import examples
from tests.support.bundles import Told, seal
from tests.support.composing import Officer, SigningKey, uuid_of
from tests.support.story import CASE, Story, usual

FILE: Final = uuid_of("file")
REASON: Final[dict[str, Json]] = {"reason": "as the head of unit ordered"}


def whole_story() -> Story:
    """Return a story in which every type of act occurs."""
    story = usual()
    story.enrol("oksana", "administrator")
    _keys_are_lost_and_found(story)
    _a_case_goes_on(story)
    _exhibits_change_hands(story)
    return story


def _keys_are_lost_and_found(story: Story) -> None:
    petro, spare = story.person("petro"), SigningKey.of("petro spare", "es256")
    assert petro.ledger is not None
    tell, person = story.tell, petro.person
    tell("petro", "person.key-added.v1", person, examples.key_added(spare, petro.ledger, person))
    tell(story.person("petro").with_key(spare), "person.confirmed.v1", person, {"key": spare.fingerprint})
    browser = SigningKey.of("petro browser", use="session")
    tell("petro", "person.key-added.v1", person, examples.key_added(browser, petro.ledger, person))
    gone: dict[str, Json] = {"key": petro.key.fingerprint, "untrusted_since": None}
    tell("petro", "person.key-revoked.v1", person, gone, REASON)
    story.people["petro"] = Officer.of("petro").with_key(spare)
    again = SigningKey.of("iryna again")
    public: dict[str, Json] = {"key": again.public(), "session_key": None}
    body: dict[str, Json] = {"identity_check": examples.IDENTITY, **REASON}
    iryna = story.person("iryna").person
    proposal = tell("olena", "person.recovery-proposed.v1", iryna, public, body).entry.act.hash
    tell("oksana", "person.recovery-approved.v1", iryna, {"proposal": proposal})
    tell(story.person("iryna").with_key(again), "person.confirmed.v1", iryna, {"key": again.fingerprint})
    tell("olena", "person.role-withdrawn.v1", iryna, {"role": "officer"}, REASON)
    tell("olena", "person.deactivated.v1", iryna, {}, REASON)
    tell("olena", "person.reactivated.v1", iryna, {}, REASON)
    tell("iryna", "person.amended.v1", iryna, {}, {"name": "Ірина Бондар", **REASON})


def _a_case_goes_on(story: Story) -> None:
    story.tell("taras", "case.amended.v1", CASE, {}, {"title": "Склад, 14 листопада", **REASON})
    story.add_member(CASE, "petro", "auditor")
    member: dict[str, Json] = {"person": story.person("petro").person, "role": "auditor"}
    story.tell("olena", "case.member-removed.v1", CASE, member, REASON)
    story.tell("petro", "case.closed.v1", CASE, {}, REASON)
    story.tell("taras", "case.reopened.v1", CASE, {}, REASON)


def _exhibits_change_hands(story: Story) -> None:
    tell = story.tell
    second = story.open_case("second", reference="UKR3-25")
    video = story.receive("video", case=CASE, files=[FILE])
    telephone = story.receive("telephone", case=CASE)
    double = story.receive("telephone again", case=CASE, seal=None)
    mark: dict[str, Json] = {"act": story.entries[-1].entry.act.hash, "duplicate_of": telephone}
    tell("taras", "exhibit.recorded-in-error.v1", double, mark, REASON)
    tell(
        "taras", "exhibit.amended.v1", video, {"late": True}, {"title": "Відео", **REASON, "late_reason": "x"}
    )
    tell("taras", "exhibit.moved.v1", telephone, {}, {"place": examples.ELSEWHERE, "reason": None})
    move: dict[str, Json] = {"case": second, "from": CASE}
    correction = story.compose("taras", "exhibit.case-corrected.v1", telephone, move, REASON)
    story.record(correction, ordinal=1)
    offer = story.offer(video, "petro")
    tell("petro", "transfer.declined.v1", video, {"offer": offer}, REASON)
    offer = story.offer(video, "petro")
    tell("taras", "transfer.withdrawn.v1", video, {"offer": offer}, REASON)
    offer = story.offer(video, "iryna")
    tell("iryna", "transfer.accepted.v1", video, {"offer": offer}, examples.acceptance([FILE]))
    access: dict[str, Json] = {"exhibit": video, "person": story.person("petro").person, "what": "download"}
    body: dict[str, Json] = {"file": FILE, "purpose": None, "session": "s-1"}
    tell("service", "access.recorded.v1", video.replace("exhibit", "access"), access, body)
    fixity: dict[str, Json] = {"exhibit": video, "outcome": "match", "requested_by": None}
    found: Json = {FILE: {"cause": None, "measured_sha256": None, "outcome": "match"}}
    body = {"files": found, "tool": "custody 0.1"}
    tell("service", "fixity.checked.v1", video.replace("exhibit", "fixity"), fixity, body)
    _a_bundle_leaves_the_house(story, video, telephone)
    _two_acts_under_one_signature(story, telephone, video)
    newest: dict[str, Json] = {"previous_recorded_at": story.entries[-1].entry.recorded_at}
    tell("olena", "ledger.clock-corrected.v1", f"ledger/{uuid_of('ledger')}", newest, REASON)


def _a_bundle_leaves_the_house(story: Story, video: str, telephone: str) -> None:
    told = seal(Told(story, CASE, video, telephone, {}), CASE)
    sealed = story.entries[-1].entry.act.hash
    public: dict[str, Json] = {"sealed": sealed, "sha256": "5e" * 32, "size": 1_000_000}
    issued = story.tell("service", "bundle.issued.v1", told.bundle, public).entry.act.hash
    body: dict[str, Json] = {"by": "clerk of the court", "on": "2026-11-23", "remarks": None}
    story.tell("taras", "bundle.acknowledged.v1", told.bundle, {"issued": issued}, body)


def _two_acts_under_one_signature(story: Story, *exhibits: str) -> None:
    officer = story.person("taras")
    body: dict[str, Json] = {"remarks": "photographed", **REASON}
    acts = [
        officer.act(
            "exhibit.amended.v1",
            stream,
            {},
            body,
            after=story.state(stream),
            occurred_at=story.now.isoformat(timespec="seconds"),
        )
        for stream in exhibits
    ]
    for submission in officer.sign_together(acts):
        story.record(submission)

"""Rules of the founding, of persons, their keys and their roles, beside those that a story breaks."""

from __future__ import annotations

import pytest

from custody.canonical import Json
from custody.errors import RuleBroken
from custody.rules import judge
from custody.values import LedgerId
from tests.support import examples
from tests.support.breaking.people import approve, enrol, propose, revoke
from tests.support.breaking.table import (
    NOBODY,
    REASON,
    person_of,
    two_administrators,
)
from tests.support.composing import Officer, SigningKey, recompose, uuid_of
from tests.support.story import CASE, Story, usual


def test_founding_belongs_to_no_ledger() -> None:
    """Entry 0 names no ledger and no checkpoint, since there is none."""
    story = Story()
    founder = story.person("olena")
    public = examples.founding(founder, story.person("service"))
    stream = f"ledger/{uuid_of('ledger')}"
    act = founder.act("ledger.founded.v1", stream, public, {"deployment": "Kyiv"})
    changed = recompose(*act, ledger="00" * 32)
    with pytest.raises(RuleBroken, match=r"act\.other-ledger"):
        judge(changed[0], {"deployment": "Kyiv"}, story.world)


def test_lost_keys_come_back_by_two_administrators() -> None:
    """After proposal, approval and confirmation the new key is good, and the old one still is."""
    story = two_administrators()
    approve(story, propose(story))
    again = story.person("taras").with_key(SigningKey.of("taras again"))
    story.tell(again, "person.confirmed.v1", again.person, {"key": again.key.fingerprint})
    story.tell(again, "case.closed.v1", CASE, {}, REASON)
    story.tell("taras", "case.reopened.v1", CASE, {}, REASON)
    assert story.world.findings == []


def test_keys_of_one_enrolment_differ() -> None:
    """A key is for acts or for sessions, not for both."""
    story = usual()
    key = SigningKey.of("one key")
    session: Json = {**key.public(), "use": "session"}
    with pytest.raises(RuleBroken, match=r"key\.known"):
        enrol(story, NOBODY, Officer.of("nobody"), key=key.public(), session_key=session)


def test_only_the_person_confirms() -> None:
    """A key is confirmed on its owner's stream."""
    story = usual()
    new = Officer.of("new")
    enrol(story, new.person, new)
    confirm = story.compose("new", "person.confirmed.v1", person_of("taras"), {"key": new.key.fingerprint})
    with pytest.raises(RuleBroken, match=r"person\.only-oneself"):
        story.judge(confirm)


def test_a_person_revokes_a_key_of_entry_0_with_another() -> None:
    """The founder adds a key, confirms it, revokes the first, and is still an administrator."""
    story = usual()
    olena, spare = story.person("olena"), SigningKey.of("spare", "es256")
    public = examples.key_added(spare, olena.ledger or LedgerId(""), olena.person)
    story.tell("olena", "person.key-added.v1", olena.person, public)
    again = story.person("olena").with_key(spare)
    story.tell(again, "person.confirmed.v1", olena.person, {"key": spare.fingerprint})
    revoke(story, "olena", "olena", olena.key.fingerprint)
    with pytest.raises(RuleBroken, match=r"key\.ended"):
        story.tell("olena", "person.amended.v1", olena.person, {}, {"name": "Олена", **REASON})
    story.tell(again, "person.amended.v1", olena.person, {}, {"name": "Олена", **REASON})
    story.tell(again, "person.deactivated.v1", person_of("taras"), {}, REASON)
    assert story.world.findings == []


def test_an_administrator_may_be_made_a_plain_person_again() -> None:
    """Another administrator withdraws the role that entry 0 gave."""
    story = two_administrators()
    story.tell("oksana", "person.role-withdrawn.v1", person_of("olena"), {"role": "administrator"}, REASON)
    with pytest.raises(RuleBroken, match=r"role\.administrator"):
        story.tell("olena", "person.deactivated.v1", person_of("oksana"), {}, REASON)

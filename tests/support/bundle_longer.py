"""Longer stories of bundles: keys that change, cases corrected, acts under one signature, errors marked."""

from __future__ import annotations

import random

from custody.act import Act, Disclosure
from custody.canonical import Json
from custody.states import State
from tests.support import examples
from tests.support.bundles import Told, begin, seal, smallest, usual
from tests.support.composing import Officer, SigningKey


def any_of(dice: random.Random) -> Told:
    """Return one of the small stories, sealed."""
    return dice.choice((usual, usual, lambda: usual(case=False), smallest, longer, renewed))()


def longer() -> Told:
    """Tell of much more: keys revoked and recovered, roles, a case corrected, an exhibit in error, offers."""
    told = begin()
    story, person = told.story, told.story.person
    why: dict[str, Json] = {"reason": "ordered"}
    iryna = story.enrol("iryna", "officer")
    second = story.open_case("second", by="iryna", reference="UKR3-25")
    spare = SigningKey.of("iryna spare", "es256")
    story.tell("iryna", "person.key-added.v1", iryna, {"key": spare.public(), "proof": None})
    story.people["iryna"] = Officer.of("iryna").with_key(spare)
    story.tell("iryna", "person.confirmed.v1", iryna, {"key": spare.fingerprint})
    old = SigningKey.of("iryna").fingerprint
    story.tell("olena", "person.key-revoked.v1", iryna, {"key": old, "untrusted_since": None}, why)
    story.add_member(told.case, "iryna", "officer")
    paper = story.receive("paper", case=second, by="iryna", seal="B-7")
    story.add_member(second, "taras", "officer", by="iryna")
    correction: dict[str, Json] = {"case": told.case, "from": second}
    story.tell("taras", "exhibit.case-corrected.v1", paper, correction, why)
    body = {"place": examples.ELSEWHERE, "reason": None}
    story.tell("iryna", "exhibit.moved.v1", paper, {}, body)
    offer = story.offer(paper, "taras", by="iryna")
    story.tell("taras", "transfer.declined.v1", paper, {"offer": offer}, why)
    story.tell("iryna", "case.closed.v1", second, {}, why)
    story.tell("iryna", "case.reopened.v1", second, {}, why)
    added: dict[str, Json] = {"key": SigningKey.of("new session", use="session").public(), "proof": None}
    story.tell("taras", "person.key-added.v1", person("taras").person, added)
    story.tell("olena", "person.deactivated.v1", iryna, {}, why)
    story.tell("olena", "person.reactivated.v1", iryna, {}, why)
    return seal(told, told.case)


def renewed() -> Told:
    """Tell of acts under one signature, and of an exhibit that is recorded in error."""
    told = begin()
    story = told.story
    petro, moves = story.person("petro"), list[tuple[Act, tuple[Disclosure, ...]]]()
    after: State | Act | None = story.state(told.video)
    for number in range(3):
        public: dict[str, Json] = {}
        body: dict[str, Json] = {"place": examples.ELSEWHERE, "reason": f"{number}"}
        occurred = story.now.isoformat(timespec="seconds")
        act, disclosures = petro.act(
            "exhibit.moved.v1", told.video, public, body, after=after, occurred_at=occurred
        )
        moves.append((act, disclosures))
        after = act
    for submission in petro.sign_together(moves):
        story.record(submission)
    intake = next(each.entry.act.hash for each in story.entries if each.entry.act.stream == told.telephone)
    wrong: dict[str, Json] = {"act": intake, "duplicate_of": told.video}
    story.tell("taras", "exhibit.recorded-in-error.v1", told.telephone, wrong, {"reason": "twice"})
    return seal(told, told.case)

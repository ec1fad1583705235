"""Stories for court papers: one with all that can happen to an exhibit, and one whose texts are hostile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from hashlib import sha256
from typing import NamedTuple

from api.court.facts import facts_of
from api.court.items import Facts
from custody.canonical import Json
from tests.support import examples
from tests.support.composing import uuid_of
from tests.support.story import Story, usual
from tests.support.trees import ORIGIN, Log

BUNDLE = f"bundle/{uuid_of('bundle')}"
HOSTILE = (
    '#import "x"; #panic() $x^2$ *bold* _it_ `raw` <label> @ref \\ // end /* */ [x] {y}',
    "exe.\u202egnp.evil\u2066 \u200f next",
    "W" * 700,
    "😀 👩‍👩‍👧 中文 עברית العربية देवनागरी",
    "one\ntwo\n\n\nfive\r\nsix",
    "\x07\x1b[31m\x85\ue000 \u0301ж\u0301\u0302\u0489 ا\u0301",
    "<script>alert(1)</script> %PDF-1.7 endobj /JavaScript (x) >>",
)


class Bundled(NamedTuple):
    """Facts of a bundle, and the bytes of its entries."""

    facts: Facts
    entries: bytes


def bundled(
    story: Story, exhibits: Collection[str], *, case: str | None = None, withheld: Collection[str] = ()
) -> Bundled:
    """Return the facts of a bundle of all entries so far, with members of some names withheld."""
    scope: dict[str, Json] = {"also": ["access", "fixity"], "case": case, "exhibits": []}
    body: dict[str, Json] = {
        "contents": {"files": "all", "withheld": []},
        "purpose": "hearing of 3 December",
        "recipient": {"contact": None, "name": "Court", "organisation": None},
    }
    story.record(story.compose("petro", "bundle.requested.v1", BUNDLE, scope, body))
    log = Log(tuple(each.entry.data for each in story.entries))
    hidden: Counter[str] = Counter()
    disclosures = {}
    for index, found in enumerate(story.disclosures):
        disclosures[index] = [each for each in found if each.name not in withheld]
        hidden.update(each.name for each in found if each.name in withheld)
    header: dict[str, Json] = {
        "at": len(story.entries),
        "bundle": BUNDLE,
        "exhibits": list[Json](sorted(exhibits)),
        "ledger": sha256(story.entries[0].entry.data).hexdigest(),
        "made_at": story.entries[-1].entry.recorded_at,
        "origin": ORIGIN,
        "scope": scope,
        "withheld": [[name, count] for name, count in sorted(hidden.items())],
    }
    numbered = [(each.index, each.entry.data) for each in story.entries]
    note = log.checkpoint(len(story.entries))
    facts = facts_of(numbered, disclosures, header, note)
    return Bundled(facts, b"".join(data + b"\n" for _, data in numbered))


def eventful() -> tuple[Story, str, str]:
    """Return a story, its case and an exhibit: declined and withdrawn offers, a late act, corrections, checks."""
    story = usual()
    case = f"case/{uuid_of('case')}"
    file = uuid_of("video file")
    video = story.receive("video", case=case, files=[file])
    story.receive("telephone", case=case)
    offer = story.offer(video, "petro")
    story.tell("petro", "transfer.declined.v1", video, {"offer": offer}, {"reason": "the bag is torn"})
    offer = story.offer(video, "iryna")
    story.tell("taras", "transfer.withdrawn.v1", video, {"offer": offer}, {"reason": "wrong person"})
    amended: dict[str, Json] = {"reason": "a slip of the pen", "title": "Video of the depot"}
    story.tell("taras", "exhibit.amended.v1", video, {}, amended)
    moved: dict[str, Json] = {
        "late_reason": "no power for two hours",
        "place": examples.ELSEWHERE,
        "reason": None,
    }
    move = story.tell("taras", "exhibit.moved.v1", video, {"late": True}, moved)
    mark: dict[str, Json] = {"act": move.entry.act.hash, "duplicate_of": None}
    story.tell("taras", "exhibit.recorded-in-error.v1", video, mark, {"reason": "it never left"})
    offer = story.offer(video, "petro")
    accepted = examples.acceptance([file], "mismatch")
    story.tell("petro", "transfer.accepted.v1", video, {"offer": offer}, accepted)
    renamed: dict[str, Json] = {"name": "Taras Hryhorenko", "reason": "married"}
    story.tell("taras", "person.amended.v1", story.person("taras").person, {}, renamed)
    looked: dict[str, Json] = {"exhibit": video, "person": story.person("petro").person, "what": "view"}
    seen: dict[str, Json] = {"file": file, "purpose": "preparing the hearing", "session": "s-1"}
    story.tell("service", "access.recorded.v1", video.replace("exhibit", "access"), looked, seen)
    checked: dict[str, Json] = {"exhibit": video, "outcome": "match", "requested_by": None}
    each: dict[str, Json] = {
        "cause": None,
        "measured_sha256": sha256(file.encode()).hexdigest(),
        "outcome": "match",
    }
    result: dict[str, Json] = {"files": {file: each}, "tool": "custody"}
    story.tell("service", "fixity.checked.v1", video.replace("exhibit", "fixity"), checked, result)
    story.offer(video, "taras", by="petro")
    return story, case, video


def hostile() -> tuple[Story, list[str]]:
    """Return a story with an exhibit for each hostile text, which stands in every field that takes text."""
    story = usual()
    case = f"case/{uuid_of('case')}"
    exhibits = []
    for number, text in enumerate(HOSTILE):
        exhibit = f"exhibit/{uuid_of(f'hostile {number}')}"
        body = examples.physical(None) | {
            "condition": text,
            "description": text,
            "remarks": text,
            "title": text,
        }
        body["place"] = {"detail": text, "site": text}
        story.tell("taras", "exhibit.received.v1", exhibit, examples.intake(case), body)
        offered = examples.offer() | {"purpose": text}
        to: dict[str, Json] = {"to": story.person("petro").person}
        offer = story.tell("taras", "transfer.offered.v1", exhibit, to, offered).entry.act.hash
        accepted = examples.acceptance() | {"condition": text}
        story.tell("petro", "transfer.accepted.v1", exhibit, {"offer": offer}, accepted)
        exhibits.append(exhibit)
    return story, exhibits


def long(rows: int) -> tuple[Story, str]:
    """Return a story in which one exhibit goes to and fro, told without rules or trees: `rows` of custody."""
    story = usual()
    exhibit = story.receive("box", case=f"case/{uuid_of('case')}")
    people = ("taras", "petro")
    for number in range(rows):
        giver, taker = people[number % 2], people[1 - number % 2]
        to: dict[str, Json] = {"to": story.people[taker].person}
        offer = story.record(
            story.compose(story.people[giver], "transfer.offered.v1", exhibit, to, examples.offer())
        )
        answer: dict[str, Json] = {"offer": offer.entry.act.hash}
        story.record(
            story.compose(story.people[taker], "transfer.accepted.v1", exhibit, answer, examples.acceptance())
        )
    return story, exhibit

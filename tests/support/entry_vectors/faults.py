"""Entries that break a rule, and what a verifier finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from custody.canonical import Json
from custody.ports import Submission
from custody.replay import World
from custody.values import to_base64
from tests.support import examples
from tests.support.composing import Officer, SigningKey, recompose, uuid_of
from tests.support.entry_vectors.whole_story import REASON, whole_story
from tests.support.story import CASE, Story


def faults() -> Iterator[Json]:
    """Yield entries after the story that break one rule each, with what is found."""
    for name, submission, ordinal in _hostile():
        story = whole_story()
        story.world = _quiet(story.world)
        recorded = story.record(submission(story), ordinal=ordinal)
        findings = sorted({(each.question.value, each.code) for each in story.world.findings})
        opened: list[Json] = [[each.salt, each.name, each.value] for each in story.disclosures[-1]]
        yield {
            "disclosures": opened,
            "entry": recorded.entry.data.decode(),
            "findings": [[question, code] for question, code in findings],
            "name": name,
        }


def _quiet(world: World) -> World:
    """The story's own notes are not what a fault adds."""
    world.findings.clear()
    return world


Hostile = Callable[[Story], Submission]


def _hostile() -> Iterator[tuple[str, Hostile, int | None]]:
    video, telephone = f"exhibit/{uuid_of('video')}", f"exhibit/{uuid_of('telephone')}"
    title: dict[str, Json] = {"title": "x", **REASON}

    def by(who: str, kind: str, stream: str, public: dict[str, Json], body: dict[str, Json]) -> Hostile:
        return lambda story: story.compose(who, kind, stream, public, body)

    yield "unknown type", by("taras", "exhibit.praised.v1", video, {}, {}), None
    yield "malformed public", by("taras", "exhibit.moved.v1", video, {"x": 1}, {}), None
    yield "missing body member", by("taras", "exhibit.amended.v1", video, {}, {"title": "x"}), None
    yield "not the custodian", by("taras", "exhibit.moved.v1", video, {}, _MOVE), None
    yield "administrator handles evidence", by("olena", "exhibit.amended.v1", video, {}, title), None
    yield (
        "no administrator",
        by("taras", "person.deactivated.v1", Officer.of("petro").person, {}, REASON),
        None,
    )
    yield "stranger", by("stranger", "exhibit.amended.v1", video, {}, title), None
    yield "number where none is due", by("taras", "exhibit.amended.v1", telephone, {}, title), 5
    yield (
        "revoked key",
        lambda story: story.compose(_petro_before(story), "case.closed.v1", CASE, {}, REASON),
        None,
    )
    yield (
        "session key",
        lambda story: story.compose(_by_session(story), "case.closed.v1", CASE, {}, REASON),
        None,
    )
    yield "older than the act before", _earlier(telephone, title), None
    yield "in the future", _later(telephone, title), None
    yield "another ledger", _changed("taras", telephone, title, ledger="00" * 32), None
    yield "nothing seen", _changed("taras", telephone, title, seen=None), None
    yield (
        "seen ahead",
        _changed("taras", telephone, title, seen={"root": to_base64(bytes(32)), "size": 10_000}),
        None,
    )
    yield "version skipped", _changed("taras", telephone, title, version=99), None
    yield "another past", _changed("taras", telephone, title, previous="00" * 32), None
    yield "second intake", _second_intake, 4
    yield "number skipped", _intake, 9
    yield "number missing", _intake, None


_MOVE: Final[dict[str, Json]] = {"place": examples.PLACE, "reason": None}


def _petro_before(story: Story) -> Officer:
    return replace(story.person("petro"), key=SigningKey.of("petro"))


def _by_session(story: Story) -> Officer:
    taras = story.person("taras")
    return taras.with_key(taras.session)


def _earlier(stream: str, body: dict[str, Json]) -> Hostile:
    at = "2026-11-22T09:00:00+02:00"
    return lambda story: story.compose("taras", "exhibit.amended.v1", stream, {}, body, at)


def _later(stream: str, body: dict[str, Json]) -> Hostile:
    at = "2026-11-22T23:00:00+02:00"
    return lambda story: story.compose("taras", "exhibit.amended.v1", stream, {}, body, at)


def _changed(who: str, stream: str, body: dict[str, Json], **members: Json) -> Hostile:
    def compose(story: Story) -> Submission:
        first = story.compose(who, "exhibit.amended.v1", stream, {}, body)
        return story.person(who).sign(*recompose(first.act, first.disclosures, members))

    return compose


def _second_intake(story: Story) -> Submission:
    stream = f"exhibit/{uuid_of('telephone')}"
    return story.compose(
        "taras", "exhibit.received.v1", stream, examples.intake(CASE), examples.physical(None)
    )


def _intake(story: Story) -> Submission:
    stream = f"exhibit/{uuid_of('new')}"
    return story.compose(
        "taras", "exhibit.received.v1", stream, examples.intake(CASE), examples.physical(None)
    )

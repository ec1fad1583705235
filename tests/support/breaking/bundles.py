"""Stories that break the rules of bundles: who asks for what, and what the service says of it."""

from __future__ import annotations

from collections.abc import Callable

from custody.canonical import Json
from tests.support import examples
from tests.support.breaking.table import (
    Breaking,
    person_of,
)
from tests.support.composing import uuid_of
from tests.support.story import CASE, Story, usual

breaks = Breaking()


# --- bundles -------------------------------------------------------------------------------------------


BUNDLE = f"bundle/{uuid_of('bundle')}"


RECEIVED_BY: dict[str, Json] = {"by": "clerk", "on": "2026-12-01", "remarks": None}


def ask_for(story: Story, *exhibits: str, by: str = "petro") -> str:
    """Ask for a bundle of the case, or of some exhibits."""
    public = examples.request(None if exhibits else CASE, exhibits)
    return story.tell(by, "bundle.requested.v1", BUNDLE, public, examples.requested()).entry.act.hash


def asked_for() -> tuple[Story, str]:
    """Return a story in which a bundle was asked for."""
    story = usual()
    return story, ask_for(story)


def seal(story: Story, request: str, at: int | None = None) -> str:
    """The service seals; which heads it names is not for these rules to judge."""
    size = len(story.entries) if at is None else at
    public: dict[str, Json] = {"at": size, "exhibits": 0, "heads": "0" * 64, "request": request, "streams": 5}
    return story.tell("service", "bundle.sealed.v1", BUNDLE, public).entry.act.hash


def issue(story: Story, sealed: str) -> str:
    """Issue a sealed bundle."""
    public: dict[str, Json] = {"sealed": sealed, "sha256": "0" * 64, "size": 1}
    return story.tell("service", "bundle.issued.v1", BUNDLE, public).entry.act.hash


def acknowledge(story: Story, issued: str, by: str = "petro") -> object:
    """Acknowledge an issue."""
    return story.tell(by, "bundle.acknowledged.v1", BUNDLE, {"issued": issued}, RECEIVED_BY)


@breaks("bundle.scope")
def _() -> object:
    story = usual()
    exhibit = story.receive(case=CASE)
    public = examples.request(CASE, [exhibit])
    return story.tell("petro", "bundle.requested.v1", BUNDLE, public, examples.requested())


@breaks("bundle.request")
def _() -> object:
    story, request = asked_for()
    seal(story, request)
    return seal(story, request)


@breaks("bundle.at")
def _() -> object:
    story, request = asked_for()
    return seal(story, request, len(story.entries) + 1)


@breaks("bundle.sealing")
def _() -> object:
    story, request = asked_for()
    seal(story, request)
    return issue(story, request)


@breaks("bundle.issue")
def _() -> object:
    story, request = asked_for()
    return acknowledge(story, seal(story, request))


def _of_nothing(story: Story) -> object:
    return story.tell("petro", "bundle.requested.v1", BUNDLE, examples.request(None), examples.requested())


def _of_too_many(story: Story) -> object:
    return ask_for(story, *(f"exhibit/{uuid_of(str(number))}" for number in range(1_001)))


def _by_a_custodian(story: Story) -> object:
    return ask_for(story, by="iryna")


def _by_a_dormant_officer(story: Story) -> object:
    story.tell(
        "olena", "person.role-granted.v1", person_of("taras"), {"role": "administrator"}, {"reason": None}
    )
    return ask_for(story, by="taras")


def _of_no_case(story: Story) -> object:
    public = examples.request(f"case/{uuid_of('none')}")
    return story.tell("petro", "bundle.requested.v1", BUNDLE, public, examples.requested())


def _of_an_exhibit_in_another_case(story: Story) -> object:
    own, other = story.receive(case=CASE), story.open_case("second", reference="UKR3-25")
    return ask_for(story, own, story.receive("x", case=other, seal=None))


def _twice(story: Story) -> object:
    ask_for(story)
    return ask_for(story)


def _sealed_without_request(story: Story) -> object:
    return seal(story, "0" * 64)


def _sealed_for_another(story: Story) -> object:
    ask_for(story)
    return seal(story, "0" * 64)


def _sealed_before_the_request(story: Story) -> object:
    return seal(story, ask_for(story), len(story.entries) - 1)


def _issued_unsealed(story: Story) -> object:
    return issue(story, ask_for(story))


def _acknowledged_by_another(story: Story) -> object:
    issued = issue(story, seal(story, ask_for(story)))
    return acknowledge(story, issued, by="iryna")


BUNDLES: list[tuple[Callable[[Story], object], str]] = [
    (_of_nothing, "bundle.scope"),
    (_of_too_many, "bundle.scope"),
    (_by_a_custodian, "role.in-case"),
    (_by_a_dormant_officer, "role.administrator-excluded"),
    (_of_no_case, "case.unknown"),
    (lambda story: ask_for(story, f"exhibit/{uuid_of('none')}"), "exhibit.unknown"),
    (_of_an_exhibit_in_another_case, "role.in-case"),
    (_twice, "stream.begun"),
    (_sealed_without_request, "bundle.request"),
    (_sealed_for_another, "bundle.request"),
    (_sealed_before_the_request, "bundle.at"),
    (_issued_unsealed, "bundle.sealing"),
    (_acknowledged_by_another, "role.in-case"),
]

"""What stories of broken rules share: the table in which each is entered, and how they begin."""

from __future__ import annotations

from collections.abc import Callable

from custody.canonical import Json
from tests.support.composing import Officer, uuid_of
from tests.support.story import CASE, Story, usual

REASON: dict[str, Json] = {"reason": "as the head of unit ordered"}
NOBODY = f"person/{uuid_of('nobody')}"
FILE = uuid_of("file")


class Breaking(dict[str, Callable[[], object]]):
    """Stories by the rule that each breaks at its end."""

    def __call__(self, rule: str) -> Callable[[Callable[[], object]], Callable[[], object]]:
        """Enter a story that ends with a broken rule."""

        def enter(story: Callable[[], object]) -> Callable[[], object]:
            assert rule not in self
            self[rule] = story
            return story

        return enter


def person_of(name: str) -> str:
    """Return the person of a name."""
    return Officer.of(name).person


def two_administrators() -> Story:
    """Return the usual story, with a second administrator."""
    story = usual()
    story.enrol("oksana", "administrator")
    return story


def offered() -> tuple[Story, str, str]:
    """Return a story, its exhibit, and the offer of it to iryna."""
    story = usual()
    exhibit = story.receive(case=CASE)
    return story, exhibit, story.offer(exhibit, "iryna")

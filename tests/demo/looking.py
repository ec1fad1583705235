"""Chapters seven to ten: two clocks, an original is looked at, everything is verified, a history is read."""

from tests.demo import material, verdicts
from tests.demo.founding import AUDITOR, PROSECUTOR
from tests.demo.telling import CASE, ROOM, VEHICLE, Story, options


def look_at_both_clocks(story: Story) -> None:
    """Ask where the telephone was at one moment, on either clock."""
    story.checks.chapter("One moment, two clocks", "Один момент, два годинники")
    places = {clock: _place_then(story, clock) for clock in ("recorded", "occurred")}
    story.checks.same("what was recorded by then: still in the vehicle", VEHICLE, places["recorded"])
    story.checks.same("what had happened by then: already in the evidence room", ROOM, places["occurred"])


def _place_then(story: Story, clock: str) -> str:
    moment = options(as_of=story.between, clock=clock)
    then = story.people[AUDITOR].run("show", story.references["telephone"], *moment).one("exhibit")
    site: str = then["fields"]["place"]["value"]["site"]
    return site


def disclose(story: Story) -> None:
    """The prosecutor downloads an original: the access is recorded before the first byte."""
    story.checks.chapter("The prosecutor looks at an original", "Прокурор знайомиться з оригіналом")
    before = story.size()
    target = story.folder / "downloads"
    said = options(purpose="Підготовка до суду / Preparing for trial", output=str(target))
    story.people[PROSECUTOR].run("download", story.references["photograph"], *said)
    same = next(target.iterdir()).read_bytes() == (material.SAMPLES / "yard.jpg").read_bytes()
    story.checks.demand("the bytes are the bytes of the photograph", holds=same)
    story.checks.demand("one access act more is in the ledger", holds=story.size() == before + 1)


def verify(story: Story) -> None:
    """The prosecutor verifies the case, the auditor the whole ledger: all that is required holds."""
    story.checks.chapter("Verification", "Перевірка")
    case = story.people[PROSECUTOR].ask("verify", "case", CASE)
    story.checks.demand(f"the prosecutor verifies case {CASE}: holds", holds=case.status == 0, found=case)
    answer = story.people[AUDITOR].ask("verify", "ledger")
    verdict = verdicts.of_lines(answer.of("question"))
    story.checks.tell(f"  {verdicts.in_short(verdict)}")
    story.checks.demand(
        "the auditor verifies the whole ledger, every file included: holds",
        holds=answer.status == 0 and verdicts.holds(verdict),
        found=answer,
    )


def read_the_history(story: Story) -> None:
    """Print the telephone's history as a person reads it."""
    story.checks.chapter("The history of the telephone, in Ukrainian", "Історія телефона")
    for line in story.people[AUDITOR].read("history", story.references["telephone"]).splitlines():
        story.checks.tell(f"  {line}")

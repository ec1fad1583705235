"""Chapters two to four: the case is opened, evidence is taken in, a telephone is recorded late."""

from datetime import UTC, datetime
from pathlib import Path

from tests.demo import material
from tests.demo.founding import ADMINISTRATOR, OFFICER, PROSECUTOR, SECOND_OFFICER
from tests.demo.people import Answer, Json
from tests.demo.telling import CASE, ROOM, SEAL, VEHICLE, Story, ago, options

PROCEEDING = (
    '{"number": "12025000000000025", "authority": "СБУ / SSU", "qualification": "ст. 438 КК України"}'
)
NO_SIGNAL = "Запис зроблено після повернення зі зв'язком / Recorded after return to coverage"
IMEI = "490154203237518"
ALL_TAKEN = {"given": 200, "taken": 200, "refused": 0, "held": 0}


def open_case(story: Story) -> None:
    """Open the case and say who works on it."""
    story.checks.chapter(f"Case {CASE} is opened", f"Відкриття справи {CASE}")
    officer = story.people[OFFICER]
    title = "Обстріл подвір'я, двоє зниклих / Shelling of a yard, two missing"
    officer.run("case", "open", CASE, *options(title=title, set=f"proceeding={PROCEEDING}"))
    for name, role in ((SECOND_OFFICER, "officer"), (PROSECUTOR, "prosecutor")):
        officer.run("case", "member", "add", CASE, story.people[name].id, *options(role=role))
        story.checks.tell(f"  {name}: {role}")
    seen = story.people[PROSECUTOR].run("show", CASE).one("case")["reference"]
    story.checks.same("the prosecutor sees the case", CASE, seen)
    stranger = story.people[ADMINISTRATOR].ask("show", CASE)
    story.checks.demand("the administrator cannot read it", holds=stranger.status != 0)


def take_in(story: Story) -> None:
    """Take in a photograph, a document, a video, and a folder of 200 files."""
    story.checks.chapter("Evidence is taken in", "Прийняття доказів")
    for name, file, title in (
        ("photograph", "yard.jpg", "Знімок подвір'я / Photograph of the yard"),
        ("document", "inspection.pdf", "Протокол огляду / Record of the inspection"),
        ("video", "passage.webm", "Проїзд автомобіля / A car passes"),
    ):
        line = _intake(story, material.SAMPLES / file, title).one("file")
        story.references[name], story.files[name] = line["why"], line["file"]
        story.checks.same(f"{file} is taken in as {line['why']}", "taken", line["outcome"])
    _take_in_folder(story, material.make_folder(story.folder / "телефон"))


def _take_in_folder(story: Story, folder: Path) -> None:
    title = "Повідомлення з телефона / Messages of the telephone"
    answer = _intake(story, folder, title)
    story.references["folder"] = answer.of("file")[0]["why"]
    account = _account(answer)
    story.checks.same("a folder: 200 given = 200 taken + 0 refused + 0 held", ALL_TAKEN, account)
    again = _account(_intake(story, folder, title))
    story.checks.same("the same folder again: all 200 are held already", 200, again["held"])


def _account(answer: Answer) -> Json:
    closing = answer.one("reconciliation")
    return {name: closing[name] for name in ALL_TAKEN}


def _intake(story: Story, path: Path, title: str) -> Answer:
    said = options(
        case=CASE,
        title=title,
        description="Вилучено під час огляду / Taken during the inspection",
        how="seized",
        method="огляд місця події / inspection of the scene",
        collected_at=ago(days=2),
        site=ROOM,
    )
    return story.people[OFFICER].run("intake", path, *said)


def take_in_late(story: Story) -> None:
    """Take in a telephone that was seized two days ago, and its move of yesterday: both recorded late."""
    story.checks.chapter("A telephone, recorded late", "Телефон, запис із запізненням")
    said = options(
        case=CASE,
        title="Мобільний телефон / Mobile telephone",
        description="Чорний, скло тріснуте / Black, glass cracked",
        how="seized",
        method="огляд / inspection",
        collected_at=ago(days=2),
        site=VEHICLE,
        quantity="1 pcs",
        condition="Скло тріснуте / Glass cracked",
        seal=f"{SEAL}:bag",
    )
    sets = options(set=f"identifiers.imei={IMEI}") + options(
        set='packaging={"type": "bag", "bag_number": "0042"}'
    )
    officer = story.people[OFFICER]
    recorded = officer.run(*_late(2), "intake", "--physical", *said, *sets).one("recorded")
    story.references["telephone"] = recorded["reference"]
    story.between = datetime.now(UTC).isoformat()
    moved = options(site=ROOM, reason="Здано на зберігання / Deposited")
    officer.run(*_late(1), "move", story.references["telephone"], *moved)
    late = [act["public"].get("late") for act in story.history("telephone")]
    story.checks.same("both acts are shown as late", [True, True], late)


def _late(days: int) -> list[str]:
    return options(at=ago(days=days), late=NO_SIGNAL)

"""The story of one case, UKR2-25, told by the commands that its people run, up to a verification that holds."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.demo import founding, material, verdicts
from tests.demo.checks import Checks
from tests.demo.founding import ADMINISTRATOR, AUDITOR, OFFICER, PROSECUTOR, SECOND_OFFICER
from tests.demo.people import Answer, Json, Person
from tests.demo.server import Server

CASE = "UKR2-25"
PROCEEDING = (
    '{"number": "12025000000000025", "authority": "СБУ / SSU", "qualification": "ст. 438 КК України"}'
)
DECLINED = "Немає супровідного листа / There is no covering letter"
NO_SIGNAL = "Запис зроблено після повернення зі зв'язком / Recorded after return to coverage"
ROOM, LABORATORY = "Кімната доказів 1 / Evidence room 1", "Лабораторія / Laboratory"
VEHICLE = "Службовий автомобіль / Service vehicle"


@dataclass
class Story:
    """What the story has so far: its people, and the references of the exhibits."""

    folder: Path
    server: Server
    checks: Checks
    people: dict[str, Person] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    between: str = ""  # a moment after the telephone's intake was recorded, and before its move was

    def tell(self) -> None:
        """Tell all chapters in order."""
        self.people = founding.cast(self.folder, self.server)
        self.begin()
        self.open_case()
        self.take_in()
        self.take_in_late()
        self.hand_over()
        self.amend()
        self.look_at_both_clocks()
        self.disclose()
        self.verify()
        self.read_the_history()

    def begin(self) -> None:
        """Found the ledger and enrol everybody."""
        self.checks.chapter("The ledger is founded; people are enrolled", "Заснування реєстру, особи")
        administrator = self.people[ADMINISTRATOR]
        ledger = founding.found(administrator, self.server)
        self.checks.tell(f"  {ADMINISTRATOR} founded ledger {ledger[:16]}… (administrator, and nothing else)")
        for name, roles in founding.ROLES.items():
            founding.enrol(self.people[name], administrator, self.folder)
            self.checks.tell(
                f"  {name}: enrolled, confirmed with the new key; {', '.join(roles) or 'no role yet'}"
            )
        size = self.people[ADMINISTRATOR].run("status").one("status")["size"]
        self.checks.demand("founding and four enrolments, each in two acts, are recorded", holds=size >= 9)

    def open_case(self) -> None:
        """Open the case and say who works on it."""
        self.checks.chapter(f"Case {CASE} is opened", f"Відкриття справи {CASE}")
        officer = self.people[OFFICER]
        title = ("--title", "Обстріл подвір'я, двоє зниклих / Shelling of a yard, two missing")
        officer.run("case", "open", CASE, *title, "--set", f"proceeding={PROCEEDING}")
        for name, role in ((SECOND_OFFICER, "officer"), (PROSECUTOR, "prosecutor")):
            officer.run("case", "member", "add", CASE, self.people[name].id, "--role", role)
            self.checks.tell(f"  {name}: {role}")
        seen = self.people[PROSECUTOR].run("show", CASE).one("case")["reference"]
        self.checks.same("the prosecutor sees the case", CASE, seen)
        stranger = self.people[ADMINISTRATOR].ask("show", CASE)
        self.checks.demand("the administrator cannot read it", holds=stranger.status != 0)

    def take_in(self) -> None:
        """Take in a photograph, a document, a video, and a folder of 200 files."""
        self.checks.chapter("Evidence is taken in", "Прийняття доказів")
        folder = material.make_folder(self.folder / "телефон")
        photograph = self._intake(
            "photograph", material.SAMPLES / "yard.jpg", "Знімок подвір'я / Photograph of the yard"
        )
        self.checks.tell(f"  {photograph['why']}  JPEG with EXIF, SHA-256 {photograph['sha256'][:16]}…")
        for name, file, title in (
            ("document", "inspection.pdf", "Протокол огляду / Record of the inspection"),
            ("video", "passage.webm", "Проїзд автомобіля / A car passes"),
        ):
            self._intake(name, material.SAMPLES / file, title)
        answer = self._run_intake(folder, "Повідомлення з телефона / Messages of the telephone")
        account = answer.one("reconciliation")
        self.references["folder"] = answer.of("file")[0]["why"]
        expected = {"given": 200, "taken": 200, "refused": 0, "held": 0}
        self.checks.same(
            "a folder: 200 given = 200 taken + 0 refused + 0 held",
            expected,
            {name: account[name] for name in expected},
        )
        again = self._run_intake(folder, "Повідомлення / Messages", force=False)
        self.checks.same(
            "the same folder again: all 200 are held already", 200, again.one("reconciliation")["held"]
        )

    def _intake(self, name: str, file: Path, title: str) -> Json:
        answer = self._run_intake(file, title)
        line = answer.one("file")
        self.references[name], self.files[name] = line["why"], line["file"]
        self.checks.same(f"{file.name} is taken in", "taken", line["outcome"])
        return line

    def _run_intake(self, path: Path, title: str, *, force: bool = False) -> Answer:
        description = "Вилучено під час огляду / Taken during the inspection"
        return self.people[OFFICER].run(
            *("intake", path, "--case", CASE, "--title", title, "--description", description),
            *("--how", "seized", "--method", "огляд місця події / inspection of the scene"),
            *("--collected-at", ago(days=2), "--site", ROOM, *(["--force"] if force else [])),
        )

    def take_in_late(self) -> None:
        """Take in a telephone that was seized two days ago, and its move of yesterday: both recorded late."""
        self.checks.chapter("A telephone, recorded late", "Телефон, запис із запізненням")
        officer = self.people[OFFICER]
        recorded = officer.run(
            *("--at", ago(days=2), "--late", NO_SIGNAL, "intake", "--physical", "--case", CASE),
            *(
                "--title",
                "Мобільний телефон / Mobile telephone",
                "--description",
                "Чорний, скло тріснуте / Black, glass cracked",
            ),
            *(
                "--how",
                "seized",
                "--method",
                "огляд / inspection",
                "--collected-at",
                ago(days=2),
                "--site",
                VEHICLE,
            ),
            *("--quantity", "1 pcs", "--condition", "glass cracked", "--seal", "A-1008:bag"),
            *(
                "--set",
                "identifiers.imei=490154203237518",
                "--set",
                "packaging.type=bag",
                "--set",
                "packaging.bag_number=0042",
            ),
        ).one("recorded")
        self.references["telephone"] = recorded["reference"]
        self.between = datetime.now(UTC).isoformat()
        moved = (
            "move",
            self.references["telephone"],
            "--site",
            ROOM,
            "--reason",
            "Здано на зберігання / Deposited",
        )
        officer.run("--at", ago(days=1), "--late", NO_SIGNAL, *moved)
        late = [act["public"].get("late") for act in self._history("telephone")]
        self.checks.same("both acts are shown as late", [True, True], late)

    def hand_over(self) -> None:
        """Offer two exhibits at once; declined, offered again, accepted."""
        self.checks.chapter("Handing over", "Передання")
        giver, taker = self.people[OFFICER], self.people[SECOND_OFFICER]
        both = (self.references["telephone"], self.references["photograph"])
        offer = ("transfer", "offer", *both, "--to", taker.id, "--purpose", "Експертиза / Examination")
        giver.run(*offer)
        self.checks.same("two exhibits wait for the receiver", 2, len(taker.run("inbox").of("waiting")))
        taker.run("transfer", "decline", *both, "--reason", DECLINED)
        self.checks.same("declined: the offerer stays answerable", giver.id, self._custodian("telephone"))
        giver.run(*offer)
        answer = ("--condition", "Без змін / Unchanged", "--site", LABORATORY)
        taker.run("transfer", "accept", both[0], *answer, "--seal", "A-1008", "--intact")
        taker.run("transfer", "accept", both[1], *answer, "--rehash")
        self.checks.same(
            "offered again and accepted: the receiver is the custodian",
            taker.id,
            self._custodian("telephone"),
        )
        rehash = self._history("photograph")[-1]["values"]["rehash"]["outcome"]
        self.checks.same("the receiver digested the photograph again: match", "match", rehash)

    def amend(self) -> None:
        """Amend a description; the old one stays."""
        self.checks.chapter("A description is amended", "Уточнення опису")
        reference = self.references["photograph"]
        described = "description=Вид із заходу; видно два будинки / Seen from the west; two houses"
        self.people[SECOND_OFFICER].run(
            "amend", reference, "--set", described, "--reason", "Уточнено / Made precise"
        )
        told = [
            act["values"]["description"]
            for act in self._history("photograph")
            if "description" in act["values"]
        ]
        self.checks.same("old and new description are both in the history", 2, len(set(told)))

    def look_at_both_clocks(self) -> None:
        """Ask where the telephone was at one moment, on either clock."""
        self.checks.chapter("One moment, two clocks", "Один момент, два годинники")
        places = {clock: self._place_then(clock) for clock in ("recorded", "occurred")}
        self.checks.same("what was recorded by then: still in the vehicle", VEHICLE, places["recorded"])
        self.checks.same("what had happened by then: already in the evidence room", ROOM, places["occurred"])

    def _place_then(self, clock: str) -> str:
        reference = self.references["telephone"]
        then = (
            self.people[AUDITOR]
            .run("show", reference, "--as-of", self.between, "--clock", clock)
            .one("exhibit")
        )
        site: str = then["fields"]["place"]["value"]["site"]
        return site

    def disclose(self) -> None:
        """The prosecutor downloads an original: the access is recorded before the first byte."""
        self.checks.chapter("The prosecutor looks at an original", "Прокурор знайомиться з оригіналом")
        before = self._size()
        purpose = "Підготовка до суду / Preparing for trial"
        target = self.folder / "downloads"
        self.people[PROSECUTOR].run(
            "download", self.references["photograph"], "--purpose", purpose, "-o", target
        )
        same = next(target.iterdir()).read_bytes() == (material.SAMPLES / "yard.jpg").read_bytes()
        self.checks.demand("the bytes are the bytes of the photograph", holds=same)
        self.checks.demand("one access act more is in the ledger", holds=self._size() == before + 1)

    def verify(self) -> None:
        """The prosecutor verifies the case, the auditor the whole ledger: all that is required holds."""
        self.checks.chapter("Verification", "Перевірка")
        case = self.people[PROSECUTOR].ask("verify", "case", CASE)
        self.checks.demand(f"the prosecutor verifies case {CASE}: holds", holds=case.status == 0, found=case)
        answer = self.people[AUDITOR].ask("verify", "ledger")
        verdict = verdicts.of_lines(answer.of("question"))
        self.checks.tell(f"  {verdicts.in_short(verdict)}")
        self.checks.demand(
            "the auditor verifies the whole ledger, every file included: holds",
            holds=answer.status == 0 and verdicts.holds(verdict),
            found=answer,
        )

    def read_the_history(self) -> None:
        """Print the telephone's history as a person reads it."""
        self.checks.chapter("The history of the telephone, in Ukrainian", "Історія телефона")
        for line in self.people[AUDITOR].read("history", self.references["telephone"]).splitlines():
            self.checks.tell(f"  {line}")

    def _history(self, name: str) -> list[Json]:
        return self.people[AUDITOR].run("history", self.references[name]).told

    def _custodian(self, name: str) -> str:
        shown = self.people[OFFICER].run("show", self.references[name]).one("exhibit")
        found: str = shown["custodian"]["person"]
        return found

    def _size(self) -> int:
        size: int = self.people[AUDITOR].run("status").one("status")["size"]
        return size


def ago(*, days: int) -> str:
    """Return the local time some days ago, as a claimed time."""
    return (datetime.now().astimezone() - timedelta(days=days)).isoformat(timespec="seconds")

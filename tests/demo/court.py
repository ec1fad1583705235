"""Chapter eleven: a bundle for the court, another with one value withheld, and what strangers find in both."""

import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.demo import mirroring, verdicts, verifying
from tests.demo.founding import PROSECUTOR
from tests.demo.outsiders import Outsiders
from tests.demo.taking_in import IMEI
from tests.demo.telling import Story, options

PURPOSE = "Судове засідання 3 грудня / Hearing of 3 December"
COURT = "Шевченківський районний суд / Shevchenkivskyi district court"
WITHHELD = "identifiers"  # of the telephone: its IMEI leads to the person who carried it
EXHIBITS = ("telephone", "photograph")

Json = dict[str, Any]


@dataclass(frozen=True)
class Desk:
    """The desk of a stranger: the folder with what was handed over, and whom the stranger trusts.

    `index`: the entry of which the redacted bundle withholds a value.
    """

    folder: Path
    index: int

    @property
    def trust(self) -> list[str | Path]:
        """The options that say whom to trust."""
        return ["--trust", self.folder / "trust.policy", "--tsa-root", self.folder / "tsa-root.pem"]

    def verify(self, bundle: str, log: Path | None = None) -> tuple[int, Json]:
        """Return exit status and verdict of custody-verify, with all that lies on the desk; `log`: another copy."""
        given = self.folder / f"{bundle}.zip"
        receipt = given.with_name(f"{given.name}.receipt")
        return verifying.run(given, *self.trust, "--log", log or self.folder / "log", "--receipt", receipt)


def hand_out(story: Story, outsiders: Outsiders, out: Path) -> Desk:
    """Make both bundles and put them on the desk with a copy of the log and the trust of a stranger."""
    story.checks.chapter("Bundles for the court", "Пакети для суду")
    index = story.history("telephone")[0]["index"]
    names = [story.references[each] for each in EXHIBITS]
    _make(story, out / "bundle.zip", names)
    _make(story, out / "bundle-redacted.zip", names, withhold=f"{index}/{WITHHELD}")
    size = mirroring.mirror(story.server.url, outsiders.mirror_token, out / "log")
    story.checks.tell(f"  the defence keeps a copy of the log: {size} entries")
    shutil.copyfile(outsiders.policy, out / "trust.policy")
    shutil.copyfile(outsiders.tsa_root, out / "tsa-root.pem")
    shutil.copyfile(story.server.data / "court" / "court-root.pem", out / "court-root.pem")
    _unpack_statement(out)
    return Desk(out, index)


def _make(story: Story, target: Path, names: list[str], **more: str) -> None:
    """The prosecutor asks for a bundle, waits, fetches it with its receipt."""
    said = options(output=str(target), to=COURT, purpose=PURPOSE, **more)
    done = story.people[PROSECUTOR].ask("bundle", "make", *names, *said)
    held = target.is_file() and target.with_name(f"{target.name}.receipt").is_file()
    story.checks.demand(f"{target.name} is made, sealed and issued, with its receipt", holds=held, found=done)


def _unpack_statement(out: Path) -> None:
    with zipfile.ZipFile(out / "bundle.zip") as bundle:
        (name,) = [each for each in bundle.namelist() if each.endswith("/data/statement.pdf")]
        (out / "statement.pdf").write_bytes(bundle.read(name))


def check(story: Story, desk: Desk) -> None:
    """A stranger checks both bundles; then the court acknowledges that it has them."""
    story.checks.chapter("A stranger checks them", "Перевірка сторонньою особою")
    found = {name: _checked(story, desk, name) for name in ("bundle", "bundle-redacted")}
    hidden = {name: set(verdicts.entries_of(each, "disclosure.withheld")) for name, each in found.items()}
    more = hidden["bundle-redacted"] - hidden["bundle"]
    story.checks.same("the redacted bundle withholds one value more, of one entry", {desk.index}, more)
    shown = {name: _is_shown(desk.folder / f"{name}.zip") for name in found}
    only = {"bundle": True, "bundle-redacted": False}
    story.checks.same("the telephone's IMEI stands in the whole bundle alone", only, shown)
    _acknowledge(story, str(found["bundle"]["subject"]["bundle"]))


def _checked(story: Story, desk: Desk, name: str) -> Json:
    status, verdict = desk.verify(name)
    verdicts.save(verdict, desk.folder / f"{name}.verdict.json")
    story.checks.tell(f"  {verdicts.in_short(verdict)}; grade {verdict['grade']}")
    story.checks.demand(
        f"custody-verify {name}.zip: all six questions hold, completeness checked, witnessed",
        holds=status == 0 and _is_best(verdict),
        found=verdicts.failures(verdict) or verdict,
    )
    return verdict


def _is_best(verdict: Json) -> bool:
    answers = {name: (each["answer"], each["basis"]) for name, each in verdict["questions"].items()}
    best = dict.fromkeys(answers, ("holds", "checked"))
    return answers == best and len(answers) == len(verdicts.REQUIRED) + 1 and verdict["grade"] == "witnessed"


def _is_shown(bundle: Path) -> bool:
    """Tell whether the withheld number stands anywhere in the files of a bundle, in its papers too."""
    with zipfile.ZipFile(bundle) as opened:
        found = [opened.read(each) for each in opened.namelist()]
    return any(IMEI.encode() in data for data in found)


def _acknowledge(story: Story, bundle: str) -> None:
    prosecutor, name = story.people[PROSECUTOR], bundle.partition("/")[2]
    prosecutor.run("bundle", "acknowledge", name, *options(by="Канцелярія суду / Registry of the court"))
    told = prosecutor.run("bundle", "show", name).one("bundle")
    count = len(told["acknowledgements"])
    story.size()  # the auditor's client keeps the checkpoint over all of it
    story.checks.same("the register shows who got it, and that they acknowledged it", 1, count)

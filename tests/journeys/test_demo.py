"""`make demo` as a person runs it: the story holds, the attacks are caught, and what it leaves is good by itself."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from custody_verifier.entry import read_entry
from custody_verifier.merkle import check_inclusion, leaf_hash
from custody_verifier.note import check_checkpoint, read_vkey
from custody_verifier.receipt import read_receipt
from tests.demo import verifying
from tests.demo.__main__ import conclude
from tests.demo.checks import Checks
from tests.demo.verdicts import Expected, holds
from tests.support.foreign.programs import ALL
from tests.support.tree import ROOT


def _dashed(happening: str) -> str:
    """Return a happening as the id of a test without blanks, whole wherever failing tests are listed by name."""
    return re.sub(r"[^A-Za-z0-9]+", "-", happening).strip("-")


pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
SECONDS = 520


@dataclass(frozen=True)
class Ended:
    """A demo that has ended: its status, what it said, and the folder that it left."""

    status: int
    said: str
    folder: Path


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """Run the demo once."""
    folder = tmp_path_factory.mktemp("demo") / "out"
    done = subprocess.run(
        [sys.executable, "-m", "tests.demo", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS + 60,
        check=False,
    )
    return Ended(done.returncode, done.stdout + done.stderr, folder)


def test_it_ends_well(demo: Ended) -> None:
    """Exit 0, every demand met, and the story is on paper as it was told."""
    story = (demo.folder / "story.txt").read_text(encoding="utf-8")

    assert demo.status == 0, demo.said
    assert "[NO]" not in demo.said
    assert story.strip() == demo.said.strip()


@pytest.mark.parametrize(
    "happening",
    [
        "UKR2-25",
        "200 given = 200 taken",
        "declined: the offerer stays answerable",
        "offered again and accepted",
        "old and new description",
        "two clocks",
        "the auditor verifies the whole ledger",
        "custody-verify bundle.zip: all six questions hold, completeness checked, witnessed",
        "custody-verify bundle-redacted.zip: all six questions hold, completeness checked, witnessed",
        "the redacted bundle withholds one value more, of one entry",
        "the register shows who got it, and that they acknowledged it",
        "[ok] 0 a copy that nobody touched",
        "[ok] 1 ",
        "[ok] 2 ",
        "[ok] 3 ",
        "[ok] 4 ",
        "[ok] 5 the whole ledger rewritten under another log key",
        "[ok] 5 the same under the real log key",
        "[ok] 5 and without a kept checkpoint, by the officer's signature",
        "[ok] 6 the operator rewrites the ledger under the real log key: both witnesses answer 422",
        "[ok] 6 his own publisher learns it from a witness",
        "[ok] 6 a court that is given the rewritten log misses both witnesses",
        "[ok] 6 whoever holds the bundle beside it has the proof",
    ],
    ids=_dashed,
)
def test_it_tells_of_each_happening(demo: Ended, happening: str) -> None:
    """A chapter that was left out would be missed here."""
    assert happening in demo.said


@pytest.mark.programs("certutil", "go", "openssl", "pdfsig", "qpdf", "sha256sum", "unzip")
@pytest.mark.parametrize("program", [each.name for each in ALL], ids=_dashed)
def test_programs_of_others_had_their_say(demo: Ended, program: str) -> None:
    """Each accepted what the demo left, and refused a spoilt copy."""
    assert f"[ok] {program} accepts what is handed over" in demo.said
    assert f"[ok] {program} refuses a spoilt copy" in demo.said


@pytest.mark.parametrize("bundle", ["bundle.zip", "bundle-redacted.zip"])
def test_the_bundles_hold_for_who_comes_later(demo: Ended, bundle: str) -> None:
    """With what lies in the folder alone, long after the demo's servers have ended."""
    folder = demo.folder
    options: list[str | Path] = ["--trust", folder / "trust.policy", "--tsa-root", folder / "tsa-root.pem"]
    status, verdict = verifying.run(folder / bundle, *options, "--log", folder / "log")

    assert status == 0
    assert {"holds"} == {each["answer"] for each in verdict["questions"].values()}


def test_the_readme_shows_what_happens(demo: Ended, tmp_path: Path) -> None:
    """The first screen of README.md: the altered byte is caught in the lines that it prints."""
    (block,) = re.findall(
        r"^```console\n(.*?)^```$", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE
    )
    lines = block.splitlines()
    script = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    (tmp_path / "build").mkdir()
    shutil.copytree(demo.folder, tmp_path / "build/demo")
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=tmp_path,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )

    shown = [line for line in lines if not line.startswith("$ ")]
    assert any("disclosure.altered" in line for line in shown)
    assert shown == done.stdout.splitlines()


def test_each_receipt_is_good_for_its_entry(demo: Ended) -> None:
    """The second implementation, with log.vkey alone, proves each entry under the checkpoint of its receipt."""
    log = read_vkey((demo.folder / "log.vkey").read_text().removesuffix("\n"))
    entries = sorted((demo.folder / "receipts").glob("*.entry"))

    assert len(entries) > 20
    for file in entries:
        data = file.read_bytes()
        receipt = read_receipt(file.with_suffix(".tlog-proof").read_bytes())
        shown = check_checkpoint(receipt.checkpoint, log)
        assert int(file.stem) == receipt.index
        check_inclusion(leaf_hash(data), receipt.index, shown.size, receipt.path, shown.root)
        read_entry(data)


def test_the_checkpoint_is_the_logs(demo: Ended) -> None:
    """The newest checkpoint is signed by the log and covers more than all receipts' entries."""
    log = read_vkey((demo.folder / "log.vkey").read_text().removesuffix("\n"))
    newest = max(int(file.stem) for file in (demo.folder / "receipts").glob("*.entry"))

    assert newest < check_checkpoint((demo.folder / "checkpoint").read_bytes(), log).size


def test_an_attack_left_out_is_noticed(demo: Ended) -> None:
    """On the copy that nobody touched, no check of an attack is met at any entry."""
    untouched = json.loads((demo.folder / "untouched.verdict.json").read_text())

    assert holds(untouched)
    assert [] == [
        (question, index)
        for question in untouched["questions"]
        for index in range(200)
        if Expected(question, index).is_in(untouched)
    ]


def test_an_unmet_demand_ends_it_badly() -> None:
    """One demand that is not met, or was never made, is not a success."""
    unmet, never, met = (Checks([io.StringIO()]) for _ in range(3))
    unmet.demand("this", holds=True)
    unmet.demand("that", holds=False)
    met.demand("this", holds=True)

    assert [1, 1, 0] == [conclude(each, 1.0, wanted=1) for each in (unmet, never, met)]

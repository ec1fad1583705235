"""`make demo` as a person runs it: the story holds, the attacks are caught, and what it leaves is good by itself."""

import io
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from custody_verifier.entry import read_entry
from custody_verifier.merkle import check_inclusion, leaf_hash
from custody_verifier.note import check_checkpoint, read_vkey
from custody_verifier.receipt import read_receipt
from tests.demo.__main__ import conclude
from tests.demo.checks import Checks
from tests.demo.verdicts import Expected, holds
from tests.support.tree import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
SECONDS = 420


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
        "[ok] 0 a copy that nobody touched",
        "[ok] 1 ",
        "[ok] 2 ",
        "[ok] 3 ",
        "[ok] 4 ",
        "[ok] 5 the whole ledger rewritten under another log key",
        "[ok] 5 the same under the real log key",
        "[ok] 5 and without a kept checkpoint, by the officer's signature",
    ],
)
def test_it_tells_of_each_happening(demo: Ended, happening: str) -> None:
    """A chapter that was left out would be missed here."""
    assert happening in demo.said


def test_each_receipt_is_good_for_its_entry(demo: Ended) -> None:
    """The second implementation, with log.vkey alone, proves each entry under the checkpoint of its receipt."""
    log = read_vkey((demo.folder / "log.vkey").read_text().splitlines()[0])
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
    log = read_vkey((demo.folder / "log.vkey").read_text().splitlines()[0])
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

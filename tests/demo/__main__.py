"""`python -m tests.demo [FOLDER]`: the story of one case and six attacks on it; exit 0 only if all went as it must."""

import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from api.key_files import open_keys
from tests.demo import court, outputs, story, strangers
from tests.demo.attacks import Attacks
from tests.demo.checks import Checks
from tests.demo.founding import AUDITOR
from tests.demo.outsiders import Outsiders
from tests.demo.people import Refused
from tests.demo.server import ORIGIN_LABEL, NotStarted, Server, administer
from tests.demo.tampering import DataDirectory
from tests.demo.telling import Story
from tests.demo.verdicts import save
from tests.support.tree import ROOT

DEMANDS = 40
"""How many demands the whole story makes, beside those on each program of others that is installed here.

One that was left out is one that was not met.
"""


def main(out: Path) -> int:
    """Tell the story into `out`; return the exit status."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    begun = time.monotonic()
    with (out / "story.txt").open("w", encoding="utf-8") as written:
        checks = Checks([sys.stdout, written])
        checks.tell("Custody: історія однієї справи · the story of one case")
        try:
            with tempfile.TemporaryDirectory(prefix="custody-demo-") as folder:
                run(Path(folder), out, checks)
        except (Refused, NotStarted) as fault:
            checks.demand("the story goes on", holds=False, found=fault)
        wanted = DEMANDS + strangers.EACH * len(strangers.here())
        return conclude(checks, time.monotonic() - begun, wanted)


def run(folder: Path, out: Path, checks: Checks) -> None:
    """Tell the story on a new data directory in `folder`, keep what it leaves, and attack copies of it."""
    outsiders = Outsiders(folder / "outsiders")
    server = Server(folder / "data", settings=outsiders.settings)
    try:
        keys = open_keys(server.data, ORIGIN_LABEL)  # the witnesses know the log's keys before its first act
        outsiders.start(keys.log_keys.vkeys)
        with ThreadPoolExecutor(1) as meanwhile:  # no bundle is made before it is there
            court_key = meanwhile.submit(administer, server.data, "court-key", "--name", "Custody, Demo")
            server.start()
        if court_key.result().returncode != 0:
            raise NotStarted(court_key.result().stderr)
        _tell(folder, out, checks, server, outsiders)
    finally:
        server.stop()
        outsiders.stop()
        if server.log.exists():
            shutil.copyfile(server.log, out / "server.log")


def _tell(folder: Path, out: Path, checks: Checks, server: Server, outsiders: Outsiders) -> None:
    """Tell the story, keep what it leaves; attack copies of the data directory; let strangers' programs check."""
    try:
        told = Story(folder, server, checks)
        story.tell(told)
        desk = court.hand_out(told, outsiders, out)
        court.check(told, desk)
    finally:
        server.stop()
    people = list(told.people.values())
    auditor = told.people[AUDITOR]
    count = outputs.write(out, [*people, auditor])
    checks.demand(
        f"{count} receipts, the log's key and a checkpoint are kept for other programs", holds=count > 0
    )
    with ThreadPoolExecutor(1) as meanwhile:
        aside = checks.aside()
        strangers_end = meanwhile.submit(strangers.let_check, out, folder / "strangers", aside)
        attacks = Attacks(folder, DataDirectory(server.data), auditor, checks, outsiders, desk)
        untouched = attacks.all(told.files["photograph"])
        strangers_end.result()
    checks.take_in(aside)
    save(untouched, out / "untouched.verdict.json")


def conclude(checks: Checks, seconds: float, wanted: int) -> int:
    """Say how it ended: well only if every demand was made and met, `wanted` of them."""
    checks.chapter("The end", "Кінець")
    for each in checks.unmet:
        checks.tell(f"  NOT MET: {each}")
    checks.tell(f"  {checks.met} of {wanted} demands met in {seconds:.0f} s")
    return 0 if checks.met == wanted and not checks.unmet else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "demo"))

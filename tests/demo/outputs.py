"""What the demo leaves in build/demo: the receipts of all its people, the log's key, the newest checkpoint."""

import json
import shutil
from pathlib import Path

from tests.demo.people import Person


def write(folder: Path, people: list[Person]) -> int:
    """Write receipts, log.vkey and checkpoint; return how many receipts there are.

    The checkpoint is the one of the person listed last: the newest, when that person was the last to look.
    log.vkey is the Ed25519 key alone, one line, as readers of signed notes take it; trust.policy has both.
    """
    receipts = folder / "receipts"
    receipts.mkdir(parents=True)
    for person in people:
        for file in (person.profile / "receipts").glob("*"):
            if file.suffix in {".entry", ".tlog-proof"}:
                shutil.copyfile(file, receipts / file.name)
    pin = json.loads((people[-1].profile / "pin.json").read_text())
    (folder / "log.vkey").write_text(f"{pin['log'][0]}\n")
    (folder / "checkpoint").write_bytes(people[-1].checkpoint)
    return len(list(receipts.glob("*.tlog-proof")))

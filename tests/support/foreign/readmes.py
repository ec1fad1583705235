"""The commands that README.txt of each bundle prints, as a reader's shell runs them: of `openssl`, `sha256sum`."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support.foreign.handed import Handed, Refused, ran

PROMPT = "$ "
OWN = "custody-verify"  # this project's program: others have their say here
GIVEN = ("tsa-root.pem", "court-root.pem", "trust.policy")


def commands(handed: Handed) -> list[str]:
    """Run every command of each bundle's README.txt, in its folder, with what the reader got by another way."""
    found = []
    for bag in handed.bags():
        for name in GIVEN:
            if (handed.folder / name).is_file():
                shutil.copyfile(handed.folder / name, bag / name)
        lines = [line.strip() for line in (bag / "README.txt").read_text(encoding="utf-8").splitlines()]
        told = [line.removeprefix(PROMPT) for line in lines if line.startswith(PROMPT)]
        found += [_answered(bag, each) for each in told if not each.startswith(OWN)]
    if not found:
        raise Refused("no README.txt prints a command")
    return found


def _answered(bag: Path, command: str) -> str:
    ran(["sh", "-c", command], bag)
    return command

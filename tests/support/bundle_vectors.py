"""The vectors of bundle-v1: `python -m tests.support.bundle_vectors` writes them; a test makes them again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.support.bundle_changes import changed
from tests.support.bundle_stories import told
from tests.support.bundles import TSA
from tests.support.trees import Log, policy

FOLDER: Final = Path(__file__).parents[1] / "vectors/bundle-v1"


@dataclass(frozen=True, kw_only=True)
class Vector:
    """A bundle, what the reader is given with it, and what is found: (question, code) that fail or stay open."""

    name: str
    about: str
    data: bytes
    found: set[tuple[str, str]] = field(default_factory=set)
    exit: int = 1
    trust: bytes | None = field(default_factory=policy)
    tsa: bytes | None = field(default_factory=TSA.pem)
    log: Log | None = None
    receipts: dict[str, bytes] = field(default_factory=dict)
    persons: tuple[str, ...] = ()
    ledger: str | None = None

    def write(self, folder: Path) -> None:
        """Write the inputs into a folder of the vector's name."""
        own = folder / self.name
        own.mkdir(parents=True)
        inputs = {
            "bundle.zip": self.data,
            "trust.policy": self.trust,
            "tsa-root.pem": self.tsa,
            **self.receipts,
        }
        for name, data in inputs.items():
            if data is not None:
                (own / name).write_bytes(data)
        if self.log is not None:
            self.log.folder(own / "log")
        options: dict[str, Any] = {
            "ledger": self.ledger,
            "log": None if self.log is None else "log",
            "persons": list(self.persons),
            "receipts": sorted(self.receipts),
            "trust": None if self.trust is None else "trust.policy",
            "tsa_root": None if self.tsa is None else "tsa-root.pem",
        }
        _put(own / "options.json", options)
        codes = "".join(f"* {question}: `{code}`\n" for question, code in sorted(self.found))
        (own / "README.md").write_text(
            f"# {self.name}\n\n{self.about}\n\nExit status {self.exit}. Found beside what is only noted:\n\n"
            f"{codes or '* nothing'}".rstrip()
            + "\n",
            encoding="utf-8",
        )


def _put(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def command(folder: Path) -> list[str]:
    """Return the arguments of `custody-verify` for a vector's folder."""
    options = json.loads((folder / "options.json").read_text(encoding="utf-8"))
    words = [str(folder / "bundle.zip"), "--json"]
    for name, option in (("trust", "--trust"), ("tsa_root", "--tsa-root"), ("log", "--log")):
        words += [option, str(folder / options[name])] if options[name] else []
    words += ["--ledger", options["ledger"]] if options["ledger"] else []
    for each in options["persons"]:
        words += ["--person", each]
    for each in options["receipts"]:
        words += ["--receipt", str(folder / each)]
    return words


def vectors() -> Iterator[Vector]:
    """Yield all vectors."""
    makers: tuple[Callable[[], Iterator[dict[str, Any]]], ...] = (told, changed)
    for maker in makers:
        for each in maker():
            yield Vector(**each)


def expected(verdict: dict[str, Any] | None, status: int) -> dict[str, Any]:
    """Return what two programs must agree on: answers, grade, exit, findings without their sentences."""
    if verdict is None:
        return {"exit": status}
    questions = verdict["questions"]
    return {
        "answers": {name: [each["answer"], each["basis"]] for name, each in questions.items()},
        "brackets": verdict["brackets"],
        "exit": status,
        "findings": sorted(
            [name, found["code"], found["entries"], found["weight"]]
            for name, each in questions.items()
            for found in each["findings"]
        ),
        "grade": verdict["grade"],
    }


def main() -> None:
    """Write all vectors anew, without `expected.json`, which a test writes when it is asked to."""
    for each in FOLDER.glob("*/"):
        shutil.rmtree(each)
    for vector in vectors():
        vector.write(FOLDER)


if __name__ == "__main__":
    main()

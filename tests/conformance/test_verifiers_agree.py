"""Two verifiers, written apart, give one verdict on bundles that were changed at random."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from custody_verifier.bundle import check_bundle
from custody_verifier.errors import Malformed
from custody_verifier.options import Options
from custody_verifier.policy import read_policy
from custody_verifier.roots import read_roots
from tests.conformance.test_verify_html import beside, laid_open, told
from tests.support.mutants import Mutant, mutants

NUMBERS = 240
PIECE = 40


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """Open the page with its modules laid open, once for all mutants."""
    page = laid_open(chromium)
    yield page
    page.close()


def _shown(verdict: dict[str, Any]) -> dict[str, Any]:
    """Return what two programs must agree on."""
    return told(verdict) | beside(verdict) if verdict["exit"] != 2 else {"exit": 2}


def _written(mutant: Mutant, folder: Path) -> Options:
    """Write what the reader is given into an empty folder; return it as options."""
    folder.mkdir()
    (folder / "bundle.zip").write_bytes(mutant.data)
    for name, data in (mutant.log or {}).items():
        (folder / "log" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "log" / name).write_bytes(data)
    receipts = [folder / f"{number}.receipt" for number in range(len(mutant.receipts))]
    for path, data in zip(receipts, mutant.receipts, strict=True):
        path.write_bytes(data)
    (folder / "file").write_bytes(mutant.file or b"")
    pins: dict[str, frozenset[str]] = {}
    for person, key in mutant.persons:
        pins[person] = pins.get(person, frozenset()) | {key}
    return Options(
        policy=None if mutant.trust is None else read_policy(mutant.trust),
        tsa=None if mutant.tsa is None else read_roots(mutant.tsa),
        log=None if mutant.log is None else folder / "log",
        receipts=tuple(receipts),
        persons=pins,
        ledger=mutant.ledger,
        file=None if mutant.file is None else folder / "file",
    )


def _python(mutant: Mutant, folder: Path) -> dict[str, Any]:
    """Return the verdict of `custody-verify`."""
    options = _written(mutant, folder)
    try:
        return check_bundle(folder / "bundle.zip", options).as_json()
    except Malformed:
        return {"exit": 2}


def _sent(mutant: Mutant) -> dict[str, Any]:
    """Return a mutant as the page takes it."""
    return {
        "zip": _text(mutant.data),
        "trust": _text(mutant.trust),
        "tsa": _text(mutant.tsa),
        "log": None if mutant.log is None else {name: _text(data) for name, data in mutant.log.items()},
        "receipts": [_text(each) for each in mutant.receipts],
        "persons": [list(each) for each in mutant.persons],
        "ledger": mutant.ledger,
        "file": _text(mutant.file),
    }


def _text(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode("ascii")


@pytest.mark.timeout(300)
def test_the_verdicts_are_the_same(page: Page, tmp_path: Path) -> None:
    """Answers, findings with entries and weights, brackets, grade, exit status: all, for every mutant."""
    some = list(mutants(0, NUMBERS))
    theirs: list[dict[str, Any]] = []
    for at in range(0, len(some), PIECE):
        theirs += page.evaluate("vectors.verdicts", [_sent(each) for each in some[at : at + PIECE]])
    differ = []
    for number, (mutant, found) in enumerate(zip(some, theirs, strict=True)):
        if _shown(_python(mutant, tmp_path / str(number))) != _shown(found):
            differ.append(mutant.about)
    assert [] == differ
    assert {1, 2, 3} <= {each["exit"] for each in theirs}

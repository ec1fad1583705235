"""Hostile bundles before verify.html: a finding or a clear refusal, never a fault, and the page answers on."""

from __future__ import annotations

import json
import random
import struct
from base64 import b64encode
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
from tests.attacks.test_every_bit import manifests_match, rested_on
from tests.attacks.test_hostile_bundles import DATA, HOSTILE, TOLD, lying_directories
from tests.conformance.test_verify_html import PAGE, beside, laid_open, told
from tests.support.bundles import TSA, bagged, issue, parts, smallest, zipped
from tests.support.trees import policy

OPTIONS = Options(policy=read_policy(policy()), tsa=read_roots(TSA.pem()))


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """Open the page with its modules laid open."""
    page = laid_open(chromium)
    yield page
    page.close()


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def verdicts(page: Page, *zips: bytes, receipts: tuple[bytes, ...] = (), quorum: str = "w1") -> list[Any]:
    """Return the page's verdicts on zips."""
    given: dict[str, Any] = {
        "trust": _text(policy(quorum=quorum)),
        "tsa": _text(TSA.pem()),
        "log": None,
        "persons": [],
        "ledger": None,
    }
    given |= {"receipts": [_text(each) for each in receipts], "file": None}
    found: list[Any] = page.evaluate("vectors.verdicts", [given | {"zip": _text(each)} for each in zips])
    return found


def hostile() -> Iterator[tuple[str, bytes]]:
    """Yield names and bytes of hostile zips: records, manifests, ends, numbers of the directory."""
    for name, change in HOSTILE.items():
        some = parts(TOLD, anchors=[10])
        change(some)
        yield name, some.zip()
    for number, manifest in enumerate((b"x\n", b"0" * 600 + b"\n", b"0  data/x\n" * 50_000, b"\xff\xfe")):
        some = parts(TOLD)
        bag = bagged(some.files, some.made_at, some.bundle, some.ledger) | {"manifest-sha512.txt": manifest}
        yield f"manifest-{number}", zipped(some.bundle.replace("/", "-"), bag)
    for at in (*random.Random(1).sample(range(len(DATA)), 10), 0, 21, 22):
        yield f"cut-{at}", DATA[:at]
    for where, data in lying_directories():
        yield f"directory-{where}", DATA[:where] + data + DATA[where + len(data) :]
    end = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 0x032D, 45, 0, 0, 2**63, 2**63, 2**63, 2**63)
    yield (
        "zip64-huge",
        DATA + end + struct.pack("<4sIQI", b"PK\6\7", 0, 2**63, 1) + b"PK\5\6" + b"\xff" * 16 + b"\0\0",
    )


def _python(data: bytes, folder: Path) -> dict[str, Any]:
    (folder / "bundle.zip").write_bytes(data)
    try:
        return check_bundle(folder / "bundle.zip", OPTIONS).as_json()
    except Malformed:
        return {"exit": 2}


def test_each_is_answered_as_by_custody_verify(page: Page, tmp_path: Path) -> None:
    """Deep JSON, huge numbers, odd names, cut ends, sizes that cannot be: one verdict, or exit status 2."""
    zips = dict(hostile())
    found = dict(zip(zips, verdicts(page, *zips.values()), strict=True))
    theirs = {name: _python(data, tmp_path) for name, data in zips.items()}
    assert {name: told(each) for name, each in theirs.items()} == {
        name: told(each) for name, each in found.items()
    }
    assert [] == [name for name, each in found.items() if each["exit"] not in (1, 2)]
    assert [beside(each) for each in theirs.values() if each["exit"] != 2] == [
        beside(each) for each in found.values() if each["exit"] != 2
    ]


def test_a_file_that_claims_four_gibibytes(page: Page) -> None:
    """Where a header claims more than there is, the zip is refused at once."""
    at = DATA.index(b"PK\1\2") + 20
    claimed = DATA[:at] + struct.pack("<2I", 0xFFFFFFFE, 0xFFFFFFFE) + DATA[at + 8 :]
    assert [2] == [each["exit"] for each in verdicts(page, claimed)]


def test_the_page_says_so_and_answers_on(chromium: Browser, tmp_path: Path) -> None:
    """A bundle that cannot be read, and one with deep JSON, are told in words; the same page then checks a good one."""
    page = chromium.new_page()
    page.goto(PAGE.as_uri())
    page.fill("#policy", policy().decode())
    for name, data in (("deep-proof", dict(hostile())["deep-proof"]), ("cut", DATA[:-50])):
        path = tmp_path / f"{name}.zip"
        path.write_bytes(data)
        page.set_input_files("#bundle", path)
        page.click("#check")
        page.wait_for_selector(".unreadable")
        assert "2)" in (page.locator(".unreadable").text_content() or "")
    (tmp_path / "good.zip").write_bytes(DATA)
    page.set_input_files("#bundle", tmp_path / "good.zip")
    page.click("#check")
    page.locator("h2.exit-0").wait_for()
    assert "integrity" in json.loads(page.locator("#json").text_content() or "")["questions"]
    page.close()


def test_manifests_that_match(page: Page) -> None:
    """A turned bit is found in all that the questions rest on, and everywhere with the receipt; a bit of each file."""
    story = smallest()
    some = parts(story, withheld=None)
    data = some.zip()
    receipt = issue(story, data)
    chosen = random.Random(5)
    turned = {
        name: manifests_match(some, name, chosen.randrange(8 * len(some.files[name])))
        for name in sorted(some.files)
        if some.files[name]
    }
    plain = verdicts(page, *turned.values(), quorum="none")
    received = verdicts(page, *turned.values(), receipts=(receipt,), quorum="none")
    assert [name for name in turned if rested_on(name)] == [
        name for name, each in zip(turned, plain, strict=True) if each["exit"] in (1, 2)
    ]
    assert [] == [name for name, each in zip(turned, received, strict=True) if each["exit"] not in (1, 2)]

"""The threat model names tests that exist: a claim without its test is only a sentence."""

import re

import pytest

from tests.support.tree import ROOT

MODEL = ROOT / "docs" / "explanation" / "threat-model.md"
NOT_ADVERSARIES = {"Assumptions", "Guarantees", "Not guaranteed in this version"}
TEST = re.compile(r"`(tests/[\w/]+\.py)`")


def sections(text: str) -> dict[str, str]:
    """Return the text of each section of the second level by its heading."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def adversaries(text: str) -> dict[str, str]:
    """Return the sections about adversaries."""
    return {name: body for name, body in sections(text).items() if name not in NOT_ADVERSARIES}


def missing(body: str) -> list[str]:
    """Return the test files that a section names and that do not exist."""
    return [named for named in TEST.findall(body) if not (ROOT / named).is_file()]


MODELLED = adversaries(MODEL.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", MODELLED)
def test_each_adversary_is_shown_by_tests_that_exist(name: str) -> None:
    """A section says what its adversary can do, what they cannot, and which test shows it."""
    body = MODELLED[name]

    assert re.search(r"^Can\b", body, re.MULTILINE)
    assert re.search(r"^Cannot\b", body, re.MULTILINE)
    assert TEST.findall(body.partition("\nShown by: ")[2])
    assert [] == missing(body)


def test_the_adversaries_of_the_work_order_are_there() -> None:
    """None of those who were named is left out."""
    wanted = {
        "Database writer",
        "Vault writer",
        "Stolen log key",
        "Stolen officer key",
        "Puppet officer",
        "Lying server",
        "Insider with a session",
        "Administrator",
        "Restored backup",
        "Clock liar",
        "Network",
    }

    assert set() == wanted - MODELLED.keys()


def test_a_missing_test_is_found() -> None:
    """A name that leads nowhere is told."""
    assert missing("Shown by: `tests/attacks/test_nothing_at_all.py`") == [
        "tests/attacks/test_nothing_at_all.py"
    ]

"""How the verdict is printed: what is only noted never looks like what fails."""

import pytest

from custody_cli import messages
from custody_cli.checking import Check
from custody_cli.commands import verifying
from custody_verifier.canonical import Json


def line(weight: str | None) -> str:
    """Return the line of a finding."""
    finding: dict[str, Json] = {"code": "continuity.late", "entries": [3], "text": "recorded late"}
    return verifying.finding_line(finding if weight is None else {**finding, "weight": weight})


@pytest.mark.parametrize(
    ("weight", "english", "ukrainian"),
    [
        ("fails", "FAILS: ", "ПОРУШЕННЯ: "),
        ("not-checked", "not checked: ", "не перевірено: "),
        ("noted", "noted: ", "зауваження: "),
        (None, "FAILS: ", "ПОРУШЕННЯ: "),
        ("else", "else: ", "else: "),
    ],
)
def test_a_finding_begins_with_its_weight(
    weight: str | None, english: str, ukrainian: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In both languages; a finding without a weight is taken for the worst."""
    assert line(weight) == f"{english}continuity.late [3]: recorded late"
    monkeypatch.setattr(messages, "_chosen", ["uk"])
    sentence = "Дію записано із запізненням. (recorded late)"
    assert line(weight) == f"{ukrainian}continuity.late [3]: {sentence}"


def test_an_own_check_that_finds_something_fails() -> None:
    """The findings of the tool itself have no lesser weight."""
    check = Check("chain", "fails", 1, ("gap",))

    assert "    FAILS: gap" in verifying.check_lines(check)

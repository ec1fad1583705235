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


@pytest.mark.parametrize(
    ("answer", "basis", "english", "ukrainian"),
    [
        (
            "holds",
            "attested",
            "holds (attested by the ledger)",
            "підтверджено (за підписаним словом реєстру)",
        ),
        ("not checked", "not checked", "not checked", "не перевірено"),
        ("fails", None, "FAILS", "НЕ ПІДТВЕРДЖЕНО"),
    ],
)
def test_an_answer_is_told_with_its_basis_in_the_language_that_is_spoken(
    answer: str, basis: str | None, english: str, ukrainian: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words are those of the glossary; a basis that repeats the answer is left out."""
    question: dict[str, Json] = {"answer": answer, "basis": basis, "findings": []}
    assert verifying.question_lines("time", question) == f"{'4 Time':<30} {english}"
    monkeypatch.setattr(messages, "_chosen", ["uk"])
    assert verifying.question_lines("time", question) == f"{'4 Час':<30} {ukrainian}"


def test_an_own_check_that_finds_something_fails() -> None:
    """The findings of the tool itself have no lesser weight."""
    check = Check("chain", "fails", 1, ("gap",))

    assert "    FAILS: gap" in verifying.check_lines(check)

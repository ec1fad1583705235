"""The verdict: six answers by name; no check is no success; the exit status follows."""

from __future__ import annotations

import pytest

from custody.verdict import (
    REQUIRED,
    Answer,
    Basis,
    Finding,
    Grade,
    Question,
    QuestionAnswer,
    Weight,
    answer,
    verdict,
)


def _finding(weight: Weight, *entries: int, question: Question = Question.ORDER) -> Finding:
    return Finding(
        question=question,
        code="order.gap",
        clause="continuity-v1 4",
        text="gap",
        entries=entries,
        weight=weight,
    )


@pytest.mark.parametrize(
    ("checks", "weights", "basis", "expected"),
    [
        (0, [], Basis.CHECKED, Answer.NOT_CHECKED),
        (1, [], Basis.CHECKED, Answer.HOLDS),
        (1, [], Basis.ATTESTED, Answer.HOLDS),
        (1, [], Basis.NOT_CHECKED, Answer.NOT_CHECKED),
        (1, [Weight.NOTED], Basis.CHECKED, Answer.HOLDS),
        (1, [Weight.NOTED, Weight.NOT_CHECKED], Basis.CHECKED, Answer.NOT_CHECKED),
        (1, [Weight.NOT_CHECKED, Weight.FAILS], Basis.CHECKED, Answer.FAILS),
        (0, [Weight.FAILS], Basis.CHECKED, Answer.FAILS),
    ],
)
def test_answers(checks: int, weights: list[Weight], basis: Basis, expected: Answer) -> None:
    """A fault outweighs what was not checked, which outweighs any number of checks."""
    findings = [_finding(weight, index) for index, weight in enumerate(weights)]
    found = answer(Question.ORDER, checks=checks, findings=findings, basis=basis)
    assert found.answer is expected
    assert (found.basis is Basis.NOT_CHECKED) == (expected is Answer.NOT_CHECKED)


def test_findings_stand_once_and_with_their_question() -> None:
    """One fault found twice stands once, in the order of entries; other questions' findings stay away."""
    findings = [_finding(Weight.FAILS, 7), _finding(Weight.FAILS, 3), _finding(Weight.FAILS, 7)]
    findings.append(_finding(Weight.FAILS, 1, question=Question.TIME))
    found = answer(Question.ORDER, checks=1, findings=findings)
    assert [each.entries for each in found.findings] == [(3,), (7,)]


def _answers(**given: Answer) -> list[QuestionAnswer]:
    return [QuestionAnswer(Question(name), each, Basis.CHECKED, 1, ()) for name, each in given.items()]


ALL = {each.value: Answer.HOLDS for each in REQUIRED}


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (ALL, 0),
        ({**ALL, "time": Answer.NOT_CHECKED}, 0),
        ({**ALL, "time": Answer.FAILS}, 1),
        ({**ALL, "files": Answer.NOT_CHECKED}, 3),
        ({**ALL, "files": Answer.NOT_CHECKED, "order": Answer.FAILS}, 1),
        ({}, 3),
    ],
)
def test_exit_status(given: dict[str, Answer], status: int) -> None:
    """0 when all that is required holds, 1 when anything fails, 3 when something required is open."""
    assert verdict(Grade.SIGNED, _answers(**given)).exit_status() == status


def test_nothing_required_is_no_success() -> None:
    """An empty list of requirements does not make a verdict hold."""
    assert verdict(Grade.SIGNED, _answers(**ALL)).exit_status(required=()) == 3


def test_a_verdict_has_all_six_answers() -> None:
    """A question that nobody answered is not checked, and the JSON says so by name."""
    findings = [_finding(Weight.FAILS, 7)]
    found = verdict(Grade.SELF_ATTESTED, [answer(Question.ORDER, checks=1, findings=findings)])
    unasked = {"answer": "not-checked", "basis": "not-checked", "checks": 0, "findings": []}
    assert found[Question.TIME].answer is Answer.NOT_CHECKED
    assert found.as_json() == {
        "format": "custody-verdict/1",
        "grade": "self-attested",
        "questions": {
            "integrity": unasked,
            "authorship": unasked,
            "order": {
                "answer": "fails",
                "basis": "checked",
                "checks": 1,
                "findings": [
                    {
                        "clause": "continuity-v1 4",
                        "code": "order.gap",
                        "entries": [7],
                        "text": "gap",
                        "weight": "fails",
                    }
                ],
            },
            "time": unasked,
            "continuity": unasked,
            "files": unasked,
        },
    }

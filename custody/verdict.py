"""The verdict: six questions that a court asks, each answered by name, with what was found (continuity-v1, 5)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from custody.canonical import Json


class Question(StrEnum):
    """What a court asks; design section 1 has the sentences."""

    INTEGRITY = "integrity"
    AUTHORSHIP = "authorship"
    ORDER = "order"
    TIME = "time"
    CONTINUITY = "continuity"
    FILES = "files"


class Answer(StrEnum):
    """How a question is answered."""

    HOLDS = "holds"
    FAILS = "fails"
    NOT_CHECKED = "not-checked"


class Basis(StrEnum):
    """What an answer rests on: our own check, or the ledger's signed word."""

    CHECKED = "checked"
    ATTESTED = "attested"
    NOT_CHECKED = "not-checked"


class Weight(StrEnum):
    """What a finding does to its question: fails it, leaves it unchecked, or only stands beside it."""

    FAILS = "fails"
    NOT_CHECKED = "not-checked"
    NOTED = "noted"


class Grade(StrEnum):
    """How far the evidence for the ledger reaches beyond those who run it, weakest first."""

    SELF_ATTESTED = "self-attested"
    SIGNED = "signed"
    TIME_STAMPED = "time-stamped"
    WITNESSED = "witnessed"


REQUIRED: Final = frozenset(Question) - {Question.TIME}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a check found. `entries` are indexes in the ledger; `clause` is of docs/spec."""

    question: Question
    code: str
    clause: str
    text: str
    entries: tuple[int, ...] = ()
    weight: Weight = Weight.FAILS

    def as_json(self) -> dict[str, Json]:
        """Return the finding as it stands in a verdict."""
        return {
            "clause": self.clause,
            "code": self.code,
            "entries": list[Json](self.entries),
            "text": self.text,
            "weight": self.weight.value,
        }


@dataclass(frozen=True, slots=True)
class QuestionAnswer:
    """One question answered, after a number of checks."""

    question: Question
    answer: Answer
    basis: Basis
    checks: int
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Json]:
        """Return the answer as it stands in a verdict."""
        return {
            "answer": self.answer.value,
            "basis": self.basis.value,
            "checks": self.checks,
            "findings": [each.as_json() for each in self.findings],
        }


def answer(
    question: Question, *, checks: int, findings: Iterable[Finding] = (), basis: Basis = Basis.CHECKED
) -> QuestionAnswer:
    """Return the answer that checks and findings give; no check at all is *not checked*.

    A finding that two checks made (same code, same entries) stands once.
    """
    distinct = {(each.code, each.entries): each for each in findings if each.question is question}
    own = tuple(sorted(distinct.values(), key=_by_entry))
    weights = {each.weight for each in own}
    if Weight.FAILS in weights:
        return QuestionAnswer(question, Answer.FAILS, basis, checks, own)
    if checks == 0 or basis is Basis.NOT_CHECKED or Weight.NOT_CHECKED in weights:
        return QuestionAnswer(question, Answer.NOT_CHECKED, Basis.NOT_CHECKED, checks, own)
    return QuestionAnswer(question, Answer.HOLDS, basis, checks, own)


def _by_entry(finding: Finding) -> tuple[tuple[int, ...], str]:
    return finding.entries, finding.code


@dataclass(frozen=True, slots=True)
class Verdict:
    """All six answers, in the order of the questions, and the grade."""

    grade: Grade
    answers: tuple[QuestionAnswer, ...]

    def __getitem__(self, question: Question) -> QuestionAnswer:
        return next(each for each in self.answers if each.question is question)

    def exit_status(self, required: Collection[Question] = REQUIRED) -> int:
        """Return 0 when every required question holds, 1 when any fails, 3 when nothing fails but one is open."""
        if any(each.answer is Answer.FAILS for each in self.answers):
            return 1
        holding = {each.question for each in self.answers if each.answer is Answer.HOLDS}
        return 0 if required and holding.issuperset(required) else 3

    def as_json(self) -> dict[str, Json]:
        """Return the verdict as programs read it (format `custody-verdict/1`)."""
        return {
            "format": "custody-verdict/1",
            "grade": self.grade.value,
            "questions": {each.question.value: each.as_json() for each in self.answers},
        }


def verdict(grade: Grade, answers: Iterable[QuestionAnswer]) -> Verdict:
    """Return the verdict of answers; a question that nobody answered is *not checked*."""
    given = {each.question: each for each in answers}
    return Verdict(grade, tuple(given.get(each) or answer(each, checks=0) for each in Question))

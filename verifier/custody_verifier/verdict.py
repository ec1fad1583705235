"""The verdict: six questions answered by name, each with its basis and findings (continuity-v1 5, verdict-v1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from custody_verifier.canonical import Json


class Question(StrEnum):
    """What a court asks."""

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
    """What a finding does to its question."""

    FAILS = "fails"
    NOT_CHECKED = "not-checked"
    NOTED = "noted"


class Grade(StrEnum):
    """How far the evidence reaches beyond those who run the ledger, weakest first."""

    SELF_ATTESTED = "self-attested"
    SIGNED = "signed"
    TIME_STAMPED = "time-stamped"
    WITNESSED = "witnessed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a check found. `entries` are indexes in the ledger, `clause` is of docs/spec."""

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


@dataclass(slots=True)
class Findings:
    """What the checks found so far, and how many were made for each question."""

    found: dict[tuple[Question, str, tuple[int, ...]], Finding] = field(default_factory=dict)
    checks: dict[Question, int] = field(default_factory=lambda: dict.fromkeys(Question, 0))

    def add(
        self,
        code: str,
        clause: str,
        text: str,
        *questions: Question,
        entries: Iterable[int] = (),
        weight: Weight = Weight.FAILS,
    ) -> None:
        """Add a finding to each of the questions; the same code on the same entries stands once."""
        for question in questions:
            finding = Finding(
                question=question,
                code=code,
                clause=clause,
                text=text,
                entries=tuple(entries),
                weight=weight,
            )
            self.found.setdefault((question, code, finding.entries), finding)

    def count(self, question: Question, checks: int = 1) -> None:
        """Count checks that were made for a question."""
        self.checks[question] += checks

    def codes(self) -> set[tuple[str, str]]:
        """Return (question, code) of all findings."""
        return {(question.value, code) for question, code, _ in self.found}

    def answer(self, question: Question, basis: Basis) -> QuestionAnswer:
        """Return the answer to a question: without a check, or with something left open, it is *not checked*."""
        own = [each for each in self.found.values() if each.question is question]
        own.sort(key=lambda each: (each.entries, each.code))
        weights, checks = {each.weight for each in own}, self.checks[question]
        if Weight.FAILS in weights:
            return QuestionAnswer(Answer.FAILS, basis, checks, tuple(own))
        if checks == 0 or Weight.NOT_CHECKED in weights:
            return QuestionAnswer(Answer.NOT_CHECKED, Basis.NOT_CHECKED, checks, tuple(own))
        return QuestionAnswer(Answer.HOLDS, basis, checks, tuple(own))


@dataclass(frozen=True, slots=True)
class QuestionAnswer:
    """One question answered, after a number of checks."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All six answers, the grade, and what was checked (verdict-v1, section 7)."""

    grade: Grade
    answers: dict[Question, QuestionAnswer]
    required: frozenset[Question]
    subject: dict[str, Json]
    brackets: list[Json] = field(default_factory=list)
    witnesses: dict[str, Json] | None = None

    def exit_status(self) -> int:
        """Return 0 when every required question holds, 1 when any fails, 3 when nothing fails but one is open."""
        if any(each.answer is Answer.FAILS for each in self.answers.values()):
            return 1
        holding = {question for question, each in self.answers.items() if each.answer is Answer.HOLDS}
        return 0 if self.required and holding >= self.required else 3

    def as_json(self) -> dict[str, Json]:
        """Return the verdict as programs read it (format `custody-verdict/1`)."""
        return {
            "brackets": self.brackets,
            "exit": self.exit_status(),
            "format": "custody-verdict/1",
            "grade": self.grade.value,
            "questions": {question.value: each.as_json() for question, each in self.answers.items()},
            "required": list[Json](sorted(each.value for each in self.required)),
            "subject": self.subject,
            "witnesses": self.witnesses,
        }


def require(names: Collection[str]) -> frozenset[Question]:
    """Return the questions of these names; raises ValueError for another name."""
    odd = set(names) - set(Question)
    if odd:
        raise ValueError(f"--require {min(odd)}: is none of {', '.join(Question)}")
    return frozenset(Question(name) for name in names)

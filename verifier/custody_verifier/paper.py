"""The verdict as text for people, in English or Ukrainian."""

from __future__ import annotations

from collections.abc import Iterator

from custody_verifier import ukrainian as _uk
from custody_verifier.verdict import Answer, Finding, Question, Verdict

SHOWN = 10

_QUESTIONS = {
    "integrity": "Integrity: is each record, and each file, what was recorded",
    "authorship": "Authorship: did the named person act, with their key and in a role that allowed it",
    "order": "Order and completeness: is each record at its place, and nothing removed",
    "time": "Time: did it exist no later than a moment that a third party vouches for",
    "continuity": "Continuity: was there exactly one answerable custodian at every moment",
    "files": "Existence of the files: are all bytes present and equal to their digests",
}
_ANSWERS = {"holds": "HOLDS", "fails": "FAILS", "not-checked": "NOT CHECKED"}
_MARKS = {Answer.HOLDS: "+", Answer.FAILS: "!", Answer.NOT_CHECKED: "?"}


def text_of(verdict: Verdict, language: str) -> str:
    """Return the verdict in lines; `language` is `uk` or `en`."""
    return "\n".join(_lines(verdict, ukrainian=language == "uk")) + "\n"


def _lines(verdict: Verdict, *, ukrainian: bool) -> Iterator[str]:
    subject = {name: value for name, value in verdict.subject.items() if value is not None}
    yield "  ".join(f"{name}: {value}" for name, value in subject.items())
    for question, each in verdict.answers.items():
        yield ""
        yield f"[{_MARKS[each.answer]}] {_question(question, ukrainian=ukrainian)}?"
        answer, basis = each.answer.value, each.basis.value
        yield f"    {_answer(answer, basis, ukrainian=ukrainian)}"
        for finding in each.findings:
            yield f"    - {_finding(finding, ukrainian=ukrainian)}"
    yield ""
    yield _ending(verdict, ukrainian=ukrainian)


def _question(question: Question, *, ukrainian: bool) -> str:
    return (_uk.QUESTIONS if ukrainian else _QUESTIONS)[question.value]


def _answer(answer: str, basis: str, *, ukrainian: bool) -> str:
    if ukrainian:
        return f"{_uk.ANSWERS[answer]} ({_uk.BASES[basis]})"
    return f"{_ANSWERS[answer]} ({basis.replace('-', ' ')})"


def _finding(finding: Finding, *, ukrainian: bool) -> str:
    where = ", ".join(map(str, finding.entries[:SHOWN]))
    where += ", ..." if len(finding.entries) > SHOWN else ""
    coded = f"({finding.code}, {finding.clause})"
    if ukrainian:
        place = f" [записи {where}]" if where else ""
        sentence = _uk.SENTENCES.get(finding.code, finding.text)
        return f"{_uk.WEIGHTS[finding.weight.value]}: {sentence} {coded}{place}\n      {finding.text}"
    place = f" [entries {where}]" if where else ""
    return (
        f"{finding.weight.value.replace('-', ' ')}: {finding.text} ({finding.code}, {finding.clause}){place}"
    )


def _ending(verdict: Verdict, *, ukrainian: bool) -> str:
    status, required = verdict.exit_status(), ", ".join(sorted(verdict.required))
    if ukrainian:
        grade = _uk.GRADES[verdict.grade.value]
        words = {0: "на всі потрібні питання відповідь «так»", 1: "є порушення", 3: "не все перевірено"}
        return f"Ступінь: {grade}. Висновок: {words[status]} (потрібні: {required}). Код {status}."
    words = {0: "every required question holds", 1: "something fails", 3: "something required is not checked"}
    return (
        f"Grade: {verdict.grade.value}. {words[status].capitalize()} (required: {required}). Exit {status}."
    )

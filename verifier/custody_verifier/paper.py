"""The verdict as text for people, in English or Ukrainian."""

from __future__ import annotations

from collections.abc import Iterator

from custody_verifier import ukrainian as _uk
from custody_verifier.verdict import Answer, Basis, Finding, Question, Verdict

SHOWN = 10

_QUESTIONS = {
    "integrity": "Integrity: is each record, and each file, what was recorded",
    "authorship": "Authorship: did the named person act, with their key and in a role that allowed it",
    "order": "Order and completeness: is each record at its place, and nothing removed",
    "time": "Time: did it exist no later than a moment that a third party vouches for",
    "continuity": "Continuity: was there exactly one answerable custodian at every moment",
    "files": "Existence of the files: are all bytes present and equal to their digests",
}
_SUBJECT = {
    "bundle": "Bundle",
    "ledger": "Ledger",
    "origin": "Log",
    "made_at": "Sealed at",
    "at": "Complete as of the tree of size",
    "size": "Checkpoint of size",
}
_BASES = {"checked": "checked", "attested": "attested by the ledger", "not-checked": "not checked"}
_HINTS = {
    "trust.none": "Whom do you trust? Give --trust POLICY, from another source than the bundle.",
    "time.not-vouched": "Roots of time-stamping that you trust: --tsa-root PEM.",
    "attested": "Attested rests on the ledger's signed word; with --log FOLDER, a copy of the log, it is checked.",
}
_ANSWERS = {"holds": "HOLDS", "fails": "FAILS", "not-checked": "NOT CHECKED"}
_MARKS = {Answer.HOLDS: "+", Answer.FAILS: "!", Answer.NOT_CHECKED: "?"}


def text_of(verdict: Verdict, language: str) -> str:
    """Return the verdict in lines; `language` is `uk` or `en`."""
    return "\n".join(_lines(verdict, ukrainian=language == "uk")) + "\n"


def _lines(verdict: Verdict, *, ukrainian: bool) -> Iterator[str]:
    labels = _uk.SUBJECT if ukrainian else _SUBJECT
    for name, label in labels.items():
        if verdict.subject.get(name) is not None:
            yield f"{label}: {verdict.subject[name]}"
    for question, each in verdict.answers.items():
        yield ""
        yield f"[{_MARKS[each.answer]}] {_question(question, ukrainian=ukrainian)}?"
        answer, basis = each.answer.value, each.basis.value
        yield f"    {_answer(answer, basis, ukrainian=ukrainian)}"
        for finding in each.findings:
            yield f"    - {_finding(finding, ukrainian=ukrainian)}"
    yield ""
    yield from _hints(verdict, ukrainian=ukrainian)
    yield from _ending(verdict, ukrainian=ukrainian)


def _hints(verdict: Verdict, *, ukrainian: bool) -> Iterator[str]:
    """What the reader can give so that more is checked."""
    words = _uk.HINTS if ukrainian else _HINTS
    codes = {finding.code for each in verdict.answers.values() for finding in each.findings}
    attested = any(each.basis is Basis.ATTESTED for each in verdict.answers.values())
    for name, holds in (
        ("trust.none", "trust.none" in codes),
        ("time.not-vouched", "time.not-vouched" in codes),
        ("attested", attested and verdict.subject["kind"] == "bundle"),
    ):
        if holds:
            yield words[name]


def _question(question: Question, *, ukrainian: bool) -> str:
    return (_uk.QUESTIONS if ukrainian else _QUESTIONS)[question.value]


def _answer(answer: str, basis: str, *, ukrainian: bool) -> str:
    words = (_uk.ANSWERS if ukrainian else _ANSWERS)[answer]
    on = (_uk.BASES if ukrainian else _BASES)[basis]
    return words if basis == "not-checked" else f"{words} ({on})"


def _finding(finding: Finding, *, ukrainian: bool) -> str:
    where = ", ".join(map(str, finding.entries[:SHOWN]))
    where += ", ..." if len(finding.entries) > SHOWN else ""
    coded = f"({finding.code}, {finding.clause})"
    one = len(finding.entries) == 1
    if ukrainian:
        place = f" [{'запис' if one else 'записи'} {where}]" if where else ""
        sentence = _uk.SENTENCES.get(finding.code, finding.text)
        return f"{_uk.WEIGHTS[finding.weight.value]}: {sentence} {coded}{place}\n      {finding.text}"
    place = f" [{'entry' if one else 'entries'} {where}]" if where else ""
    return f"{finding.weight.value.replace('-', ' ')}: {finding.text} {coded}{place}"


def _ending(verdict: Verdict, *, ukrainian: bool) -> Iterator[str]:
    status = verdict.exit_status()
    open_ = [name for name in sorted(verdict.required) if verdict.answers[name].answer is Answer.NOT_CHECKED]
    if ukrainian:
        words = {
            0: "На всі потрібні питання відповідь «так».",
            1: "Є порушення.",
            3: "Не все потрібне перевірено: ",
        }
        names = ", ".join(_uk.SHORT[name.value] for name in open_)
        yield f"Ступінь: {_uk.GRADES[verdict.grade.value]}."
        yield f"Висновок: {words[status]}{f'{names}.' if status == 3 else ''} Код {status}."
        return
    words = {0: "Every required question holds.", 1: "Something fails.", 3: "Required, but not checked: "}
    yield f"Grade: {verdict.grade.value}."
    names = ", ".join(name.value for name in open_)
    yield f"Conclusion: {words[status]}{f'{names}.' if status == 3 else ''} Exit {status}."

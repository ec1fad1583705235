"""The service's own judgement of a bundle's records, for the front page; what it cannot judge is *not checked*.

Anybody can make a better one with `custody-verify`: this one is the word of the program that made the paper.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from api.court.items import Facts
from custody.canonical import Json
from custody.clocks import AHEAD
from custody.history import OpenEntry
from custody.ports import Recorded
from custody.replay import replay
from custody.states import KeyState
from custody.verdict import Basis, Finding, Grade, Question, Weight, answer, verdict
from events.batch import signed_message
from events.public_keys import verify


def records_verdict(entries: Sequence[OpenEntry], facts: Facts) -> dict[str, Json]:
    """Return the verdict on records whose proofs were made from the tree (continuity-v1, 4 and 5)."""
    opened: dict[int, Mapping[str, Json]] = {each.recorded.index: each.opened for each in entries}
    withheld = tuple(
        each.recorded.index for each in entries if each.opened.keys() != each.recorded.entry.act.body.keys()
    )
    hidden = frozenset(withheld)
    replayed = replay(
        (each.recorded for each in entries),
        lambda index: None if index in hidden else opened[index],
        verify=_signed,
        scope=frozenset(each.recorded.entry.act.stream for each in entries),
    )
    findings = [*replayed.findings, *_open_questions(withheld, facts), *judged_time(entries, facts)]
    findings += [finding for exhibit in facts.exhibits for finding in exhibit.findings]
    checks = {each: replayed.checks.get(each, 0) for each in Question}
    checks[Question.INTEGRITY] = len(entries) + sum(map(len, opened.values()))
    checks[Question.TIME] = len(entries)
    checks[Question.CONTINUITY] = sum(len(each.steps) for each in facts.exhibits)
    attested = {Question.AUTHORSHIP, Question.ORDER, Question.CONTINUITY}
    answers = [
        answer(
            each,
            checks=checks[each],
            findings=findings,
            basis=Basis.ATTESTED if each in attested else Basis.CHECKED,
        )
        for each in Question
    ]
    return verdict(_grade(facts, findings), answers).as_json()


def _grade(facts: Facts, findings: Sequence[Finding]) -> Grade:
    if facts.checkpoint is None:
        return Grade.SELF_ATTESTED
    open_ = any(each.question is Question.TIME and each.weight is not Weight.NOTED for each in findings)
    return Grade.SIGNED if open_ else Grade.TIME_STAMPED


def _signed(recorded: Recorded, key: KeyState) -> None:
    entry = recorded.entry
    message = signed_message(entry.act.message, entry.signature.batch)
    verify(key.algorithm, key.spki, message, entry.signature.value)


def _open_questions(withheld: tuple[int, ...], facts: Facts) -> list[Finding]:
    found: list[Finding] = []
    if any(each.files for each in facts.exhibits):
        text = "this paper is made from the records; the files are checked in the bundle"
        found.append(_finding(Question.FILES, "file.not-checked", text, "verdict-v1 3"))
    else:
        text = "no exhibit of the scope has files"
        found.append(_finding(Question.FILES, "file.none", text, "verdict-v1 3", weight=Weight.NOTED))
    if withheld:
        found.append(
            _finding(
                Question.INTEGRITY,
                "disclosure.withheld",
                "values are not opened",
                "verdict-v1 3",
                withheld,
                Weight.NOTED,
            )
        )
    return found


def judged_time(entries: Sequence[OpenEntry], facts: Facts) -> Iterator[Finding]:
    """Judge the entries below `at` against the tokens, which were checked when they came (verdict-v1, 4)."""
    tokens, uncovered = facts.tokens, []
    for each in entries:
        index, recorded = each.recorded.index, each.recorded.entry.recorded
        holding = [token.time for token in tokens if token.size > index]
        listed = index < facts.at and each.recorded.entry.act.stream != facts.bundle
        if listed and not holding:
            uncovered.append(index)
        elif holding and recorded > min(holding) + AHEAD:
            text = "recorded later than a third party says that it was there"
            yield _finding(Question.TIME, "time.bracket", text, "verdict-v1 4", (index,), Weight.FAILS)
    if uncovered:
        text = "no time-stamp of a third party covers these entries"
        yield _finding(Question.TIME, "time.not-vouched", text, "verdict-v1 4", tuple(uncovered))


def _finding(
    question: Question,
    code: str,
    text: str,
    clause: str,
    entries: tuple[int, ...] = (),
    weight: Weight = Weight.NOT_CHECKED,
) -> Finding:
    return Finding(question=question, code=code, clause=clause, text=text, entries=entries, weight=weight)

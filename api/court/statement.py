"""The statement of custody: what a bundle's records say, as a paper in Ukrainian and English (PDF/A-3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from api.court.items import Facts
from api.court.setting import Pen, compiled, day, qr, recorded
from api.court.sheets import exhibit_sheet, finding, person_row, word
from api.court.words import ANSWERS, ASKED, BASES, FIELDS, GRADES, HEADLINES, QUESTIONS
from custody.canonical import Json
from custody.values import write_recorded

TEMPLATE: Final = "statement.typ"
SHEETS: Final = 1_000  # exhibits up to which each has a sheet; of more there is the list alone
APART: Final = 40  # exhibits up to which each begins a page of its own
_LENGTHS: Final = ((500, 300), (50, 1_000), (0, 4_000))  # exhibits from, characters of one value
_HEAVY: Final = ("fails", "not-checked", "noted")
_TOKENS: Final = 12  # time-stamps that the front part lists, newest
_MOST: Final = 200  # findings that the front part lists


def statement_pdf(facts: Facts, verdict: Mapping[str, Json] | None, entries: bytes) -> bytes:
    """Return the unsigned statement: a pure function of its arguments (bundle-v1, 9).

    `verdict` is one of `custody-verdict/1` over these records, None when none was made; `entries` are the bytes
    of `data/entries.jsonl`, which are attached. Raises Unavailable when it cannot be set.
    """
    files = {"entries.jsonl": entries, "qr.svg": qr(payload(facts))}
    return compiled(TEMPLATE, lambda pen: told(pen, facts, verdict), files)


def payload(facts: Facts) -> str:
    """Return what the QR code says: the bundle and the fingerprint of its records, nothing personal."""
    return f"EVC1:{facts.bundle.replace('/', '-')}:{facts.fingerprint}".upper()


def told(pen: Pen, facts: Facts, verdict: Mapping[str, Json] | None) -> dict[str, Json]:
    """Return all that the template sets."""
    pen = pen.at_most(_longest(len(facts.exhibits)))
    return {
        "date": day(facts.made_at),
        "made_at": recorded(facts.made_at),
        "bundle": facts.bundle,
        "ledger": facts.ledger,
        "origin": facts.origin,
        "deployment": pen.cell(facts.deployment, 200),
        "founded_at": recorded(facts.founded_at),
        "fingerprint": facts.fingerprint,
        "payload": payload(facts),
        "at": facts.at,
        "entries": facts.entries,
        "checkpoint": _checkpoint(pen, facts),
        "tokens": [
            {"size": each.size, "tsa": pen.text(each.tsa, 40), "time": recorded(write_recorded(each.time))}
            for each in facts.tokens[-_TOKENS:]
        ],
        "whole_case": facts.whole_case,
        "cases": _cases(pen, facts),
        "recipient": pen.cell(facts.recipient, 500),
        "purpose": pen.cell(facts.purpose, 500),
        "requested_by": pen.person(facts, facts.request.person, facts.request.entry),
        "requested": pen.moment(facts.request),
        "verdict": _verdict(pen, verdict),
        "apart": len(facts.exhibits) <= APART,
        "sheets": len(facts.exhibits) <= SHEETS,
        "exhibits": [exhibit_sheet(pen, facts, each) for each in facts.exhibits],
        "persons": [person_row(pen, facts, each) for each in facts.persons.values()],
        "withheld": [[word(FIELDS, name), count] for name, count in facts.withheld],
    }


def _longest(exhibits: int) -> int:
    """Return how many characters of one value a statement of so many exhibits prints: pages stay in bounds."""
    return next(most for least, most in _LENGTHS if exhibits >= least)


def _checkpoint(pen: Pen, facts: Facts) -> Json:
    lines = (facts.checkpoint or "").splitlines()
    if len(lines) < 3:
        return None
    signers = [line.split(" ")[1] for line in lines[4:] if line.startswith("— ") and line.count(" ") >= 2]
    return {
        "size": pen.text(lines[1], 20),
        "root": pen.text(lines[2], 100),
        "signers": [pen.text(each, 100) for each in signers[:20]],
    }


def _cases(pen: Pen, facts: Facts) -> list[Json]:
    wanted = sorted({each.case for each in facts.exhibits} | ({facts.case.case} if facts.case else set()))
    return [
        {
            "reference": pen.cell(case.field("reference"), 100),
            "title": pen.cell(case.field("title"), 300),
            "proceeding": pen.cell(case.field("proceeding"), 300),
            "closed": case.closed,
            "case": case.case,
        }
        for case in (facts.cases[name] for name in wanted if name in facts.cases)
    ]


# --- the verdict --------------------------------------------------------------------------------------------


def _verdict(pen: Pen, verdict: Mapping[str, Json] | None) -> Json:
    if verdict is None:
        return {"headline": word(HEADLINES, "none"), "tone": "absent", "questions": [], "findings": []}
    questions = cast(dict[str, dict[str, Json]], verdict["questions"])
    answers = {name: str(each["answer"]) for name, each in questions.items()}
    found = _grouped(questions)
    tone = (
        "fails" if "fails" in answers.values() else "holds" if set(answers.values()) == {"holds"} else "open"
    )
    return {
        "headline": word(HEADLINES, tone),
        "tone": tone,
        "grade": word(GRADES, str(verdict["grade"])),
        "questions": [
            {
                "name": word(QUESTIONS, name),
                "asked": word(ASKED, name),
                "answer": word(ANSWERS, answers[name]),
                "tone": answers[name],
                "basis": word(BASES, str(each["basis"])),
                "checks": each["checks"],
            }
            for name, each in questions.items()
        ],
        "findings": [finding(pen, *each) for each in found[:_MOST]],
        "more": max(0, len(found) - _MOST),
    }


def _grouped(questions: Mapping[str, Mapping[str, Json]]) -> list[tuple[str, str, str, list[int]]]:
    """Return code, text, weight and entries of all findings, heaviest first; what is only noted once a code."""
    failing: list[tuple[str, str, str, list[int]]] = []
    noted: dict[str, tuple[str, str, str, list[int]]] = {}
    for answer in questions.values():
        for each in cast(list[dict[str, Json]], answer["findings"]):
            code, text, weight = str(each["code"]), str(each["text"]), str(each["weight"])
            entries = list(cast(list[int], each["entries"]))
            if weight != "noted":
                failing.append((code, text, weight, entries))
            elif code in noted:
                _, first, _, before = noted[code]
                noted[code] = code, f"{first.removesuffix(' …')} …", weight, before + entries
            else:
                noted[code] = code, text, weight, entries
    return sorted([*failing, *noted.values()], key=lambda each: _HEAVY.index(each[2]))

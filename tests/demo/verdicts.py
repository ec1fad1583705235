"""Reads verdicts (`custody-verdict/1`): which questions hold, and whether the right one fails at the right place."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]
REQUIRED = ("integrity", "authorship", "order", "continuity", "files")


@dataclass(frozen=True, slots=True)
class Expected:
    """What a verification must find: `question` fails, with a finding that names the entry at `index`."""

    question: str
    index: int

    def finding_in(self, verdict: Json) -> Json | None:
        """Return the first finding of a verdict that says so; None where there is none."""
        asked = verdict["questions"].get(self.question, {"answer": "not asked"})
        if asked["answer"] != "fails":
            return None
        failing = (finding for finding in asked["findings"] if finding["weight"] == "fails")
        return next((finding for finding in failing if self.index in finding["entries"]), None)

    def is_in(self, verdict: Json) -> bool:
        """Tell whether a verdict says so."""
        return self.finding_in(verdict) is not None


def of_lines(lines: list[Json]) -> Json:
    """Return the verdict that `custody verify --json` prints as one line per question."""
    return {"questions": {line["question"]: line for line in lines}}


def holds(verdict: Json) -> bool:
    """Tell whether every required question was asked and holds, each after at least one check."""
    questions = verdict["questions"]
    return questions.keys() >= set(REQUIRED) and all(
        questions[each]["answer"] == "holds" and questions[each]["checks"] > 0 for each in REQUIRED
    )


def in_short(verdict: Json) -> str:
    """Return all six answers in one line."""
    return ", ".join(f"{name} {asked['answer']}" for name, asked in verdict["questions"].items())


def failing(verdict: Json) -> list[Json]:
    """Return the findings that fail their questions."""
    found = [each for asked in verdict["questions"].values() for each in asked["findings"]]
    return [each for each in found if each["weight"] == "fails"]


def entries_of(verdict: Json, code: str) -> list[int]:
    """Return the entries that findings of one code name."""
    found = [each for asked in verdict["questions"].values() for each in asked["findings"]]
    return sorted(index for each in found if each["code"] == code for index in each["entries"])


def failures(verdict: Json) -> list[str]:
    """Return one line for each finding that fails its question."""
    return [
        f"{name}: {finding['code']} at {finding['entries']}: {finding['text']}"
        for name, asked in verdict["questions"].items()
        for finding in asked["findings"]
        if finding["weight"] == "fails"
    ]


def save(verdict: Json, file: Path) -> None:
    """Write a verdict, for whoever wants to look at it later."""
    file.write_text(json.dumps(verdict, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")

"""Words what a server refused: its sentence, the rule, the member at fault, and the times that would be allowed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeVar

from custody_cli import output
from custody_cli.faults import Fault
from custody_cli.messages import TABLE, say
from custody_verifier.canonical import Json

_SENTENCES: Final = ("detail", "reason", "title")
_TIMES: Final = {"earliest": "server.earliest", "latest": "server.latest"}

AnyFault = TypeVar("AnyFault", bound=Fault)


def fault(
    kind: type[AnyFault], problem: Mapping[str, Json], *, status: int = 0, phrase: str = ""
) -> AnyFault:
    """Return the fault of a problem (RFC 9457), or of what a check says; `phrase` where it has no sentence."""
    told = {name: _text(problem.get(name)) for name in ("code", "rule", "path")}
    sentence = next((text for text in map(problem.get, _SENTENCES) if isinstance(text, str) and text), phrase)
    detail = " ".join([output.clean(sentence), *_more(problem, sentence)])
    name = told["rule"] or told["code"] or status or "?"
    return kind("server.refused", detail=detail, name=name, told={"status": status, **told})


def _more(problem: Mapping[str, Json], sentence: str) -> Iterator[str]:
    """Yield what the sentence leaves out: the member's path, what is taken, the earliest or latest time."""
    path = _text(problem.get("path"))
    if path and path not in sentence:
        yield say("server.member", path=path)
    facts = problem.get("facts")
    taken = f"taken.{_text(facts.get('kind'))}" if isinstance(facts, dict) else ""
    if taken in TABLE:
        yield say(taken)
    for name, key in _TIMES.items():
        time = _text(facts.get(name)) if isinstance(facts, dict) else ""
        if time and time not in sentence:
            yield say(key, time=time)


def _text(value: Json) -> str:
    return output.clean(value) if isinstance(value, str) else ""

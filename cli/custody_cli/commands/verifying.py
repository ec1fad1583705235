"""`custody verify`: the server answers the six questions anew; then this tool checks for itself."""

from __future__ import annotations

from typing import Annotated

import typer

from custody_cli import answers, checkpoints, naming, operations, output, standing
from custody_cli.checking import Check, own_checks, worst
from custody_cli.commands.shared import argument, group, option, settings_of
from custody_cli.contact import Contact
from custody_cli.messages import TABLE, chosen, say
from custody_cli.opening import contact
from custody_cli.upgrading import told_witnesses
from custody_verifier.canonical import Json
from custody_verifier.ukrainian import SENTENCES

app = group("help.verify")
FAILED, UNCHECKED = 1, 3
REQUIRED = frozenset({"integrity", "authorship", "order", "continuity", "files"})  # time needs a TSA

Files = Annotated[bool, option("--files/--no-files", "opt.files")]


@app.command(help=say("help.verify.exhibit"))
def exhibit(
    context: typer.Context, name: Annotated[str, argument("arg.exhibit", "EXHIBIT")], files: Files = True
) -> None:
    """Verify one exhibit."""
    with contact(settings_of(context)) as link:
        found = naming.exhibit(link, name)
        required = REQUIRED if found.intake.entry.act.public.get("files") else REQUIRED - {"files"}
        _verify(link, {"scope": "exhibit", "id": found.uuid, "files": files}, [found.stream], required)


@app.command(help=say("help.verify.case"))
def case(
    context: typer.Context, name: Annotated[str, argument("arg.case", "CASE")], files: Files = True
) -> None:
    """Verify a case with all its exhibits."""
    with contact(settings_of(context)) as link:
        found = naming.case(link, name)
        items = list(link.door.pages(f"/cases/{found.uuid}/exhibits"))
        streams = [found.stream, *(answers.text(each, "exhibit") for each in items)]
        with_files = any(answers.text(each, "kind") == "digital" for each in items)
        required = REQUIRED if with_files else REQUIRED - {"files"}
        _verify(link, {"scope": "case", "id": found.uuid, "files": files}, streams, required)


@app.command(help=say("help.verify.ledger"))
def ledger(context: typer.Context, files: Files = True) -> None:
    """Verify the whole ledger."""
    with contact(settings_of(context)) as link:
        _verify(link, {"scope": "ledger", "files": files}, [link.person.person], REQUIRED)


def _verify(link: Contact, scope: dict[str, Json], streams: list[str], required: frozenset[str]) -> None:
    """Ask the server for its verdict, make the own checks, print both, and end by the worst of them."""
    note = checkpoints.kept_note(link.profile) or b""
    asked = link.door.post("/verifications", {**scope, "checkpoint": note.decode()})
    operation = answers.text(asked, "operation")
    verdict = operations.wait(link, operation, say("progress.verify"))
    link.advance(link.door.get_text("/checkpoint"))
    questions = _questions(verdict)
    for name, question in questions.items():
        print_question(link, name, question)
    told = told_witnesses(verdict)
    data: dict[str, Json] = {"witnesses": None if told is None else told.to_json()}
    output.result(link.settings, "witnesses", data, standing.verdict_lines(told))
    checks = list(own_checks(link, streams))
    for each in checks:
        _print_check(link, each)
    outcome = worst([_overall(questions, required), *(each.outcome for each in checks)])
    output.result(link.settings, "verdict", {"outcome": outcome}, say(f"verdict.{outcome}"))
    if outcome != "holds":
        raise typer.Exit(FAILED if outcome == "fails" else UNCHECKED)


def _questions(verdict: Json) -> dict[str, Json]:
    """Return the six questions of a verdict by name."""
    return answers.record(answers.within(verdict, "questions"), "questions")


def _overall(questions: dict[str, Json], required: frozenset[str]) -> str:
    """Return the worst answer to the required questions; whatever fails, fails (verdict-v1, section 2)."""
    told = {name: answers.text(each, "answer") for name, each in questions.items()}
    counted = {answer for name, answer in told.items() if name in required or answer == "fails"}
    return worst(counted if required <= told.keys() else {"not-checked", *counted})


def print_question(link: Contact, name: str, question: Json) -> None:
    """Print one answer of a verdict with its findings."""
    data = {**answers.record(question, name), "question": name}
    output.result(link.settings, "question", data, question_lines(name, question))


def question_lines(name: str, question: Json) -> str:
    """Return one answer with its basis, unless that says the same, and its findings."""
    answer = answers.text(question, "answer").replace(" ", "-")
    basis = (answers.optional_text(question, "basis") or "").replace(" ", "-")
    told = f" ({_word('basis', basis)})" if basis not in {"", answer} else ""
    lines = [f"{_word('question', name):<30} {_word('answer', answer)}{told}"]
    lines += [f"    {finding_line(each)}" for each in answers.items(question, "findings")]
    return "\n".join(lines)


def _print_check(link: Contact, check: Check) -> None:
    output.result(link.settings, "own-check", check.to_json(), check_lines(check))


def check_lines(check: Check) -> str:
    """Return an own check with its findings, all of which fail it."""
    head = f"{say(f'check.{check.name}'):<30} {_word('answer', check.outcome)} ({check.count})"
    return "\n".join([head, *(f"    {say('weight.fails')}: {output.clean(each)}" for each in check.findings)])


def finding_line(finding: Json) -> str:
    """Return a finding of the server's verdict on one line, its weight first; without one it is the worst."""
    code = answers.optional_text(finding, "code") or ""
    text = answers.optional_text(finding, "text") or answers.optional_text(finding, "reason") or ""
    entries = answers.record(finding, "finding").get("entries")
    where = f" [{', '.join(map(str, entries))}]" if isinstance(entries, list) and entries else ""
    weight = _word("weight", answers.optional_text(finding, "weight") or "fails")
    if chosen() == "uk" and code in SENTENCES:
        text = f"{SENTENCES[code]} ({text})"
    return output.clean(f"{weight}: {code}{where}: {text}")


def _word(kind: str, name: str) -> str:
    key = f"{kind}.{name}"
    return say(key) if key in TABLE else name

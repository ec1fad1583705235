"""`custody case`: opens, lists, shows, amends and closes cases, and says who works on them."""

from __future__ import annotations

from typing import Annotated

import typer

from custody_cli import answers, naming, output
from custody_cli.commands.shared import argument, group, option, recorded, settings_of
from custody_cli.compose import Draft, claimed, new_stream
from custody_cli.faults import Misuse
from custody_cli.intake.fields import Body, merge, read_set
from custody_cli.messages import say
from custody_cli.opening import contact
from custody_cli.presenting import tree
from custody_cli.recording import record
from custody_verifier.canonical import Json

app = group("help.case")
member = group("help.case.member")
app.add_typer(member, name="member")

CaseName = Annotated[str, argument("arg.case", "CASE")]
Who = Annotated[str, argument("arg.person", "PERSON")]
Role = Annotated[str, option("--role", "opt.case-role")]
Reason = Annotated[str, option("--reason", "opt.reason")]
Sets = Annotated[list[str] | None, option("--set", "opt.set")]
AsOf = Annotated[str | None, option("--as-of", "opt.as-of")]
Clock = Annotated[str, option("--clock", "opt.clock")]


@app.command("open", help=say("help.case.open"))
def open_(
    context: typer.Context,
    reference: Annotated[str, argument("arg.reference", "REFERENCE")],
    title: Annotated[str, option("--title", "opt.title")],
    sets: Sets = None,
) -> None:
    """Open a case; the opener is its first officer."""
    settings = settings_of(context)
    opened: Body = {"reference": reference.upper(), "title": title, "protection": None}
    for each in sets or ():
        merge(opened, read_set(each))
    with contact(settings) as link:
        draft = Draft(type="case.opened.v1", stream=new_stream("case"), opened=opened, first=True)
        recorded(settings, record(link, [draft]), reference.upper(), case=draft.stream)


@app.command("list", help=say("help.case.list"))
def list_(context: typer.Context) -> None:
    """Print the cases that the officer may see."""
    settings = settings_of(context)
    with contact(settings) as link:
        for item in link.door.pages("/cases"):
            data = answers.record(item, "case")
            shown = (answers.optional_text(item, name) or "-" for name in ("reference", "title", "case"))
            output.result(settings, "case", data, "  ".join(map(output.clean, shown)))


@app.command(help=say("help.case.show"))
def show(context: typer.Context, case: CaseName, as_of: AsOf = None, clock: Clock = "recorded") -> None:
    """Print a case and its exhibits, now or as of a moment."""
    settings = settings_of(context)
    with contact(settings) as link:
        found = naming.case(link, case)
        when = moment(as_of, clock)
        told = answers.record(link.door.get(f"/cases/{found.uuid}", **when), "case")
        output.result(settings, "case", told, tree(told))
        for item in link.door.pages(f"/cases/{found.uuid}/exhibits", **when):
            output.result(settings, "exhibit", answers.record(item, "exhibit"), exhibit_line(item))


@app.command(help=say("help.case.amend"))
def amend(
    context: typer.Context,
    case: CaseName,
    sets: Annotated[list[str], option("--set", "opt.set")],
    reason: Reason,
) -> None:
    """Amend what is said of a case; the old values stay in the history."""
    opened: Body = {"reason": reason}
    for each in sets:
        merge(opened, read_set(each))
    _record(context, "case.amended.v1", case, {}, opened)


@app.command(help=say("help.case.close"))
def close(context: typer.Context, case: CaseName, reason: Reason) -> None:
    """Close a case: it takes no more exhibits."""
    _record(context, "case.closed.v1", case, {}, {"reason": reason})


@app.command(help=say("help.case.reopen"))
def reopen(context: typer.Context, case: CaseName, reason: Reason) -> None:
    """Open a closed case again."""
    _record(context, "case.reopened.v1", case, {}, {"reason": reason})


@member.command(help=say("help.case.member.add"))
def add(
    context: typer.Context,
    case: CaseName,
    person: Who,
    role: Role,
    reason: Annotated[str | None, option("--reason", "opt.reason")] = None,
) -> None:
    """Give a person a role in the case."""
    _member(context, "case.member-added.v1", case, person, role, reason)


@member.command(help=say("help.case.member.remove"))
def remove(context: typer.Context, case: CaseName, person: Who, role: Role, reason: Reason) -> None:
    """End a person's role in the case."""
    _member(context, "case.member-removed.v1", case, person, role, reason)


def exhibit_line(item: Json) -> str:
    """Return an exhibit of a list on one line: reference, kind, title, custodian."""
    data = answers.record(item, "exhibit")
    custodian = data.get("custodian")
    name = answers.optional_text(custodian, "name") if isinstance(custodian, dict) else None
    reference = answers.optional_text(item, "reference") or answers.text(item, "exhibit")
    title = data.get("title")
    if title is None and isinstance(data.get("fields"), dict):
        title = answers.record(answers.record(data["fields"], "fields").get("title") or {}, "title").get(
            "value"
        )
    shown = (reference, answers.optional_text(item, "kind") or "", str(title or ""), name or "")
    return "  ".join(output.clean(each) for each in shown).rstrip()


def _record(context: typer.Context, kind: str, case: str, public: Body, opened: Body) -> None:
    settings = settings_of(context)
    with contact(settings) as link:
        found = naming.case(link, case)
        draft = Draft(type=kind, stream=found.stream, public=public, opened=opened)
        recorded(settings, record(link, [draft]), found.reference)


def _member(context: typer.Context, kind: str, case: str, person: str, role: str, reason: str | None) -> None:
    settings = settings_of(context)
    with contact(settings) as link:
        found = naming.case(link, case)
        who = naming.person(link, person)
        public: Body = {"person": who.stream, "role": role}
        draft = Draft(type=kind, stream=found.stream, public=public, opened={"reason": reason})
        text = f"{found.reference}: {who.name or who.stream}, {role}"
        recorded(settings, record(link, [draft]), text)


def moment(as_of: str | None, clock: str) -> dict[str, str | None]:
    """Return the query for a moment on one of the two clocks; a time without an offset is local time."""
    if clock not in {"recorded", "occurred"}:
        raise Misuse("clock.bad", text=clock)
    if as_of is None:
        return {}
    return {"as_of": claimed(as_of), "clock": clock}

"""`custody person`: who can act, their ledger-wide roles, and their end."""

from __future__ import annotations

from typing import Annotated

import typer

from custody_cli import answers, naming, output
from custody_cli.commands.shared import argument, group, option, recorded, settings_of
from custody_cli.compose import Draft
from custody_cli.messages import say
from custody_cli.opening import contact
from custody_cli.presenting import tree
from custody_cli.recording import record
from custody_verifier.canonical import Json

app = group("help.person")
role = group("help.person.role")
app.add_typer(role, name="role")

Who = Annotated[str, argument("arg.person", "PERSON")]
Role = Annotated[str, argument("arg.role", "ROLE")]
Reason = Annotated[str, option("--reason", "opt.reason")]
MaybeReason = Annotated[str | None, option("--reason", "opt.reason")]


@app.command("list", help=say("help.person.list"))
def list_(context: typer.Context) -> None:
    """Print the people of the ledger."""
    settings = settings_of(context)
    with contact(settings) as link:
        for item in link.door.pages("/persons"):
            data = answers.record(item, "person")
            roles = ", ".join(str(each) for each in answers.items(item, "roles")) if "roles" in data else ""
            name = answers.optional_text(item, "name") or "-"
            output.result(
                settings,
                "person",
                data,
                f"{answers.text(item, 'person')}  {output.clean(name)}  {roles}".rstrip(),
            )


@app.command(help=say("help.person.show"))
def show(context: typer.Context, person: Who) -> None:
    """Print what is known of a person."""
    settings = settings_of(context)
    with contact(settings) as link:
        who = naming.person(link, person)
        told = answers.record(link.door.get(f"/persons/{who.stream.partition('/')[2]}"), "person")
        output.result(settings, "person", told, tree(told))


@role.command(help=say("help.person.role.grant"))
def grant(context: typer.Context, person: Who, role: Role, reason: MaybeReason = None) -> None:
    """Grant a ledger-wide role."""
    _record(context, "person.role-granted.v1", person, {"role": role}, {"reason": reason})


@role.command(help=say("help.person.role.withdraw"))
def withdraw(context: typer.Context, person: Who, role: Role, reason: Reason) -> None:
    """Withdraw a ledger-wide role."""
    _record(context, "person.role-withdrawn.v1", person, {"role": role}, {"reason": reason})


@app.command(help=say("help.person.deactivate"))
def deactivate(context: typer.Context, person: Who, reason: Reason) -> None:
    """End that a person may act."""
    _record(context, "person.deactivated.v1", person, {}, {"reason": reason})


@app.command(help=say("help.person.reactivate"))
def reactivate(context: typer.Context, person: Who, reason: Reason) -> None:
    """Let a person act again."""
    _record(context, "person.reactivated.v1", person, {}, {"reason": reason})


@app.command(help=say("help.person.rename"))
def rename(
    context: typer.Context, person: Who, name: Annotated[str, option("--name", "opt.name")], reason: Reason
) -> None:
    """Record another name of a person; the old one stays in the history."""
    _record(context, "person.amended.v1", person, {}, {"name": name, "reason": reason})


def _record(
    context: typer.Context,
    kind: str,
    person: str,
    public: dict[str, Json],
    opened: dict[str, Json],
) -> None:
    settings = settings_of(context)
    with contact(settings) as link:
        who = naming.person(link, person)
        draft = Draft(type=kind, stream=who.stream, public=public, opened=opened)
        recorded(settings, record(link, [draft]), who.name or who.stream)

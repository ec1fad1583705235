"""The tree of commands, and the options that hold for all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from custody_cli.commands import (
    bundles,
    cases,
    enrolment,
    exhibits,
    finding,
    founding,
    intakes,
    keys,
    papers,
    persons,
    receipt,
    sessions,
    transfers,
    verifying,
)
from custody_cli.commands.shared import option
from custody_cli.messages import say
from custody_cli.settings import Settings

app = typer.Typer(
    name="custody",
    help=say("help.custody"),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def options(  # noqa: PLR0913, PLR0917 - one option each
    context: typer.Context,
    home: Annotated[Path, option("--home", "opt.home", envvar="CUSTODY_HOME")] = Path("~/.custody"),
    server: Annotated[str | None, option("--server", "opt.server", envvar="CUSTODY_SERVER")] = None,
    language: Annotated[str | None, option("--language", "opt.language")] = None,
    json: Annotated[bool, option("--json", "opt.json")] = False,
    quiet: Annotated[bool, option("--quiet", "opt.quiet", "-q")] = False,
    no_passphrase: Annotated[bool, option("--no-passphrase", "opt.no-passphrase")] = False,
    at: Annotated[str | None, option("--at", "opt.at")] = None,
    late: Annotated[str | None, option("--late", "opt.late")] = None,
    dry_run: Annotated[bool, option("--dry-run", "opt.dry-run")] = False,
) -> None:
    """Keep the global options for the command."""
    del language  # chosen before the texts were made: __main__
    context.obj = Settings(
        home=home.expanduser(),
        server=server,
        json=json,
        quiet=quiet,
        no_passphrase=no_passphrase,
        at=at,
        late=late,
        dry_run=dry_run,
    )


for _name, _command in (
    ("found", founding.found),
    ("signin", sessions.signin),
    ("signout", sessions.signout),
    ("whoami", sessions.whoami),
    ("status", sessions.status),
    ("send", sessions.send),
    ("intake", intakes.intake),
    ("held", intakes.held),
    ("inbox", transfers.inbox),
    ("show", exhibits.show),
    ("history", exhibits.history),
    ("move", exhibits.move),
    ("amend", exhibits.amend),
    ("error", exhibits.error),
    ("correct-case", exhibits.correct_case),
    ("receipt", receipt.receipt),
    ("download", finding.download),
    ("search", finding.search),
):
    app.command(_name, help=say(f"help.{_name}"))(_command)

app.add_typer(keys.app, name="key")
app.add_typer(enrolment.enrol, name="enrol")
app.add_typer(enrolment.recover, name="recover")
app.add_typer(persons.app, name="person")
app.add_typer(cases.app, name="case")
app.add_typer(transfers.app, name="transfer")
app.add_typer(verifying.app, name="verify")
app.add_typer(bundles.app, name="bundle")
bundles.app.command("papers", help=say("help.bundle.papers"))(papers.papers)

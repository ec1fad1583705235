"""Writes docs/reference/cli.md from the live tree of commands: python -m tests.support.cli_reference."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from tests.support.tree import ROOT

DOCUMENT = ROOT / "docs" / "reference" / "cli.md"

HEAD = """# The command `custody`

Made from the commands themselves by `python -m tests.support.cli_reference`; a test keeps it so.

## For every command

Global options may stand anywhere on the line.

{options}

Results go to standard output, everything else to standard error. With `--json` each result is one line with one
JSON object, with `schema` (`custody-cli/1`) and `type`; it is never translated. Progress is shown on a terminal
only; `NO_COLOR` is honoured.

| exit status | |
|---|---|
| 0 | done |
| 1 | integrity: something does not prove what it should. Nothing was signed; evidence is kept |
| 2 | wrong call, a file or disk that cannot be used, or the rules forbid it; for `intake`: something was refused |
| 3 | no such thing, or none that you may know of; for `verify`: nothing fails, something was not checked |
| 4 | denied: no session, a wrong passphrase, or not your right |
| 5 | somebody was first, or it is there already |
| 6 | the server does not answer |
| 130 | interrupted |

| environment | |
|---|---|
| `CUSTODY_HOME` | folder of the profile |
| `CUSTODY_SERVER` | address of the server |
| `CUSTODY_PASSPHRASE_FILE` | file whose first line is the passphrase |
| `CUSTODY_FOUNDING_TOKEN` | the one-time token, for `custody found` |
| `LC_ALL`, `LC_MESSAGES`, `LANG` | language: Ukrainian when it begins with `uk`, English otherwise |
"""


def written() -> str:
    """Return the document for the commands as they are."""
    from custody_cli import messages  # noqa: PLC0415 - the language is chosen before the texts are made

    messages.choose("en")
    import typer  # noqa: PLC0415

    from custody_cli.app import app  # noqa: PLC0415

    tree: Any = typer.main.get_command(app)
    return HEAD.format(options=_table(tree)) + "".join(_sections(tree, "custody"))


def _sections(command: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - the library's own type
    for name, below in command.commands.items():
        here = f"{path} {name}"
        yield f"\n## `{here}`\n\n{below.help}\n"
        if hasattr(below, "commands"):
            yield from _sections(below, here)
        elif below.params:
            yield f"\n{_table(below)}\n"


def _table(command: Any) -> str:  # noqa: ANN401 - the library's own type
    rows = [
        _row(each) for each in command.params if each.name not in {"install_completion", "show_completion"}
    ]
    return "\n".join(["| | |", "|---|---|", *rows])


def _row(each: Any) -> str:  # noqa: ANN401 - the library's own type
    if each.param_type_name == "argument":
        names = f"`{each.metavar or each.name.upper()}`"
    else:
        names = ", ".join(f"`{name}`" for name in (*each.opts, *each.secondary_opts))
    return f"| {names} | {each.help}{' (required)' if each.required else ''} |"


if __name__ == "__main__":
    sys.stdout.write(written())

"""What every command needs: the global options, and the lines that tell what was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer

from custody_cli import output
from custody_cli.messages import say
from custody_cli.receipts import Kept
from custody_cli.settings import Settings
from custody_verifier.canonical import Json


def settings_of(context: typer.Context) -> Settings:
    """Return the global options of this call."""
    settings = context.obj
    if not isinstance(settings, Settings):
        raise TypeError(settings)
    return settings


def group(key: str) -> typer.Typer:
    """Return a group of commands whose help is the text of `key`."""
    return typer.Typer(help=say(key), no_args_is_help=True, rich_markup_mode=None)


def option(name: str, key: str, *more: str, **settings: Any) -> Any:  # noqa: ANN401 - typer's own type
    """Return an option whose help is the text of `key`."""
    return typer.Option(name, *more, help=say(key), **settings)


def argument(key: str, metavar: str, **settings: Any) -> Any:  # noqa: ANN401 - typer's own type
    """Return an argument whose help is the text of `key`, shown as `metavar`."""
    return typer.Argument(help=say(key), metavar=metavar, **settings)


def recorded(settings: Settings, kept: Sequence[Kept], text: str, **data: Json) -> None:
    """Print one line for each act that was recorded; or, after --dry-run, that the rules allow it."""
    if not kept:
        output.result(settings, "allowed", dict(data), say("recorded.dry-run"))
    for each in kept:
        act = each.entry.act
        facts: dict[str, Json] = {
            "index": each.index,
            "act": act.type,
            "stream": act.stream,
            "act_hash": act.hash,
            "recorded_at": each.entry.recorded_at.isoformat(),
            **data,
        }
        line = say("recorded.line", text=text, act=act.type, index=each.index)
        output.result(settings, "recorded", facts, line)


def place_of(site: str | None, detail: str | None) -> Json:
    """Return a place, or null when no site is named."""
    return None if site is None else {"site": site, "detail": detail}


def seal_of(number: str | None, *, intact: bool | None) -> Json:
    """Return what is said of a seal, or null when none is named."""
    return None if number is None else {"number": number, "intact": intact}

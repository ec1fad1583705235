"""Prints: results on stdout (text, or one JSON object per line), everything else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Final

from custody_cli.messages import say
from custody_cli.settings import Settings
from custody_verifier.canonical import Json

SCHEMA: Final = "custody-cli/1"


def result(settings: Settings, kind: str, data: dict[str, Json], text: str) -> None:
    """Print one result: `text` for people, or `data` with its kind and schema version for programs."""
    if settings.json:
        print(json.dumps({**data, "schema": SCHEMA, "type": kind}, ensure_ascii=False, sort_keys=True))
    elif text:
        print(text)


def note(settings: Settings, key: str, **facts: object) -> None:
    """Tell the officer something that is not a result."""
    if not settings.quiet:
        print(say(key, **facts), file=sys.stderr)


def failure(text: str) -> None:
    """Tell why the command ends without success."""
    print(text, file=sys.stderr)


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as lines with aligned columns."""
    if not rows:
        return ""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def details(pairs: Sequence[tuple[str, str]], indent: str = "") -> str:
    """Return names and values, one pair a line, the values aligned."""
    width = max((len(name) for name, _ in pairs), default=0)
    return "\n".join(f"{indent}{name.ljust(width)}  {value}".rstrip() for name, value in pairs)


def clean(text: str) -> str:
    """Return text from elsewhere without the control characters that would steer a terminal."""
    return "".join(each if each.isprintable() else "\ufffd" for each in text)

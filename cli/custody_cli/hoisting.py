"""Lets the global options stand anywhere on the line: `custody case list --json` too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

FLAGS: Final = frozenset({"--json", "--quiet", "-q", "--no-passphrase", "--dry-run"})
VALUED: Final = frozenset({"--home", "--server", "--language", "--at", "--late"})


def hoisted(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with the global options first; what follows `--` stays where it is."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for each in waiting:
        if each == "--":
            rest += [each, *waiting]
        elif each in FLAGS or (each.partition("=")[0] in VALUED and "=" in each):
            front.append(each)
        elif each in VALUED:
            front += [each, *_next(waiting)]
        else:
            rest.append(each)
    return front + rest


def value_of(arguments: Sequence[str], name: str) -> str | None:
    """Return the value of a global option before anything else is read."""
    for at, each in enumerate(arguments):
        if each == name and at + 1 < len(arguments):
            return arguments[at + 1]
        if each.startswith(f"{name}="):
            return each.partition("=")[2]
    return None


def _next(waiting: Iterator[str]) -> list[str]:
    following = next(waiting, None)
    return [] if following is None else [following]

"""Sentences on the operator's terminal, in the language of LANG."""

from __future__ import annotations

import os

from api.messages import LANGUAGES, of_environment


def language() -> str:
    """Return the language of this terminal."""
    given = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return of_environment(next(filter(None, given), ""))


def sentence(name: str, **facts: object) -> str:
    """Return a sentence of the console, filled in."""
    return LANGUAGES[language()].console[name].format_map(facts)


def say(name: str, **facts: object) -> None:
    """Print a sentence of the console."""
    print(sentence(name, **facts), flush=True)

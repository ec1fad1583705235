"""What the officer reads, in Ukrainian and English: one table, looked up by key."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final, Literal

from custody_cli.messages.commands import COMMANDS
from custody_cli.messages.labels import LABELS
from custody_cli.messages.machine import MACHINE
from custody_cli.messages.problems import PROBLEMS
from custody_cli.messages.results import RESULTS

Language = Literal["en", "uk"]

TABLE: Final[Mapping[str, tuple[str, str]]] = {**COMMANDS, **LABELS, **MACHINE, **PROBLEMS, **RESULTS}
"""Key to the text in English and in Ukrainian; `{name}` stands for a fact."""

_chosen: list[Language] = ["en"]


def language_of(wanted: str | None, environment: Mapping[str, str] = os.environ) -> Language:
    """Return the language that was asked for, or that of the surroundings (LC_ALL, LC_MESSAGES, LANG)."""
    settings = (environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    named = wanted or next((each for each in settings if each), "en")
    return "uk" if named.lower().startswith("uk") else "en"


def choose(language: Language) -> None:
    """Speak `language` from now on."""
    _chosen[0] = language


def chosen() -> Language:
    """Return the language that is spoken."""
    return _chosen[0]


def say(key: str, **facts: object) -> str:
    """Return the text of `key` in the language that is spoken; KeyError when there is none."""
    return say_in(_chosen[0], key, **facts)


def say_in(language: Language, key: str, **facts: object) -> str:
    """Return the text of `key` in `language`."""
    english, ukrainian = TABLE[key]
    return (ukrainian if language == "uk" else english).format(**facts)

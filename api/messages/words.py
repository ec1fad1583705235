"""The shape of one language's sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Sentences of one language: titles and details by code, rules by rule id, lines of `python -m api`.

    `causes`, by code, and `kept`, by kind, are of operations that failed: there, parts may be recorded all the same.
    """

    titles: Mapping[str, str]
    details: Mapping[str, str]
    rules: Mapping[str, str]
    console: Mapping[str, str]
    causes: Mapping[str, str]
    kept: Mapping[str, str]

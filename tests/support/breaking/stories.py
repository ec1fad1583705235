"""All stories of broken rules, by rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from tests.support.breaking import bundles, exhibits, people

_TABLES: Final = (people.breaks, exhibits.breaks, bundles.breaks)

BREAKS: Final[Mapping[str, Callable[[], object]]] = {
    rule: story for table in _TABLES for rule, story in table.items()
}

assert len(BREAKS) == sum(map(len, _TABLES))

"""Every code that a finding can have stands in a page of the specification."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from custody.rules import RULES
from tests.support.tree import ROOT

PAGES = sorted((ROOT / "docs/spec").glob("*.md"))
SOURCES = [
    ROOT / "custody/replay.py",
    ROOT / "custody/continuity.py",
    *sorted((ROOT / "events/verification").glob("*.py")),
]
FAMILIES = "act|clock|continuity|disclosure|entry|exhibit|file|key|order|signature|time|tree|unique"
CODE = re.compile(rf"({FAMILIES})\.[a-z-]+")


def codes(source: str) -> Iterator[str]:
    """Yield the texts of a module that have the form of a code."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
            yield node.value


def specified() -> set[str]:
    """Return the codes that stand in a page, between backticks."""
    return {found for page in PAGES for found in re.findall(r"`([a-z]+\.[a-z-]+)`", page.read_text("utf-8"))}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_codes_are_specified(path: Path) -> None:
    """No module gives a finding of which no page says when, and with which weight."""
    assert set() == set(codes(path.read_text("utf-8"))) - specified() - RULES.keys()


def test_codes_are_seen() -> None:
    """The search finds codes where there are some, so that it could miss one."""
    assert ["order.no-such"] == list(codes('f("order.no-such", "text", "entry-v1 5", "other.thing")'))
    assert "order.batch" in specified()
    assert 40 <= len({code for path in SOURCES for code in codes(path.read_text("utf-8"))})

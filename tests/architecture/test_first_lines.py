"""Every module does one thing and says so first; every test says what it shows."""

import ast
from pathlib import Path

import pytest

from tests.support.tree import name, parsed, product, python

LONGEST = 400
TESTS = [path for path in python() if path.name.startswith("test_")]


@pytest.mark.parametrize("path", product(), ids=name)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    """The first statement is a docstring whose first line is a sentence."""
    docstring = ast.get_docstring(parsed(path)) or ""

    assert docstring.partition("\n")[0].endswith((".", ":", "?", ";")), (
        f"{name(path)} begins with no sentence"
    )


@pytest.mark.parametrize("path", product(), ids=name)
def test_a_module_is_short(path: Path) -> None:
    """No file of the product is over 400 lines."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("path", TESTS, ids=name)
def test_a_test_says_what_it_shows(path: Path) -> None:
    """Each test function has a docstring of its own."""
    functions = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef)]
    silent = [node.name for node in functions if node.name.startswith("test") and not ast.get_docstring(node)]

    assert [] == silent

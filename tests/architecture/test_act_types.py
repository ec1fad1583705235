"""An act type that has a name in the code has one: who reads the rule and who applies it mean the same."""

import ast
import re
from collections import defaultdict

from tests.support.tree import PACKAGES, name, parsed, product

_is_type = re.compile(r"[a-z]+(\.[a-z-]+)+\.v\d+").fullmatch


def test_each_act_type_is_named_once() -> None:
    """No two modules of the server define a constant of one act type, under whatever name."""
    named = defaultdict(list)
    for path in product():
        if name(path).split("/", 1)[0] in PACKAGES:
            for value in _constants(parsed(path)):
                named[value].append(name(path))

    assert "exhibit.received.v1" in named
    assert {} == {value: found for value, found in named.items() if len(found) > 1}


def _constants(module: ast.Module) -> list[str]:
    """Return the act types that a module names."""
    given = (each.value for each in module.body if isinstance(each, ast.Assign | ast.AnnAssign))
    values = (each.value for each in given if isinstance(each, ast.Constant))
    return [each for each in values if isinstance(each, str) and _is_type(each)]

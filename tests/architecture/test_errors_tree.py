"""The tree of errors is an interface: it is drawn in custody/errors.py, and what is drawn is what is there."""

import re

import pytest

from custody import errors
from custody.errors import CustodyError

DRAWN = re.compile(r"^((?:[│ ]  )*)[├└]─ (\w+)", re.MULTILINE)


def drawn() -> set[tuple[str, str]]:
    """Return (parent, child) for each line of the drawing."""
    pairs = set()
    path = [CustodyError.__name__]
    for indent, child in DRAWN.findall(errors.__doc__ or ""):
        depth = len(indent) // 3 + 1
        path = [*path[:depth], child]
        pairs.add((path[-2], child))
    return pairs


def classes(root: type[CustodyError]) -> list[type[CustodyError]]:
    """Return `root` and every error below it that custody/errors.py defines."""
    below = [child for child in root.__subclasses__() if child.__module__ == errors.__name__]
    return [root, *(found for child in below for found in classes(child))]


def test_the_drawing_is_the_tree() -> None:
    """Each class hangs where the docstring draws it, and nothing is left undrawn."""
    built = {
        (base.__name__, error.__name__) for error in classes(CustodyError)[1:] for base in error.__bases__
    }

    assert built == drawn()


def test_the_five_branches_stand() -> None:
    """What a caller must do next is told by five kinds of error, and no more."""
    expected = {"Rejected", "Conflict", "Unavailable", "OutcomeUnknown", "IntegrityFailure"}

    assert expected == {child for parent, child in drawn() if parent == CustodyError.__name__}


def test_codes_tell_errors_apart() -> None:
    """Each error has a code of its own, in the form that the API's problems have."""
    codes = [error.code for error in classes(CustodyError)]

    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


@pytest.mark.parametrize("error", classes(CustodyError), ids=lambda error: error.__name__)
def test_errors_say_what_they_mean(error: type[CustodyError]) -> None:
    """Each class has a docstring of its own."""
    assert error.__dict__.get("__doc__")

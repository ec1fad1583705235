"""Committed files hold for everybody: they name no package index, and no machine that they were written on."""

import re
from pathlib import Path

import pytest

from tests.support.tree import ROOT, committed, name

# Each pattern is written so that it does not match its own text.
INDEX = re.compile(r"(?:py[p]i|pythonhost[e]d|npm[j]s|registry\.yarnpk[g]|proxy\.golan[g])\.(?:org|com)\b")
MACHINE = re.compile(r"(?<![\w./$}~*-])/(?:work|root|tmp)/\w")
WORKPLACE = re.compile(r"(?:\.\./|\b)shared/(?:desig[n]|note[s]|peer[s]|vector[s])\b|\bissues sho[w]\b")


def lines_with(pattern: re.Pattern[str], path: Path) -> list[str]:
    """Return `file:line: text` of each line where `pattern` is found; binary files have none."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return []
    lines = enumerate(text.splitlines(), start=1)
    return [f"{name(path)}:{number}: {line[:120]}" for number, line in lines if pattern.search(line)]


@pytest.mark.parametrize("pattern", [INDEX, MACHINE, WORKPLACE], ids=["index", "machine", "workplace"])
def test_no_file_names_where_it_was_made(pattern: re.Pattern[str]) -> None:
    """No package index's host, no path of a developer's machine, nothing that a fresh clone has not."""
    assert [] == [line for path in committed() for line in lines_with(pattern, path)]


def test_the_lock_holds_no_address() -> None:
    """The lock names packages, versions and hashes; where they come from is each machine's own setting."""
    lock = ROOT / "requirements.lock"

    assert [] == lines_with(re.compile(r"://|^-"), lock)
    assert lines_with(re.compile(r"--hash=sha256:[0-9a-f]{64}"), lock)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (INDEX, "--index-url https://py" + "pi.org/simple"),
        (MACHINE, "see /wo" + "rk/main/README.md"),
        (WORKPLACE, "as ../shared/" + "design.md says"),
    ],
    ids=["index", "machine", "workplace"],
)
def test_the_patterns_find_what_they_are_for(pattern: re.Pattern[str], text: str) -> None:
    """A pattern that matches nothing would pass every file."""
    assert pattern.search(text)

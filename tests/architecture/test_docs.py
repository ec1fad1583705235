"""The documents hold together: links lead somewhere, and decisions are listed."""

import re
from pathlib import Path

import pytest

from tests.support.tree import ROOT, committed, name

DOCUMENTS = [path for path in committed() if path.suffix == ".md"]
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)


def links(path: Path) -> list[str]:
    """Return the targets of all links of a document that stay within the repository."""
    prose = FENCE.sub("", path.read_text(encoding="utf-8"))
    return [target for target in LINK.findall(prose) if not re.match(r"[a-z]+:", target)]


def anchors(path: Path) -> set[str]:
    """Return the anchors of a document's headings, as the usual viewers make them."""
    headings = HEADING.findall(FENCE.sub("", path.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken(path: Path) -> list[str]:
    """Return the links of a document that lead nowhere."""
    found = []
    for target in links(path):
        file, _, anchor = target.partition("#")
        goal = (path.parent / file).resolve() if file else path
        if not goal.exists() or (anchor and goal.suffix == ".md" and anchor not in anchors(goal)):
            found.append(target)
    return found


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_links_lead_somewhere(path: Path) -> None:
    """Each relative link names a file that exists, and a heading in it."""
    assert [] == broken(path)


def test_broken_links_are_found(tmp_path: Path) -> None:
    """A missing file and a missing heading are told; code blocks and addresses are left alone."""
    page = tmp_path / "page.md"
    page.write_text("# A b\n[1](#a-b) [2](#c) [3](none.md) [4](https://example.org)\n```\n[5](no)\n```\n")

    assert broken(page) == ["#c", "none.md"]


def test_every_decision_is_listed() -> None:
    """docs/adr/README.md links each decision."""
    folder = ROOT / "docs" / "adr"
    decisions = {path.name for path in folder.glob("[0-9]*.md")}

    assert decisions
    assert decisions == {target for target in links(folder / "README.md") if target[0].isdigit()}

"""The vectors of entry-v1 and the tables of the documents are what the code makes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from custody.act import opened, read_disclosures, read_entry
from custody.ports import Recorded
from custody.replay import replay
from custody.verdict import Question
from tests.support.entry_vectors.__main__ import FOLDER, PAGE, files, page_examples
from tests.support.spec_tables import TABLES, written


def test_vectors_have_not_drifted() -> None:
    """Made again, each file of vectors has the same text."""
    committed = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json*")}
    assert files() == committed


def test_examples_of_the_page_have_not_drifted() -> None:
    """The worked examples of entry-v1 are those of the vectors."""
    page = PAGE.read_text(encoding="utf-8")
    assert written(page, "examples", page_examples()) == page


@pytest.mark.parametrize(("path", "mark"), [(path, mark) for path, mark, _table in TABLES])
def test_tables_of_the_documents_have_not_drifted(path: Path, mark: str) -> None:
    """Tables of act types and rules say what the code says."""
    page = path.read_text(encoding="utf-8")
    table = next(table for found, name, table in TABLES if (found, name) == (path, mark))
    assert f"<!-- {mark}: begin -->" in page
    assert written(page, mark, table()) == page


def test_the_story_replays_without_findings() -> None:
    """Read from its bytes alone, the story is judged to hold, but for its corrected clock, which is noted."""
    entries = [
        Recorded(index, read_entry(line.encode()))
        for index, line in enumerate((FOLDER / "entries.jsonl").read_text(encoding="utf-8").splitlines())
    ]
    lines = (FOLDER / "disclosures.jsonl").read_text(encoding="utf-8").splitlines()
    values = [
        opened(read_disclosures(json.loads(line)["disclosures"], each.entry.act))
        for line, each in zip(lines, entries, strict=True)
    ]
    for opened_of in (values.__getitem__, lambda _index: None):
        found = replay(entries, opened_of, verify=lambda _recorded, _key: None)
        assert [each.code for each in found.findings] == ["time.clock-corrected"]
        assert found.checks[Question.AUTHORSHIP] == len(entries)

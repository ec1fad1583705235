"""The verifier's judge, written from the specification alone, gives the verdicts of the entry vectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from custody_verifier.entry import check_signature, read_entry
from custody_verifier.verdict import Findings
from custody_verifier.world import World

FOLDER = Path(__file__).parents[1] / "vectors/entry-v1"


def _lines(name: str) -> list[Any]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


def _opened(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for _, name, value in line["disclosures"]}


def _story(*, opened: bool) -> World:
    world, values = World(Findings()), _lines("disclosures.jsonl")
    for index, line in enumerate((FOLDER / "entries.jsonl").read_bytes().splitlines()):
        entry = read_entry(line)
        key = world.take(index, entry, _opened(values[index]) if opened else {}).key
        assert key is not None
        check_signature(entry, key.algorithm, key.spki)
    return world


@pytest.mark.parametrize("opened", [True, False])
def test_the_story_is_judged_to_hold(opened: bool) -> None:
    """Nothing is found in the story, with and without its values, but its corrected clock, which is noted."""
    world = _story(opened=opened)
    world.close()
    assert world.findings.codes() == {("time", "time.clock-corrected")}


@pytest.mark.parametrize("fault", _lines("faults.jsonl"), ids=lambda each: each["name"])
def test_faults(fault: dict[str, Any]) -> None:
    """An entry that breaks one rule gives exactly the findings of the vector."""
    world = _story(opened=True)
    world.findings.found.clear()
    world.take(len(_lines("entries.jsonl")), read_entry(fault["entry"].encode()), _opened(fault))
    assert sorted(world.findings.codes()) == [(question, code) for question, code in fault["findings"]]

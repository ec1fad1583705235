"""Property: whatever a ledger has been through, its bundle is exact, and a stranger's program accepts it."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custody.canonical import Json
from events.bundling import entries, streams
from events.opening import open_database
from tests.support.bundles import Told, ask, parts, seal_asked
from tests.support.server_bundles import payload, records_of, told_anchors, zipped_records
from tests.support.told import stored_ledger
from tests.support.verdicts import answers, failing, verdict_on
from tests.support.wandering import Wandering

NAMES = ("title", "place", "reason", "files/digests", "files/found", "files", "purpose", "contents", "name")
SKIPPED = {
    ("files", "file.not-checked"),  # digests are withheld, or bytes were not asked for
    ("files", "file.none"),
}


def _asked(dice: random.Random, wandering: Wandering) -> Told:
    """Return a story in which an officer asked for one case, or for some of its exhibits, in some way."""
    case = dice.choice(wandering.cases)
    inside = [str(each.stream) for each in wandering.exhibits if str(each.case) == case.stream]
    some = sorted(dice.sample(inside, dice.randint(1, len(inside)))) if inside else []
    whole = not some or dice.random() < 0.5
    withheld = list[Json](sorted(_withheld(dice, wandering)))
    acts = [each.entry.act for each in wandering.story.entries]
    by = wandering.name_of(next(act.person for act in acts if act.stream == case.stream))
    contents: dict[str, Json] = {"files": "all", "withheld": withheld}
    told = wandering.told(case.stream if whole else None, *([] if whole else some))
    also = dice.sample(["access", "fixity"], dice.randint(0, 2))
    if whole:
        return ask(told, case.stream, by=by, also=also, contents=contents)
    return ask(told, exhibits=some, by=by, also=also, contents=contents)


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read so few rows at once that these short stories have many pages."""
    for module, name, size in (
        (streams, "TOGETHER", 2),
        (streams, "BEGINNING", 2),
        (streams, "PAGE", 3),
        (entries, "PAGE", 4),
    ):
        monkeypatch.setattr(module, name, size)


def _withheld(dice: random.Random, wandering: Wandering) -> set[str]:
    found = set(dice.sample(NAMES, dice.randint(0, 3)))
    for _ in range(dice.randint(0, 2)):
        index = dice.randrange(len(wandering.story.entries))
        names = [each.name for each in wandering.story.disclosures[index]]
        found |= {f"{index}/{dice.choice(names)}"} if names else set()
    return found


@given(seed=st.integers(0, 2**32))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.usefixtures("small_pages")
def test_records_of_any_story(seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Records are byte for byte a second builder's; no question fails. Acts go on at each step between."""
    dice = random.Random(seed)
    wandering = Wandering(dice)
    wandering.begin()
    wandering.go(dice.randint(1, 40))
    told = _asked(dice, wandering)
    wandering.go(dice.randint(0, 8))
    told.at = len(told.story.entries)
    wandering.go(dice.randint(0, 8))
    seal_asked(told)
    wandering.go(dice.randint(0, 8))
    sizes = sorted({dice.randint(1, len(told.story.entries)), len(told.story.entries)})
    contents = next(each.value for each in told.story.disclosures[told.asked] if each.name == "contents")
    assert isinstance(contents, dict)
    withheld: Any = contents["withheld"]
    theirs = parts(told, withheld=withheld, anchors=sizes, exact=True).files
    checkpoint, anchors = theirs["data/checkpoint"], told_anchors(told, sizes)
    with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
        database = open_database(Path(folder) / "ledger.sqlite")
        try:
            records = records_of(stored_ledger(database, told.story), told, checkpoint, anchors)
            ours = payload(records, checkpoint, anchors)
            data = zipped_records(records, checkpoint, anchors, told.files)
        finally:
            database.close()
        assert {name: theirs[name] for name in ours} == ours
        status, verdict = verdict_on(data, Path(folder), capsys)
    assert failing(verdict) <= SKIPPED
    assert {"fails"}.isdisjoint(answers(verdict).values())
    assert status in (0, 3)

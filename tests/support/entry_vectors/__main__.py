"""Make the vectors of entry-v1 and the examples of its page: `python -m tests.support.entry_vectors`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Final

from custody.canonical import Json, canonical
from tests.support.entry_vectors.broken import refused
from tests.support.entry_vectors.faults import faults
from tests.support.entry_vectors.small import (
    canonical_forms,
    commitments,
    keys,
    messages,
    references,
    strings,
)
from tests.support.entry_vectors.whole_story import whole_story
from tests.support.spec_tables import ROOT, written
from tests.support.story import Story

FOLDER: Final = ROOT / "tests/vectors/entry-v1"
PAGE: Final = ROOT / "docs/spec/entry-v1.md"


def files() -> dict[str, str]:
    """Return all files of vectors by name, as text."""
    story = whole_story()
    return {
        "canonical.json": _json(list(canonical_forms())),
        "commitments.json": _json(list(commitments())),
        "disclosures.jsonl": "".join(_line(each) for each in _disclosures(story)),
        "entries.jsonl": "".join(f"{each.entry.data.decode()}\n" for each in story.entries),
        "expected.json": _json(_expected(story)),
        "faults.jsonl": "".join(_line(each) for each in faults()),
        "keys.json": _json(list(keys())),
        "messages.json": _json(list(messages(story))),
        "references.json": _json(list(references())),
        "refused.jsonl": "".join(_line(each) for each in refused(story)),
        "strings.json": _json(list(strings())),
    }


def _json(value: Json) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _line(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def _disclosures(story: Story) -> Iterator[Json]:
    for recorded, found in zip(story.entries, story.disclosures, strict=True):
        opened: list[Json] = [[each.salt, each.name, each.value] for each in found]
        yield {"disclosures": opened, "index": recorded.index}


def _expected(story: Story) -> Json:
    heads: dict[str, Json] = {
        stream: [state.version, state.previous] for stream, state in story.world.states.items()
    }
    entries: list[Json] = [
        {
            "act": each.entry.act.hash,
            "leaf": hashlib.sha256(b"\0" + each.entry.data).hexdigest(),
            "ordinal": each.entry.ordinal,
            "type": each.entry.act.type,
        }
        for each in story.entries
    ]
    return {"entries": entries, "heads": heads, "ledger": story.world.ledger_id}


def page_examples() -> str:
    """Return the worked examples of entry-v1."""
    story = whole_story()
    recorded = next(each for each in story.entries if each.entry.act.type == "case.closed.v1")
    entry, disclosure = recorded.entry, story.disclosures[recorded.index][0]
    opened = canonical([disclosure.salt, disclosure.name, disclosure.value]).decode()
    leaf = hashlib.sha256(b"\0" + entry.data).hexdigest()
    return "\n".join(
        [
            f"Entry {recorded.index} of `entries.jsonl`. The disclosure of `{disclosure.name}`, and its commitment:",
            "",
            f"    {opened}",
            f"    {disclosure.commitment()}",
            "",
            "The act message (the first line ends with the newline, the second has none):",
            "",
            *(f"    {line}" for line in entry.act.message.decode().split("\n")),
            "",
            f"The act hash: `{entry.act.hash}`. The entry:",
            "",
            f"    {entry.data.decode()}",
            "",
            f"Its leaf hash: `{leaf}`. The id of this ledger, the SHA-256 of entry 0: `{story.world.ledger_id}`.",
        ]
    )


def main() -> None:
    """Write all vectors and the page's examples."""
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), "examples", page_examples()), encoding="utf-8")


if __name__ == "__main__":
    main()

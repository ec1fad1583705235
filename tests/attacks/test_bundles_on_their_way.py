"""Somebody through whose hands a bundle goes: they change records, write every manifest anew, and are found."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from custody.canonical import canonical
from custody.values import to_base64
from events.database import Database
from tests.support import examples
from tests.support.bundles import Parts, Told, ask, begin, seal_asked
from tests.support.composing import uuid_of
from tests.support.server_bundles import payload, records_of
from tests.support.told import stored_ledger, write
from tests.support.trees import WITNESS
from tests.support.verdicts import failing, verdict_on

ENTRIES, PROOFS = "data/entries.jsonl", "data/proofs.jsonl"
HEADS, DISCLOSURES = "data/heads.jsonl", "data/disclosures.jsonl"
README = {"README.txt": b"How to check this.\n"}


@dataclass
class Made:
    """A bundle that a ledger made, as its files; and another of the same ledger."""

    told: Told
    files: dict[str, bytes]
    other: dict[str, bytes]

    def lines(self, name: str) -> list[Any]:
        """Return the lines of a file of records."""
        return [json.loads(line) for line in self.files[name].splitlines()]

    def put(self, name: str, lines: list[Any]) -> None:
        """Replace the lines of a file of records."""
        self.files[name] = b"".join(canonical(line) + b"\n" for line in lines)

    def zip(self) -> bytes:
        """Return the zip with manifests that fit."""
        header = json.loads(self.files["data/bundle.json"])
        return Parts(README | self.files, header["made_at"], header["bundle"], header["ledger"]).zip()

    def without(self, left_out: Callable[[dict[str, Any]], bool]) -> None:
        """Leave entries out, with their proofs and disclosures."""
        entries, proofs = self.lines(ENTRIES), self.lines(PROOFS)
        kept = [(entry, proof) for entry, proof in zip(entries, proofs, strict=True) if not left_out(entry)]
        self.put(ENTRIES, [entry for entry, _ in kept])
        self.put(PROOFS, [proof for _, proof in kept])
        indexes = {proof["index"] for _, proof in kept}
        self.put(DISCLOSURES, [each for each in self.lines(DISCLOSURES) if each["index"] in indexes])


@pytest.fixture
def made(sqlite_database: Database) -> Made:
    """A bundle of a whole case, and one of its video alone, made by the same ledger; then the video is moved."""
    told = begin()
    told.files = {}
    told = seal_asked(ask(told, told.case, contents={"files": "none", "withheld": []}))
    first = told.bundle, told.at, told.asked
    told.bundle = f"bundle/{uuid_of('another bundle')}"
    told = seal_asked(ask(told, exhibits=[told.video], contents={"files": "none", "withheld": []}))
    ledger = stored_ledger(sqlite_database, told.story)
    body: Any = {"place": examples.ELSEWHERE, "reason": None}
    told.story.tell("petro", "exhibit.moved.v1", told.video, {}, body)
    write(ledger, told.story)
    checkpoint = _checkpoint(told)
    other = payload(records_of(ledger, told, checkpoint), checkpoint)
    told.bundle, told.at, told.asked = first
    return Made(told, payload(records_of(ledger, told, checkpoint), checkpoint), other)


def _checkpoint(told: Told) -> bytes:
    size, last = len(told.story.entries), told.story.entries[-1].entry.recorded
    return told.log.checkpoint(size, (WITNESS, int(last.timestamp()) + 1))


def _stream_left_out(made: Made) -> None:
    stream = made.told.telephone
    made.without(lambda entry: entry["act"]["stream"] == stream)


def _stream_left_out_of_heads_too(made: Made) -> None:
    _stream_left_out(made)
    made.put(HEADS, [line for line in made.lines(HEADS) if line[0] != made.told.telephone])


def _exhibit_left_out_everywhere(made: Made) -> None:
    _stream_left_out_of_heads_too(made)
    header = json.loads(made.files["data/bundle.json"])
    header["exhibits"].remove(made.told.telephone)
    made.files["data/bundle.json"] = canonical(header)


def _last_transfer_left_out(made: Made) -> None:
    made.without(lambda entry: entry["act"]["type"] == "transfer.accepted.v1")


def _person_left_out(made: Made) -> None:
    taras = made.told.story.person("taras").person
    made.without(lambda entry: entry["act"]["stream"] == taras)


def _entry_after_the_heads(made: Made) -> None:
    told = made.told
    index, size = len(told.story.entries) - 1, len(told.story.entries)
    moved = told.log.entries[index]
    path = [to_base64(each) for each in told.log.path(index, size)]
    made.put(ENTRIES, [*made.lines(ENTRIES), json.loads(moved)])
    made.put(PROOFS, [*made.lines(PROOFS), {"index": index, "path": path}])


def _sealing_of_another_bundle(made: Made) -> None:
    """The narrower bundle's request and sealing stand in for the wider one's."""
    for name in (ENTRIES, PROOFS):
        theirs = [json.loads(line) for line in made.other[name].splitlines()][-2:]
        made.put(name, [*made.lines(name)[:-2], *theirs])


def _heads_of_another_bundle(made: Made) -> None:
    made.files[HEADS] = made.other[HEADS]


def _disclosures_of_another_entry(made: Made) -> None:
    lines = made.lines(DISCLOSURES)
    lines[-1]["disclosures"], lines[-2]["disclosures"] = lines[-2]["disclosures"], lines[-1]["disclosures"]
    made.put(DISCLOSURES, lines)


def _value_of_a_disclosure(made: Made) -> None:
    lines = made.lines(DISCLOSURES)
    lines[-1]["disclosures"][0][2] = "another value"
    made.put(DISCLOSURES, lines)


def _disclosure_taken_out(made: Made) -> None:
    lines = made.lines(DISCLOSURES)
    made.put(DISCLOSURES, lines[:-1])


def _other_time(made: Made) -> None:
    header = json.loads(made.files["data/bundle.json"])
    made.files["data/bundle.json"] = canonical(header | {"made_at": "2026-11-21T08:00:00.000000Z"})


def _other_place_in_the_log(made: Made) -> None:
    lines = made.lines(PROOFS)
    lines[3]["path"], lines[4]["path"] = lines[4]["path"], lines[3]["path"]
    made.put(PROOFS, lines)


LEFT_OUT = ("order", "entry.left-out")
ATTACKS: dict[str, tuple[Callable[[Made], None], tuple[str, str]]] = {
    "a stream": (_stream_left_out, LEFT_OUT),
    "a stream, and its head": (_stream_left_out_of_heads_too, ("order", "seal.heads")),
    "an exhibit of the case": (_exhibit_left_out_everywhere, LEFT_OUT),
    "the last transfer": (_last_transfer_left_out, LEFT_OUT),
    "who signed": (_person_left_out, LEFT_OUT),
    "an entry after the heads": (_entry_after_the_heads, ("order", "entry.uninvited")),
    "a sealing of another bundle": (_sealing_of_another_bundle, ("order", "seal.missing")),
    "heads of another bundle": (_heads_of_another_bundle, ("order", "seal.heads")),
    "disclosures of another entry": (_disclosures_of_another_entry, ("integrity", "disclosure.altered")),
    "a value": (_value_of_a_disclosure, ("integrity", "disclosure.altered")),
    "a disclosure taken out": (_disclosure_taken_out, ("integrity", "bundle.facts")),
    "another time": (_other_time, ("integrity", "bundle.facts")),
    "another place in the log": (_other_place_in_the_log, ("order", "entry.proof")),
}


def test_the_bundle_as_it_was_made(made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing fails in the bundle that the ledger made: the file of its video was not asked for."""
    status, verdict = verdict_on(made.zip(), tmp_path, capsys)
    assert {("files", "file.not-checked"), ("time", "time.not-vouched")} == failing(verdict)
    assert status == 3


@pytest.mark.parametrize("name", ATTACKS)
def test_a_change_on_the_way(
    made: Made, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every manifest fits what was changed; the records do not fit each other, and the verdict says which."""
    attack, found = ATTACKS[name]
    attack(made)
    status, verdict = verdict_on(made.zip(), tmp_path, capsys)
    assert found in failing(verdict)
    assert status == 1

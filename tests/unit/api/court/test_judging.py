"""The service's own judgement of records: where only records count, it says what the verifiers say."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from api.court.items import TokenFacts
from api.court.papers import Papers
from events.timestamping.tokens import read_token

VECTORS = Path(__file__).parents[3] / "vectors/bundle-v1"
# Vectors whose fault, if there is one, is in the records; not in the zip, the log, anchors or what a reader brings.
OF_RECORDS = (
    "backdated",
    "good",
    "good-one-exhibit",
    "good-physical",
    "good-redacted",
    "key-compromised",
    "newer-type",
    "not-the-custodian",
    "other-bytes-received",
    "other-ledger",
    "previous-hash",
    "revocation-left-out-attested",
    "revoked-key",
    "role-missing",
)
JUDGED = ("integrity", "authorship", "order", "continuity")


class Unzipped:
    """The records of a vector's zip."""

    def __init__(self, name: str) -> None:
        with ZipFile(VECTORS / name / "bundle.zip") as found:
            self._files = {each.partition("/data/")[2]: found.read(each) for each in found.namelist()}

    def file(self, name: str) -> bytes:
        """Return a file of `data/`."""
        return self._files[name]

    def bundle_json(self) -> bytes:
        """Return `bundle.json`."""
        return self.file("bundle.json")

    def entries(self) -> list[bytes]:
        """Return the lines of the entries."""
        return self.file("entries.jsonl").splitlines(keepends=True)

    def proofs(self) -> list[bytes]:
        """Return the lines of the proofs."""
        return self.file("proofs.jsonl").splitlines(keepends=True)

    def disclosures(self) -> list[bytes]:
        """Return the lines of the disclosures."""
        return self.file("disclosures.jsonl").splitlines(keepends=True)

    def tokens(self) -> tuple[TokenFacts, ...]:
        """Return the tokens of the anchors."""
        found = [(name, data) for name, data in self._files.items() if name.endswith(".tsr")]
        sizes = [int(name.partition("/")[2].partition(".")[0]) for name, _ in found]
        times = [read_token(data).time for _, data in found]
        return tuple(TokenFacts(size, "test", time) for size, time in zip(sizes, times, strict=True))


def papers(name: str, *, stamped: bool = False) -> Papers:
    """Return the papers of a vector, with the time-stamps that it carries or without."""
    records = Unzipped(name)
    return Papers(records, records.file("checkpoint"), records.tokens() if stamped else ())


@pytest.mark.parametrize("name", OF_RECORDS)
def test_it_agrees_with_the_vector(name: str) -> None:
    """Integrity, authorship, order and continuity of the records are answered as the vector expects."""
    expected = json.loads((VECTORS / name / "expected.json").read_text("utf-8"))["answers"]
    questions: Any = papers(name).verdict["questions"]

    assert {each: expected[each][0] for each in JUDGED} == {
        each: questions[each]["answer"] for each in JUDGED
    }


def test_what_it_cannot_judge_is_not_checked() -> None:
    """Files and tokens are in the bundle, not in the records: the paper says that it did not check them."""
    questions: Any = papers("good").verdict["questions"]

    assert ["not-checked", "not-checked"] == [questions[each]["answer"] for each in ("time", "files")]
    assert "signed" == papers("good").verdict["grade"]


@pytest.mark.parametrize("name", ["good", "good-one-exhibit", "time-partly"])
def test_time_stamps_that_were_checked_answer_the_question_of_time(name: str) -> None:
    """With tokens over all entries time holds; over some it does not: as the vector says."""
    expected = json.loads((VECTORS / name / "expected.json").read_text("utf-8"))
    verdict = papers(name, stamped=True).verdict
    questions: Any = verdict["questions"]

    assert expected["answers"]["time"][0] == questions["time"]["answer"]
    assert ("time-stamped" == verdict["grade"]) == (questions["time"]["answer"] == "holds")


def test_an_entry_recorded_after_its_time_stamp_fails() -> None:
    """A token says that an entry was there an hour before the ledger says that it was recorded."""
    good = papers("good", stamped=True)
    early = tuple(replace(each, time=each.time - timedelta(hours=1)) for each in good.tokens)
    time: Any = replace(good, tokens=early).verdict["questions"]

    assert "fails" == time["time"]["answer"]
    assert {"time.bracket"} == {each["code"] for each in time["time"]["findings"]}


def test_the_parts_of_a_zip_are_the_statement_and_the_graph() -> None:
    """Without a court key the statement goes unsigned; made again it is the same."""
    found = papers("good").for_zip()

    assert ["data/case.jsonld", "data/statement.pdf"] == sorted(found)
    assert papers("good").for_zip() == found
    assert b"/ByteRange" not in found["data/statement.pdf"]

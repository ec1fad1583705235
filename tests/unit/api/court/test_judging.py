"""The service's own judgement of records: where only records count, it says what the verifiers say."""

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from api.court.papers import Papers

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


def papers(name: str) -> Papers:
    """Return the papers of a vector."""
    records = Unzipped(name)
    return Papers(records, records.file("checkpoint"))


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


def test_the_parts_of_a_zip_are_the_statement_and_the_graph() -> None:
    """Without a court key the statement goes unsigned; made again it is the same."""
    found = papers("good").for_zip()

    assert ["data/case.jsonld", "data/statement.pdf"] == sorted(found)
    assert papers("good").for_zip() == found
    assert b"/ByteRange" not in found["data/statement.pdf"]

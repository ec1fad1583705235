"""Programs that others wrote accept what we hand over, and refuse a copy with a change in their reach."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from api.court.court_key import CourtKey, make_court_key
from api.court.facts import facts_of_lines
from api.court.graph import case_graph
from api.court.signing import sign_statement
from api.court.statement import statement_pdf
from tests.support import bundles, trees
from tests.support.foreign.handed import Handed, Refused
from tests.support.foreign.programs import BAGS, LOGS, PAPERS, STAMPS, Program


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    """Write two bundles of a test's own making, with papers, receipt, log and trust, as the demo does."""
    folder = tmp_path_factory.mktemp("handed")
    told = bundles.usual()
    whole, redacted = (
        bundles.parts(told, withheld=withheld, anchors=anchors)
        for withheld, anchors in (((), [10, 14]), (("description",), [10]))
    )
    key = make_court_key(tmp_path_factory.mktemp("key"), "Custody, Kyiv", datetime.now(UTC))
    for each in (whole, redacted):
        each.files |= papers(each.files, key)
    data = whole.zip()
    (folder / "court-root.pem").write_bytes(key.chain[-1].public_bytes(Encoding.PEM))
    (folder / "statement.pdf").write_bytes(whole.files["data/statement.pdf"])
    (folder / "bundle-redacted.zip").write_bytes(redacted.zip())
    (folder / "bundle.zip").write_bytes(data)
    (folder / "bundle.zip.receipt").write_bytes(bundles.issue(told, data))
    (folder / "trust.policy").write_bytes(trees.policy())
    (folder / "tsa-root.pem").write_bytes(bundles.TSA.pem())
    told.log.folder(folder / "log")
    return Handed(folder, tmp_path_factory.mktemp("work"))


def papers(files: dict[str, bytes], key: CourtKey) -> dict[str, bytes]:
    """Return the signed statement and the graph of a bundle's records."""
    entries, proofs, opened = (
        files[f"data/{name}.jsonl"].splitlines(keepends=True) for name in ("entries", "proofs", "disclosures")
    )
    facts = facts_of_lines(files["data/bundle.json"], entries, proofs, opened, files["data/checkpoint"])
    statement = sign_statement(statement_pdf(facts, None, files["data/entries.jsonl"]), key)
    return {"data/statement.pdf": statement, "data/case.jsonld": case_graph(facts)}


EACH = [
    pytest.param(each, id=each.name, marks=pytest.mark.programs(*each.commands))
    for each in BAGS + STAMPS + LOGS + PAPERS  # README.txt's commands: tests/unit/api/test_bundle_readme.py
]


@pytest.mark.parametrize("program", EACH)
def test_it_accepts_what_is_handed_over(handed: Handed, program: Program) -> None:
    """The program accepts both bundles, or the log that goes with them."""
    assert program.accepted(handed)


@pytest.mark.parametrize("program", EACH)
def test_it_refuses_a_spoilt_copy(handed: Handed, tmp_path: Path, program: Program) -> None:
    """The program refuses a copy in which one thing within its reach was changed, and complains of it."""
    assert program.refused(handed.copied(tmp_path))


def test_who_accepts_anything_is_noticed(handed: Handed) -> None:
    """A program that checks nothing, overlooks the change, or complains of something else has not refused."""

    def refusing(_: Handed) -> list[str]:
        raise Refused("the moon is full")

    blind, idle, strange = (
        Program(name="a program", check=check, spoil=lambda _: None, complaint="the change")
        for check in (lambda _: ["all is well"], lambda _: [], refusing)
    )
    with pytest.raises(AssertionError, match="accepts a spoilt copy"):
        blind.refused(handed)
    with pytest.raises(Refused, match="nothing to check"):
        idle.accepted(handed)
    with pytest.raises(AssertionError, match="something else"):
        strange.refused(handed)

"""Programs that others wrote accept what we hand over, and refuse a copy with a change in their reach."""

from pathlib import Path

import pytest

from tests.support import bundles, trees
from tests.support.foreign.handed import Handed
from tests.support.foreign.programs import BAGS, LOGS, STAMPS, Program


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    """Write two bundles of a test's own making, with receipt, log and trust, as the demo does."""
    folder = tmp_path_factory.mktemp("handed")
    told = bundles.usual()
    data = bundles.parts(told, anchors=[10, 14]).zip()
    redacted = bundles.parts(told, withheld=("description",), anchors=[10]).zip()
    (folder / "bundle-redacted.zip").write_bytes(redacted)
    (folder / "bundle.zip").write_bytes(data)
    (folder / "bundle.zip.receipt").write_bytes(bundles.issue(told, data))
    (folder / "trust.policy").write_bytes(trees.policy())
    (folder / "tsa-root.pem").write_bytes(bundles.TSA.pem())
    told.log.folder(folder / "log")
    return Handed(folder, tmp_path_factory.mktemp("work"))


EACH = [
    pytest.param(each, id=each.name, marks=pytest.mark.programs(*each.commands))
    for each in BAGS + STAMPS + LOGS
]


@pytest.mark.parametrize("program", EACH)
def test_it_accepts_what_is_handed_over(handed: Handed, program: Program) -> None:
    """The program accepts both bundles, or the log that goes with them."""
    assert program.accepted(handed)


@pytest.mark.parametrize("program", EACH)
def test_it_refuses_a_spoilt_copy(handed: Handed, tmp_path: Path, program: Program) -> None:
    """The program refuses a copy in which one thing within its reach was changed, and complains of it."""
    assert program.refused(handed.copied(tmp_path))

"""`custody-verify log` takes a log as the ledger publishes it, with all its lines, and refuses an altered copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from custody_verifier.command import main
from events.opening import open_database
from events.publishing.mirror import mirror
from storage.memory_objects import FolderObjects
from tests.support.publishing import LOG_KEYS, open_press

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish a log of 300 entries, copied at 5 and at 300: full tiles, and parts of the older size beside them."""
    folder = tmp_path_factory.mktemp("published")
    press = open_press(open_database(folder / "ledger.sqlite"))
    for size in (5, 300):
        press.grow(size)
        press.publisher.run_once()
        mirror(press.log, FolderObjects(folder / "log"))
    (folder / "trust").write_text(
        "".join(f"log {key}\n" for key in LOG_KEYS.vkeys) + "quorum none\n", "utf-8"
    )
    return folder


def test_it_is_accepted(published: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every tile, entry, signature and act holds; the log's own ML-DSA-44 line does not stand in the way."""
    status = main(["log", str(published / "log"), "--trust", str(published / "trust")])
    assert (0, True) == (status, "Grade: signed" in capsys.readouterr().out)


def test_an_altered_copy_is_refused(published: Path, tmp_path: Path) -> None:
    """A byte of an entry in the full bundle is found."""
    FolderObjects(tmp_path / "log")
    mirror(FolderObjects(published / "log"), FolderObjects(tmp_path / "log"))
    path = tmp_path / "log/tile/entries/000"
    data = path.read_bytes()
    path.write_bytes(data[:900] + bytes([data[900] ^ 1]) + data[901:])
    assert 1 == main(["log", str(tmp_path / "log"), "--trust", str(published / "trust")])

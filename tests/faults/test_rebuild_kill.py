"""A rebuild is killed when all entries are there, and what stands beside them is not: that is no ledger yet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from api.key_files import open_keys
from custody.errors import Unavailable, WritesRefused
from events import rebuild_mark
from events.opening import open_database
from events.publishing.rebuilding import Rebuild
from events.recorder import NEWEST_TREE, tree_row
from tests.demo.server import administer
from tests.support import publishing
from tests.support.ledgers import Office
from tests.support.publishing import LOG
from tests.support.tree import ROOT

ENTRIES = 12
KILLED = """
import os, signal, sys
from pathlib import Path
from events.opening import open_database
from events.publishing.rebuilding import Rebuild, TokenObjects
from tests.support import publishing

kind, _, step = sys.argv[2].partition(".")
setattr(globals()[kind], step, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
press = publishing.open_press(open_database(Path(sys.argv[1])), int(sys.argv[4]))
press.publisher.run_once()
Rebuild(open_database(sys.argv[3]), press.places, publishing.LOG, lambda _: None).run()
"""


@pytest.mark.parametrize("step", ["Rebuild._boxes_again", "Rebuild._checkpoints", "TokenObjects.read_back"])
def test_a_killed_rebuild_is_no_ledger(target: str, tmp_path: Path, step: str) -> None:
    """All entries are there, the mark too: neither opened nor filled again; into an empty database all comes back."""
    words = [step, target, str(ENTRIES)]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "lost.sqlite"), *words],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert -9 == done.returncode, done.stderr

    press = publishing.open_press(open_database(tmp_path / "other.sqlite"), ENTRIES)
    press.publisher.run_once()
    database, empty = open_database(target), open_database(tmp_path / "empty.sqlite")
    assert ENTRIES == tree_row(database.read(NEWEST_TREE)).size
    with pytest.raises(Unavailable, match="was not finished"):
        Office.open(database)
    with pytest.raises(WritesRefused, match="was not finished"):
        Rebuild(database, press.places, LOG, lambda _: None).run()
    assert ENTRIES == Rebuild(empty, press.places, LOG, lambda _: None).run().checkpoint.size
    assert ENTRIES == Office.open(empty).ledger.head().size
    database.close()
    empty.close()


@pytest.mark.s3
@pytest.mark.parametrize("words", [["serve"], ["publish"], ["backup", "copy"], ["stamp"], ["doctor"]])
def test_the_operator_is_told(tmp_path: Path, words: list[str]) -> None:
    """Each command ends without success and says what to do."""
    data = tmp_path / "data"
    open_keys(data, "rebuilt.example")
    database = open_database(data / "ledger.sqlite")
    rebuild_mark.put(database)
    database.close()

    said = administer(data, *(str(tmp_path / each) if each == "copy" else each for each in words))

    assert 0 != said.returncode
    assert rebuild_mark.UNFINISHED in said.stdout + said.stderr

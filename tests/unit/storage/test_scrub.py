"""Checking many files at once."""

from collections.abc import Iterator
from pathlib import Path

from custody.ports import Outcome, StoredFile
from storage import scrub
from tests.support import vaults
from tests.support.vaults import sample


def test_each_file_is_checked_once_and_in_order(tmp_path: Path) -> None:
    """Results come in the order of the files, whatever finished first, and each names its file."""
    rig = vaults.memory_rig()
    stored = [sample(tmp_path, size).store(rig.vault) for size in range(30)]
    rig.hands.remove(stored[7])
    rig.hands.replace(stored[8], b"other")

    found = list(scrub.check_all(rig.vault, iter(stored), threads=2))

    assert [one.file for one in stored] == [check.file for check in found]
    assert (Outcome.NOT_CHECKED, Outcome.MISMATCH) == (found[7].outcome, found[8].outcome)
    assert 28 == sum(check.outcome is Outcome.MATCH for check in found)


def test_only_a_few_files_are_taken_ahead(tmp_path: Path) -> None:
    """A scrub that is stopped early has not walked the whole list."""
    rig = vaults.memory_rig()
    one = sample(tmp_path, 5).store(rig.vault)
    taken: list[int] = []

    def endless() -> Iterator[StoredFile]:
        while True:
            taken.append(1)
            yield one

    checks = scrub.check_all(rig.vault, endless(), threads=1)
    assert Outcome.MATCH == next(checks).outcome
    checks.close()  # type: ignore[attr-defined]

    assert 3 == len(taken)

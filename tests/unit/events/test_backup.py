"""Backup and restore: what is restored is what was backed up, and never less than anybody holds a receipt for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from custody.errors import ContentAltered, CustodyError, ForkSeen, Malformed, NotProven, Unavailable
from events.backup import back_up, require_head, restore
from events.checkpoint import LogKey
from events.opening import open_database
from events.sqlite_database import SqliteDatabase
from tests.support.composing import seed
from tests.support.ledgers import LOG_KEY, ORIGIN, Office
from tests.support.verified import TIME_ONLY, VIDEO, judged, story


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office on a SQLite file."""
    database = open_database(tmp_path / "data" / "ledger.sqlite") if _made(tmp_path / "data") else None
    assert database is not None
    yield story(database)
    database.close()


def _made(folder: Path) -> bool:
    folder.mkdir()
    return True


def backed_up(office: Office, folder: Path) -> Path:
    """Back an office up, with one key file."""
    database = office.ledger.database
    assert isinstance(database, SqliteDatabase)
    key = folder.with_name("log.pem")
    key.write_text("secret")
    back_up(database, office.ledger.checkpoint, folder, {"keys/log.pem": key})
    return folder


def test_what_is_restored_is_what_was_backed_up(office: Office, tmp_path: Path) -> None:
    """A restored ledger has the head, the keys and the verdict of the one that was backed up."""
    backup = backed_up(office, tmp_path / "backup")
    target = tmp_path / "restored"
    head = restore(backup, target, LOG_KEY.verifier, office.ledger.checkpoint())
    assert (office.size, office.ledger.head().root) == (head.size, head.root)
    assert "secret" == (target / "keys" / "log.pem").read_text()
    assert 0o600 == (target / "keys" / "log.pem").stat().st_mode & 0o777
    database = open_database(target / "ledger.sqlite")
    assert TIME_ONLY == judged(database).answers()
    database.close()


def test_a_backup_that_is_behind_is_refused_with_what_to_do(office: Office, tmp_path: Path) -> None:
    """A checkpoint of a later head shows that entries would be lost."""
    backup = backed_up(office, tmp_path / "backup")
    office.append(office.move(VIDEO))
    with pytest.raises(NotProven, match="newer backup"):
        restore(backup, tmp_path / "restored", LOG_KEY.verifier, office.ledger.checkpoint())


def test_an_older_checkpoint_is_no_reason_to_refuse(office: Office, tmp_path: Path) -> None:
    """A checkpoint that the backup extends is proven by its own entries."""
    kept = office.ledger.checkpoint()
    office.append(office.move(VIDEO))
    backup = backed_up(office, tmp_path / "backup")
    assert office.size == restore(backup, tmp_path / "restored", LOG_KEY.verifier, kept).size


def test_another_history_is_a_fork(office: Office, tmp_path: Path) -> None:
    """A checkpoint of another tree, signed by the real log key, is a fork."""
    backup = backed_up(office, tmp_path / "backup")
    forked = LOG_KEY.sign(5, b"\x01" * 32)
    with pytest.raises(ForkSeen):
        restore(backup, tmp_path / "restored", LOG_KEY.verifier, forked)


def test_a_checkpoint_of_another_log_proves_nothing(office: Office, tmp_path: Path) -> None:
    """A note that the pinned log did not sign is refused."""
    backup = backed_up(office, tmp_path / "backup")
    other = LogKey.from_seed(ORIGIN, seed("another log"))
    with pytest.raises(NotProven):
        restore(backup, tmp_path / "restored", other.verifier)


@pytest.mark.parametrize("name", ["ledger.sqlite", "checkpoint", "keys/log.pem"])
def test_an_altered_backup_is_refused(office: Office, tmp_path: Path, name: str) -> None:
    """A byte changed in any file of a backup is found before anything is used."""
    backup = backed_up(office, tmp_path / "backup")
    data = bytearray((backup / name).read_bytes())
    data[len(data) // 2] ^= 1
    (backup / name).write_bytes(data)
    with pytest.raises(ContentAltered):
        restore(backup, tmp_path / "restored", LOG_KEY.verifier)


def test_nothing_is_restored_over_something(office: Office, tmp_path: Path) -> None:
    """A folder that holds anything is left alone, and so is an existing backup."""
    backup = backed_up(office, tmp_path / "backup")
    with pytest.raises(Unavailable, match="not empty"):
        restore(backup, tmp_path / "data", LOG_KEY.verifier)
    with pytest.raises(Unavailable, match="exists"):
        backed_up(office, tmp_path / "backup")


@pytest.mark.parametrize(
    "manifest", [b"", b"{}", b"[]", b'{"files":[["../x","00"]],"format":"custody-backup/1"}']
)
def test_a_hostile_manifest_is_refused(office: Office, tmp_path: Path, manifest: bytes) -> None:
    """A manifest of another form, or with names that lead out of the folder, is malformed."""
    backup = backed_up(office, tmp_path / "backup")
    (backup / "backup.json").write_bytes(manifest)
    with pytest.raises(Malformed):
        restore(backup, tmp_path / "restored", LOG_KEY.verifier)


def test_a_head_can_be_required_of_any_database(office: Office) -> None:
    """The same check serves a database that was restored by the engine's own tools."""
    database = office.ledger.database
    assert office.size == require_head(database, LOG_KEY.verifier, office.ledger.checkpoint(4)).size
    with pytest.raises(CustodyError):
        require_head(database, LOG_KEY.verifier, b"no note")

"""`python -m api backup` and `restore`: the ledger with its head beside it, the keys, and the embedded store."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Final

from api.commands.saying import say
from api.composition import SystemClock, target
from api.court_papers import FOLDER
from api.key_files import DeploymentKeys, open_keys
from api.settings import Settings
from api.stores import STORE
from custody.errors import Unavailable
from events import backup
from events.opening import open_database, open_ledger
from events.rows import TreeRow
from events.sqlite_database import SqliteDatabase
from storage.durability import sync_filesystem

_KEPT: Final = ("founding-token.sha256",)


def back_up(settings: Settings, folder: Path, *, store: bool) -> int:
    """Copy ledger and keys into a new folder while the service runs; with `store` the embedded store, stopped."""
    if folder.exists():
        raise Unavailable("backup", f"{folder} exists")
    copied = folder.with_name(f"{folder.name}.store-unfinished")
    with _stopped_store(settings.data_dir / STORE) if store else nullcontext():
        if store:
            shutil.rmtree(copied, ignore_errors=True)
            shutil.copytree(settings.data_dir / STORE, copied)
        head = _back_up_ledger(settings, folder)
        if store:
            copied.rename(folder / STORE)
    sync_filesystem(folder)
    say("backup-done", size=head.size, path=folder)
    return 0


def _back_up_ledger(settings: Settings, folder: Path) -> TreeRow:
    keys = _own_keys(settings)
    database = open_database(target(settings))
    try:
        if not isinstance(database, SqliteDatabase):
            raise Unavailable(
                "backup", "this ledger is in PostgreSQL: docs/how-to/backup-and-restore.md says how"
            )
        ledger = open_ledger(
            database, master=keys.master, log_key=keys.log, clock=SystemClock(), make_tables=False
        )
        return backup.back_up(database, ledger.checkpoint, folder, _files(settings.data_dir))
    finally:
        database.close()


def restore_from(settings: Settings, folder: Path, checkpoint: Path | None) -> int:
    """Bring a backup into an empty data folder, if it is not behind the checkpoint that somebody kept."""
    kept = None if checkpoint is None else checkpoint.read_bytes()
    keys = open_keys(folder, settings.origin_label)
    head = backup.restore(folder, settings.data_dir, keys.log.verifier, kept)
    if (folder / STORE).exists():
        copied = settings.data_dir / f"{STORE}.unfinished"
        shutil.copytree(folder / STORE, copied)
        copied.rename(settings.data_dir / STORE)
    sync_filesystem(settings.data_dir)
    say("restore-done", size=head.size, path=settings.data_dir)
    say("restore-unchecked" if kept is None else "restore-checked")
    return 0


def _own_keys(settings: Settings) -> DeploymentKeys:
    if not (settings.data_dir / "keys").exists():
        raise Unavailable("backup", f"there is no ledger in {settings.data_dir}")
    return open_keys(settings.data_dir, settings.origin_label)


def _files(data_dir: Path) -> dict[str, Path]:
    """Return the files beside the database: what it is of no use without, and the court key that is kept here."""
    folders = (data_dir / name for name in ("keys", FOLDER))
    keys = {
        f"{folder.name}/{path.name}": path
        for folder in folders
        if folder.is_dir()
        for path in folder.iterdir()
        if path.is_file()
    }
    return keys | {name: data_dir / name for name in _KEPT if (data_dir / name).exists()}


@contextmanager
def _stopped_store(store: Path) -> Iterator[None]:
    """Keep the embedded store for ourselves. Raises Unavailable while a service uses it: a copy could be torn."""
    if not store.exists():
        raise Unavailable(
            "backup", "there is no embedded store here: back your own store up by its own means"
        )
    with (store / "supervisor.lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            raise Unavailable("backup", "stop the service first: its store is in use") from fault
        yield

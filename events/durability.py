"""Refusal to start where a commit could be lost: the settings of the database that the ledger depends on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from custody.errors import Unavailable
from events.database import Database

_FULL: Final = 2  # PRAGMA synchronous
_POSTGRES: Final = ("fsync", "synchronous_commit", "full_page_writes")
_SAFE_COMMITS: Final = ("on", "remote_apply")
UNSAFE_OPTION: Final = "POSTGRES_ENABLE_DB_FUNCTIONS"  # of the library: it drops what subclasses write


def require_durable(database: Database, environment: Mapping[str, str]) -> None:
    """Raise Unavailable, naming the setting, unless what is committed survives a loss of power."""
    if environment.get(UNSAFE_OPTION, "").strip().lower() not in ("", "0", "n", "no", "f", "false", "off"):
        raise Unavailable("database", f"{UNSAFE_OPTION} is set: the ledger does not start with it")
    if database.engine == "sqlite":
        _require_sqlite(database)
    else:
        _require_postgres(database)


def _require_sqlite(database: Database) -> None:
    mode, synchronous = (
        str(database.read(f"PRAGMA {name}")[0][0]) for name in ("journal_mode", "synchronous")
    )
    if mode != "wal":
        raise Unavailable("database", f"journal_mode is {mode}, not wal: use a file on a local disk")
    if int(synchronous) < _FULL:
        raise Unavailable("database", f"synchronous is {synchronous}, not FULL")


def _require_postgres(database: Database) -> None:
    for name in _POSTGRES:
        found = str(database.read(f"SHOW {name}")[0][0])
        if found not in (_SAFE_COMMITS if name == "synchronous_commit" else ("on",)):
            raise Unavailable("database", f"{name} is {found}, not on")

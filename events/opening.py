"""Opening a ledger: its database by file or URL, the refusal of unsafe settings, the tables, the head."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from custody.ports import Clock, MasterKey
from events import rebuild_mark
from events.application import LedgerApplication
from events.checkpoint import LogKey
from events.database import Database
from events.durability import require_durable
from events.ledger import StoredLedger
from events.postgres_database import PostgresDatabase
from events.sqlite_database import SqliteDatabase

_URLS = ("postgresql://", "postgres://")


def open_database(target: str | Path, environment: Mapping[str, str] | None = None) -> Database:
    """Open a PostgreSQL URL, or else a SQLite file. Raises Unavailable when it would not keep what it commits."""
    postgres = str(target).startswith(_URLS)
    database: Database = PostgresDatabase(str(target)) if postgres else SqliteDatabase(target)
    try:
        require_durable(database, os.environ if environment is None else environment)
    except BaseException:
        database.close()
        raise
    return database


def may_make_tables(database: Database) -> bool:
    """Tell whether this role makes the tables; one that `events.postgres_role` restricted finds them made.

    Raises Unavailable.
    """
    if database.engine == "sqlite":
        return True
    return bool(database.read("SELECT has_schema_privilege('public', 'CREATE')")[0][0])


def open_ledger(
    database: Database, *, master: MasterKey, log_key: LogKey, clock: Clock, make_tables: bool = True
) -> StoredLedger:
    """Open the ledger in a database. `make_tables` False: they are there, and the role may not make any.

    Raises Unavailable, also for a database into which a rebuild was not finished.
    """
    rebuild_mark.require_finished(database)
    application = LedgerApplication(database)
    if make_tables:
        application.make_tables()
    return StoredLedger(application, master=master, log_key=log_key, clock=clock)

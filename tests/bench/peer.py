"""The peer: the bare eventsourcing library, saving one event at a time with the durability that we ask for.

Nothing here hashes, signs, proves or encrypts. Its event is as large as our entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import InfrastructureFactory
from eventsourcing.sqlite import SQLiteConnection, SQLiteConnectionPool, SQLiteFactory
from eventsourcing.utils import Environment
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier


class Item(Aggregate):
    """A thing with a history, in the library's own style."""

    @event("Registered")
    def __init__(self, place: str) -> None:
        self.place = place
        self.note = ""

    @event("Changed")
    def change(self, place: str, note: str) -> None:
        """Trigger one event."""
        self.place = place
        self.note = note


class SyncedPool(SQLiteConnectionPool):
    """The library's pool with synchronous=FULL, as in our own ledger."""

    def _create_connection(self) -> SQLiteConnection:
        connection = super()._create_connection()
        connection.cursor().execute("PRAGMA synchronous=FULL")
        return connection


class SyncedFactory(SQLiteFactory):
    """The library's factory over that pool."""

    def __init__(self, env: Environment) -> None:
        super().__init__(env)
        given = self.datastore.pool
        self.datastore.pool = SyncedPool(db_name=given.db_name, pool_timeout=30)
        given.close()


class Bare(Application[UUID]):
    """The library's application; it reads no variable of the process."""

    def construct_env(self, name: str, env: Mapping[str, str] | None = None) -> Environment:
        """Return the given settings alone."""
        return Environment(name, dict(env or {}))

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        """Return the library's factory, synced where it is SQLite."""
        return SyncedFactory(env) if "SQLITE_DBNAME" in env else super().construct_factory(env)

    def new_item(self) -> Item:
        """Return an item that is stored."""
        item = Item("store 4, shelf B")
        self.save(item)
        return item

    def change(self, item: Item, note: str) -> None:
        """Store one event."""
        item.change("store 4, shelf B", note)
        self.save(item)

    def note_for(self, size: int) -> str:
        """Return the note that makes an event's stored state `size` bytes long."""
        item = Item("store 4, shelf B")
        item.change("store 4, shelf B", "")
        empty = len(self.mapper.to_stored_event(item.pending_events[-1]).state)
        return "n" * max(0, size - empty)


@contextmanager
def on_sqlite(file: Path) -> Iterator[Bare]:
    """Open the peer on a new SQLite file."""
    with Bare(env={"SQLITE_DBNAME": str(file)}) as application:
        yield application


@contextmanager
def on_postgres(url: str, writers: int = 32) -> Iterator[Bare]:
    """Open the peer in a schema of its own, which is dropped afterwards."""
    parts, schema = conninfo_to_dict(url), f"peer_{uuid4().hex}"
    settings = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_SCHEMA": schema,
        "POSTGRES_POOL_SIZE": str(max(5, writers)),
    }
    for name, default in (("dbname", ""), ("host", ""), ("port", "5432"), ("user", ""), ("password", "")):
        settings[f"POSTGRES_{name.upper()}"] = str(parts.get(name) or default)
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(SQL("CREATE SCHEMA {}").format(Identifier(schema)))
        try:
            with Bare(env=settings) as application:
                yield application
        finally:
            admin.execute(SQL("DROP SCHEMA {} CASCADE").format(Identifier(schema)))

"""The library's application over our recorders: no environment of the process, no snapshots, no code from topics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from eventsourcing.application import Application
from eventsourcing.persistence import InfrastructureFactory, JSONTranscoder, Mapper, Transcoder
from eventsourcing.utils import Environment

from events.database import Database
from events.mapper import EntryMapper
from events.postgres_database import PostgresDatabase
from events.postgres_recorder import PostgresLedgerRecorder
from events.sqlite_database import SqliteDatabase
from events.sqlite_recorder import SqliteLedgerRecorder

SETTINGS = {"ORIGINATOR_ID_TYPE": "text", "IS_SNAPSHOTTING_ENABLED": "n"}


class LedgerFactory(InfrastructureFactory[Any]):
    """Makes our recorder, and nothing else that the library could be asked for."""

    def __init__(self, database: Database) -> None:
        super().__init__(Environment("custody", SETTINGS))
        self._database = database

    def application_recorder(self) -> SqliteLedgerRecorder | PostgresLedgerRecorder:
        """Return the recorder of the database's engine; tables are made by `make_tables`."""
        if isinstance(self._database, SqliteDatabase):
            return SqliteLedgerRecorder(self._database.datastore)
        if isinstance(self._database, PostgresDatabase):
            return PostgresLedgerRecorder(self._database.datastore)
        raise TypeError(type(self._database).__name__)

    def aggregate_recorder(self, purpose: str = "events") -> NoReturn:
        """Refuse: there are no snapshots, which would change a state without an entry."""
        raise NotImplementedError(purpose)

    def tracking_recorder(self, tracking_recorder_class: type[Any] | None = None) -> NoReturn:
        """Refuse: projections keep their own place."""
        raise NotImplementedError(tracking_recorder_class)

    def process_recorder(self) -> NoReturn:
        """Refuse: projections keep their own place."""
        raise NotImplementedError


class LedgerApplication(Application[str]):
    """One per process and database; whoever opened the database closes it."""

    name = "custody"

    def __init__(self, database: Database) -> None:
        self.database = database
        super().__init__()

    @property
    def ledger_recorder(self) -> SqliteLedgerRecorder | PostgresLedgerRecorder:
        """The recorder, as what it is."""
        recorder = self.recorder
        if isinstance(recorder, SqliteLedgerRecorder | PostgresLedgerRecorder):
            return recorder
        raise TypeError(type(recorder).__name__)

    def make_tables(self) -> None:
        """Make the ledger's tables and guards where they are missing."""
        self.ledger_recorder.create_table()

    def construct_env(self, name: str, env: Mapping[str, str] | None = None) -> Environment:
        """Return settings that a stray variable of the process cannot change."""
        return Environment(name, {**SETTINGS, **(env or {})})

    def construct_factory(self, env: Environment) -> LedgerFactory:
        """Return the factory of our recorder."""
        del env
        return LedgerFactory(self.database)

    def construct_mapper(self) -> Mapper[str]:
        """Return the closed table of topics."""
        return EntryMapper()

    def construct_transcoder(self) -> Transcoder:
        """Return the library's transcoder, which nothing here uses."""
        return JSONTranscoder()

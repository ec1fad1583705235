"""`python -m api prepare ROLE`: the tables in PostgreSQL, made by their owner, and a role that may only append."""

from __future__ import annotations

from api.commands.saying import say
from api.composition import target
from api.settings import Settings
from api.tables import TABLES
from custody.errors import Unavailable
from events.application import LedgerApplication
from events.opening import open_database
from events.postgres_database import PostgresDatabase
from events.postgres_role import restrict
from events.projections import tables as listed


def prepare(settings: Settings, role: str) -> int:
    """Make all tables as the role of CUSTODY_DATABASE, and give `role`, which exists, what the service needs.

    Raises Unavailable for SQLite, which has no roles, and for a role that is not there.
    """
    database = open_database(target(settings))
    try:
        if not isinstance(database, PostgresDatabase):
            raise Unavailable("database", "only PostgreSQL has roles: set CUSTODY_DATABASE")
        LedgerApplication(database).make_tables()
        database.create(list(TABLES.values()))
        database.create(listed.STATEMENTS)
        restrict(database, role, (*TABLES, *listed.TABLES))
    finally:
        database.close()
    say("prepared", role=role)
    return 0

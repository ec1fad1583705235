"""The role that the service runs as on PostgreSQL: it may read and append, never change what the ledger holds."""

from __future__ import annotations

from collections.abc import Iterable

from psycopg.sql import SQL, Composed, Identifier

from events.postgres_append import SIGNATURE
from events.postgres_database import PostgresDatabase
from events.schema import APPEND_ONLY, MUTABLE


def restrict(database: PostgresDatabase, role: str, mutable: Iterable[str] = ()) -> None:
    """Give an existing role exactly the rights that the service needs; run it as the owner of the tables.

    `mutable` names the tables of other rooms, whose rows may change. Afterwards open the ledger as the role,
    with `make_tables=False`. Raises Unavailable.
    """
    with database.transaction() as session:
        for statement in grants(role, (*MUTABLE, *mutable)):
            session.execute(statement.as_string())


def grants(role: str, mutable: Iterable[str]) -> list[Composed]:
    """Return the statements: all rights are taken first, so that none is left from before."""
    who = Identifier(role)
    return [
        SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(who),
        SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC").format(),
        SQL("GRANT USAGE ON SCHEMA public TO {}").format(who),
        SQL("GRANT EXECUTE ON FUNCTION custody_append({}) TO {}").format(SQL(SIGNATURE), who),
        SQL("GRANT SELECT, INSERT ON {} TO {}").format(_names(APPEND_ONLY), who),
        SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO {}").format(_names(mutable), who),
    ]


def _names(tables: Iterable[str]) -> Composed:
    return SQL(", ").join(map(Identifier, tables))

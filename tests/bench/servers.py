"""Where the bench works: a folder on the disk of the project, and a PostgreSQL server with its data there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from psycopg import sql

from tests.support.postgres import _embedded_server

BUILD = Path(__file__).resolve().parents[2] / "build"


@contextmanager
def folder() -> Iterator[Path]:
    """Yield a folder that is removed afterwards; never on a RAM disk."""
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=BUILD, ignore_cleanup_errors=True) as name:
        yield Path(name)


@contextmanager
def postgres(place: Path) -> Iterator[str]:
    """Yield the URL of an empty database: on CUSTODY_TEST_POSTGRES, else on a server started in `place`."""
    if given := os.environ.get("CUSTODY_TEST_POSTGRES"):
        with _database(given) as url:
            yield url
        return
    place.chmod(0o755)  # as root the server runs as a user of its own
    (place / "pg").mkdir()
    for server in _embedded_server(place / "pg"):
        with _database(server) as url:
            yield url


@contextmanager
def _database(server: str) -> Iterator[str]:
    name = f"bench_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield urlsplit(server)._replace(path=f"/{name}").geturl()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

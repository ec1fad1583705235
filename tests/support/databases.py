"""A fresh database of each engine for a test that asks for `database`, and where to open it again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from events.database import Database
from events.opening import open_database

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=ENGINES)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """File or URL of an empty database, once for each engine."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.sqlite")
    return str(request.getfixturevalue("postgres_database"))


@pytest.fixture
def database(target: str) -> Iterator[Database]:
    """Return an empty database, open, once for each engine."""
    found = open_database(target)
    yield found
    found.close()


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Database]:
    """Return an empty SQLite database, for what is the same on both engines."""
    found = open_database(tmp_path / "ledger.sqlite")
    yield found
    found.close()

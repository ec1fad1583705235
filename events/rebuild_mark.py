"""The mark of a rebuild that is under way: a database that bears it looks whole before it is, and is no ledger yet.

The mark is a table, for it goes wherever the database goes, also into its dumps. It is made before the first row of a
rebuild and dropped after the last one (log-v1 7.4); nothing else ever makes it.
"""

from __future__ import annotations

from typing import Final

from custody.errors import Unavailable
from events.database import Database

UNFINISHED: Final = (
    "a rebuild of this database was not finished, so it lacks what the published log has: put it away, and rebuild "
    "into an empty one"
)
_NAME: Final = "rebuild_under_way"
_MAKE: Final = f"CREATE TABLE IF NOT EXISTS {_NAME} (mark {{int}}){{strict}}"
_SEEN: Final = {
    "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?",
    "postgresql": "SELECT count(to_regclass(CAST(? AS text)))",
}


def put(database: Database) -> None:
    """Put the mark on a database, durably."""
    database.create([_MAKE])


def remove(database: Database) -> None:
    """Take the mark away: everything is there."""
    database.create([f"DROP TABLE {_NAME}"])


def is_on(database: Database) -> bool:
    """Tell whether a rebuild into this database has begun and not ended. Raises Unavailable."""
    return bool(database.read(_SEEN[database.engine], (_NAME,))[0][0])


def require_finished(database: Database) -> None:
    """Raise Unavailable for a database that bears the mark."""
    if is_on(database):
        raise Unavailable("ledger", UNFINISHED)

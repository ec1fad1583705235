"""The parts that a command needs beside the service: the keys that are there, database and object store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from api.composition import target
from api.key_files import DeploymentKeys, open_keys
from api.settings import Settings
from api.stores import Store, open_store
from custody.errors import Unavailable
from events.database import Database
from events.opening import open_database


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What stands for as long as the command runs."""

    keys: DeploymentKeys
    database: Database
    store: Store


@contextmanager
def parts(settings: Settings) -> Iterator[Parts]:
    """Open keys, database and store. Raises Unavailable: no keys are made here, and an embedded store has one user."""
    if not (settings.data_dir / "keys").exists():
        raise Unavailable("keys", f"there are none in {settings.data_dir}: bring them back from their backup")
    with ExitStack() as stack:
        keys = open_keys(settings.data_dir, settings.origin_label)
        database = open_database(target(settings))
        stack.callback(database.close)
        yield Parts(keys=keys, database=database, store=open_store(settings, stack))

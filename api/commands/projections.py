"""`python -m api rebuild-projections`: the rows of lists and search, made anew from the entries."""

from __future__ import annotations

from api.commands.saying import say
from api.composition import SystemClock, target
from api.key_files import open_keys
from api.settings import Settings
from custody.errors import Unavailable
from events.log_keys import require_founded
from events.opening import may_make_tables, open_database, open_ledger
from events.projections import Projections


def rebuild_projections(settings: Settings) -> int:
    """Empty the rows and derive them from the whole ledger, in one transaction; the service may run meanwhile.

    Raises Unavailable without keys, NotFound before the ledger is founded, ChainBroken and ContentAltered where an
    entry cannot be read: then the rows stay as they were.
    """
    if not (settings.data_dir / "keys").exists():
        raise Unavailable("keys", f"there are none in {settings.data_dir}: bring them back from their backup")
    keys, database = open_keys(settings.data_dir, settings.origin_label), open_database(target(settings))
    try:
        makes = may_make_tables(database)
        ledger = open_ledger(
            database, master=keys.master, log_key=keys.log, clock=SystemClock(), make_tables=makes
        )
        require_founded(database, keys.log_keys)
        projections = Projections(database, ledger)
        if makes:
            projections.create()
        size = projections.rebuild()
    finally:
        database.close()
    say("projections-rebuilt", size=size)
    return 0

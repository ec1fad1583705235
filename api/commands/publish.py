"""`python -m api publish` and `rebuild`: the log brought up to date once, and the ledger read back from it."""

from __future__ import annotations

from api.commands.parts import parts
from api.commands.saying import say
from api.composition import SystemClock
from api.publishing import read_policy
from api.settings import Settings
from custody.errors import NotFound
from events.log_keys import require_founded
from events.opening import open_ledger
from events.publishing.alone import publish_once
from events.publishing.rebuilding import Rebuild
from storage.key_objects import KeyObjects


def publish(settings: Settings) -> int:
    """Compare the published log and the witnesses with the database, and publish its head."""
    with parts(settings) as found:
        log_keys = found.keys.log_keys
        policy = read_policy(settings.witness_policy, log_keys)
        ledger = open_ledger(
            found.database, master=found.keys.master, log_key=found.keys.log, clock=SystemClock()
        )
        require_founded(found.database, log_keys)
        done = publish_once(ledger, log_keys, found.store.places(), policy)
    for each in done.before:
        if each.size is None:
            say("not-compared", who=each.who, reason=each.reason)
    publication = done.publication
    say("published", size=publication.size, count=len(publication.cosigned), asked=len(policy.witnesses))
    for name, reason in publication.silent.items():
        say("not-cosigned", who=name, reason=reason)
    return 0


def rebuild(settings: Settings) -> int:
    """Read the published ledger back into an empty database, with the same root."""
    with parts(settings) as found:
        keys = found.store.file_keys()
        places, log = found.store.places(), found.keys.log.verifier
        rebuilt = Rebuild(found.database, places, log, lambda name: _file_key(keys, name)).run()
    say("rebuilt", size=rebuilt.checkpoint.size, gone=rebuilt.keys_gone)
    say("rebuilt-root", root=rebuilt.checkpoint.text.splitlines()[-1])
    return 0


def _file_key(keys: KeyObjects, object_key: str) -> tuple[str, bytes] | None:
    """Return key id and wrapped key of a stored file; None when it was destroyed."""
    try:
        return keys.get(object_key)
    except NotFound:
        return None

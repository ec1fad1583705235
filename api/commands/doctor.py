"""`python -m api doctor`: is everything that the service needs there, and as it should be."""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Final

from api.commands.saying import sentence
from api.composition import SystemClock, target
from api.court_papers import court_key
from api.key_files import open_keys
from api.publishing import read_policy
from api.settings import Settings, is_loopback
from api.time_stamps import is_amiss, stamping_of
from api.verify_page import NAME, read_page
from custody import values
from custody.clocks import BEHIND
from custody.errors import CustodyError, Unavailable
from events.database import Database
from events.fsck.checking import fsck
from events.log_keys import founded_vkeys, short
from events.opening import open_database
from events.rebuild_mark import require_finished
from events.recorder import NEWEST_TREE, tree_row
from events.stream_keys import StreamKeys

LEAST_FREE: Final = 5 << 30  # bytes; a deposit needs room for its file

Check = Callable[[Settings], str]


def examine(settings: Settings) -> int:
    """Look at everything in turn and tell; return 1 when anything is bad."""
    bad = 0
    for name, outcome, detail in findings(settings):
        bad += outcome == "doctor-bad"
        print(f"{name:<12} {sentence(outcome):<12} {detail}", flush=True)
    return 1 if bad else 0


def findings(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Yield name, outcome and detail of each check; an error of the tree makes it bad."""
    for name, check in CHECKS.items():
        try:
            yield name, "doctor-good", check(settings)
        except CustodyError as error:
            yield name, "doctor-bad", error.message


def _keys(settings: Settings) -> str:
    if not (settings.data_dir / "keys").exists():
        return "not made yet: the first start makes them"
    keys = open_keys(settings.data_dir, settings.origin_label).log_keys
    database = open_database(target(settings))
    try:
        founded = founded_vkeys(database) if _size(database) else ()
    finally:
        database.close()
    if founded:
        keys.require_named(founded)
    if keys.ml_dsa is None:
        return f"{keys.ed25519.vkey}; {sentence('doctor-one-key')}"
    return f"{keys.ed25519.vkey}, {short(keys.ml_dsa.vkey)} (ML-DSA-44)"


def _database(settings: Settings) -> str:
    """The settings on which durability rests are judged when it is opened."""
    database = open_database(target(settings))
    try:
        return f"{database.engine}, {_size(database)} entries"
    finally:
        database.close()


def _ledger(settings: Settings) -> str:
    """Every derived row must follow from the entries."""
    keys, database = open_keys(settings.data_dir, settings.origin_label), open_database(target(settings))
    try:
        require_finished(database)
        if not _size(database):
            return "not founded yet"
        found = list(fsck(database, StreamKeys(database, keys.master)))
        if found:
            raise Unavailable("ledger", "; ".join(each.text for each in found[:5]))
        return "every derived row follows from the entries"
    finally:
        database.close()


def _witnesses(settings: Settings) -> str:
    """The policy must be readable, and name this ledger's own log key."""
    if settings.witness_policy is None:
        return "none is asked: no policy is set"
    policy = read_policy(
        settings.witness_policy, open_keys(settings.data_dir, settings.origin_label).log_keys
    )
    return f"{len(policy.witnesses)} asked, quorum {policy.quorum}"


def _time(settings: Settings) -> str:
    """No authority may have failed, and no clock may have been amiss."""
    if settings.tsa_list is None:
        return "nobody is asked: no list of authorities is set"
    keys, database = open_keys(settings.data_dir, settings.origin_label), open_database(target(settings))
    try:
        stamping = stamping_of(settings, database, keys.log_keys, None, SystemClock())
        if not _size(database):
            return "not founded yet"
        standings, newest = stamping.standings(), stamping.newest_tokens()
    finally:
        database.close()
    amiss = [f"the clock of {name}, or ours, is wrong" for name, each in newest.items() if is_amiss(each)]
    failed = [
        f"{name}, {purpose.value}: {each.cause} (failures in a row: {each.failures})"
        for name, found in standings.items()
        for purpose, each in found.items()
        if each.failures
    ]
    if failed or amiss:
        raise Unavailable("time", "; ".join([*failed, *amiss]))
    last = [f"{name} at {each.time.isoformat()} over {each.size}" for name, each in newest.items()]
    return f"{len(standings)} asked; last tokens: {', '.join(last) or 'none'}"


def _page(_settings: Settings) -> str:
    page = read_page()
    return sentence("doctor-no-page") if page is None else f"{NAME} {page.digest.hex()}"


def _court(settings: Settings) -> str:
    """The court key must be one that courts' programs take, and its certificate must be valid now."""
    key = court_key(settings)
    if key is None:
        return sentence("doctor-no-court-key")
    until, now = key.certificate.not_valid_after_utc, SystemClock().now()
    if not key.certificate.not_valid_before_utc <= now <= until:
        raise Unavailable("court key", f"its certificate is not valid now; it ends at {until.isoformat()}")
    return f"{key.subject}, until {until.date().isoformat()}"


def _clock(settings: Settings) -> str:
    database = open_database(target(settings))
    try:
        if not _size(database):
            return "not founded yet"
        newest = values.recorded_instant(tree_row(database.read(NEWEST_TREE)).recorded_at, "recorded_at")
    finally:
        database.close()
    behind = newest - SystemClock().now()
    if behind > BEHIND:
        raise Unavailable("clock", f"{behind.total_seconds():.0f} s behind the newest entry")
    return "not behind the newest entry"


def _disk(settings: Settings) -> str:
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.data_dir).free
    if free < settings.free_bytes:
        kept = settings.free_bytes >> 20
        raise Unavailable(
            "disk", f"{free >> 20} MiB free: no files are taken, {kept} MiB are kept for the ledger"
        )
    if free < LEAST_FREE:
        raise Unavailable("disk", f"{free >> 20} MiB free in the data folder, less than {LEAST_FREE >> 20}")
    return f"{free >> 30} GiB free, of which {settings.free_bytes >> 20} MiB are kept for the ledger"


def _doors(settings: Settings) -> str:
    if not is_loopback(settings.host) and not settings.public_urls:
        raise Unavailable("doors", "CUSTODY_PUBLIC_URLS is not set: people elsewhere cannot sign in")
    url = f"http://{settings.host}:{settings.port}/readyz"
    try:
        with urllib.request.urlopen(url, timeout=5):
            return "ready"
    except urllib.error.HTTPError as error:
        raise Unavailable("doors", f"the service is not ready ({error.code})") from error
    except OSError:
        return "the service does not run"


def _size(database: Database) -> int:
    try:
        return tree_row(database.read(NEWEST_TREE)).size
    except CustodyError:
        return 0  # its tables are made at the first start


CHECKS: Final[dict[str, Check]] = {
    "keys": _keys,
    "database": _database,
    "ledger": _ledger,
    "witnesses": _witnesses,
    "time": _time,
    "page": _page,
    "court": _court,
    "clock": _clock,
    "disk": _disk,
    "doors": _doors,
}

"""Puts the parts of a deployment together, in the one order in which they may start, and ends them in reverse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any, Final

import structlog

from api.bundles.kept import KeptBundles
from api.bundles.under_way import UnderWay
from api.key_files import DeploymentKeys, FoundingToken, open_keys
from api.operations import Operations
from api.publishing import NOT_COMPARED, PublishedLog, begin, published_log, read_policy
from api.rates import Rate
from api.replies import Replies
from api.service import Service
from api.services import Services
from api.sessions import Sessions
from api.settings import Settings
from api.stores import Store, open_store
from api.tables import TABLES
from api.time_stamps import TimeStamps
from api.upkeep import Upkeep
from api.view import LedgerView
from api.waiting_files import Recording, WaitingFiles
from api.writing import Writing
from custody.errors import CustodyError
from custody.ports import MasterKey
from events.ledger import StoredLedger
from events.log_keys import require_founded
from events.opening import may_make_tables, open_database, open_ledger
from events.projections import Projections
from events.publishing.places import Places
from events.publishing.publisher import Publisher
from events.stream_keys import StreamKeys
from storage.deposits import Deposits
from storage.forwarding import Forwarding
from storage.vault import S3Vault

LEDGER_FILE: Final = "ledger.sqlite"

_log = structlog.get_logger("api.composition")


class SystemClock:
    """This machine's clock."""

    def now(self) -> datetime:
        """Return the present instant."""
        return datetime.now(UTC)


@contextmanager
def compose(settings: Settings, **overrides: Any) -> Iterator[Services]:  # noqa: ANN401 - parts of any type
    """Run a deployment for as long as the context is open; `overrides` replace parts by name.

    1. keys; 2. database, refused with unsafe settings; 3. ledger and its tables; 4. vault, probed: without it
    nothing can be deposited, but reading goes on; 5. what stands on them; 6. the published log, compared before
    acts are taken.
    """
    with ExitStack() as stack:
        yield _composed(settings, stack, overrides)


def _composed(settings: Settings, stack: ExitStack, overrides: dict[str, Any]) -> Services:
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    clock = overrides.get("clock") or SystemClock()
    keys = open_keys(settings.data_dir, settings.origin_label)
    database = open_database(target(settings))
    stack.callback(database.close)
    makes = may_make_tables(database)
    ledger = open_ledger(database, master=keys.master, log_key=keys.log, clock=clock, make_tables=makes)
    require_founded(database, keys.log_keys)
    projections = Projections(database, ledger)
    if makes:
        database.create(list(TABLES.values()))
        projections.create()
    store = _store(settings, stack)
    vault, fault = overrides.get("vault"), None
    if vault is None:
        vault, fault = _vault(store, keys.master, stack)
    deposits = Deposits(settings.data_dir / "deposits", clock, limit=settings.max_deposit_bytes)
    stack.callback(deposits.close)
    forwarding = None
    if vault is not None:
        forwarding = Forwarding(deposits, vault)
        stack.callback(forwarding.close)
    view, replies = LedgerView(ledger), Replies(database)
    operations = Operations(database, settings.operation_workers)
    stack.callback(operations.stop)
    waiting = WaitingFiles(database)
    writing = Writing(Recording(ledger, waiting).append_each)
    stack.callback(writing.stop)
    replies.forget_unfinished()
    operations.fail_left_over()
    places = _places(store)
    time_stamps = TimeStamps.open(settings, database, keys.log_keys, places, clock)
    log = _published(settings, ledger, keys, places, time_stamps, stack)
    time_stamps.begin(stack)
    upkeep = Upkeep(deposits, vault, clock)
    upkeep.start()
    stack.callback(upkeep.stop)
    return Services(
        settings=settings,
        clock=clock,
        keys=keys,
        founding_token=FoundingToken(settings.data_dir),
        database=database,
        ledger=ledger,
        view=view,
        projections=projections,
        vault=vault,
        vault_fault=fault,
        deposits=deposits,
        forwarding=forwarding,
        waiting=waiting,
        sessions=Sessions(database, view, clock, settings.servers),
        sign_ins=Rate(settings.sign_ins_per_minute),
        replies=replies,
        operations=operations,
        bundles=KeptBundles(database, StreamKeys(database, keys.master)),
        under_way=UnderWay(),
        service=Service(ledger, keys.service, clock),
        writing=writing,
        log=log,
        time_stamps=time_stamps,
    )


def target(settings: Settings) -> str:
    """Return the URL, or the file, of the ledger's database."""
    if settings.database is not None:
        return settings.database.get_secret_value()
    return str(settings.data_dir / LEDGER_FILE)


def _store(settings: Settings, stack: ExitStack) -> Store | str:
    """Return the object store, or why there is none."""
    try:
        return open_store(settings, stack)
    except CustodyError as error:
        _log.error("store_not_usable", code=error.code, message=error.message)
        return error.message


def _vault(store: Store | str, master: MasterKey, stack: ExitStack) -> tuple[S3Vault | None, str | None]:
    """Return the vault, or why there is none: then deposits are refused and all else goes on."""
    if isinstance(store, str):
        return None, store
    try:
        vault = store.vault(master)
    except CustodyError as error:
        _log.error("vault_not_usable", code=error.code, message=error.message)
        return None, error.message
    stack.callback(vault.close)
    return vault, None


def _places(store: Store | str) -> Places | str:
    """Return the places of the log, or why there are none."""
    if isinstance(store, str):
        return store
    try:
        return store.places()
    except CustodyError as error:
        _log.error("published_log_not_usable", code=error.code, message=error.message)
        return error.message


def _published(
    settings: Settings,
    ledger: StoredLedger,
    keys: DeploymentKeys,
    places: Places | str,
    time_stamps: TimeStamps,
    stack: ExitStack,
) -> PublishedLog:
    """Compare database and published log, and begin to publish (log-v1 sections 3 and 6)."""
    log_keys = keys.log_keys
    policy = read_policy(settings.witness_policy, log_keys)
    publisher = None
    if isinstance(places, Places):
        publisher = Publisher(ledger, log_keys, places, policy)
        begin(settings, publisher, places, log_keys.origin, stack)
    elif settings.publish:
        ledger.refuse_writes(NOT_COMPARED.format(reason=places))
    stamps = time_stamps.for_receipts()
    return published_log(ledger, log_keys, policy, places, publisher, stamps)

"""Puts the parts of a deployment together, in the one order in which they may start, and ends them in reverse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Final

from api.bundles.kept import KeptBundles
from api.bundles.under_way import UnderWay
from api.key_files import FoundingToken, open_keys
from api.on_store import OnStore
from api.operations import Operations
from api.publishing import published_log, read_policy
from api.rates import Rate
from api.replies import Replies
from api.service import Service
from api.services import Services
from api.sessions import Sessions
from api.settings import Settings
from api.starting import Starting
from api.stores import deposits_folder, room
from api.tables import TABLES
from api.time_stamps import TimeStamps
from api.upkeep import Upkeep
from api.view import LedgerView
from api.waiting_files import Recording, WaitingFiles
from api.writing import Writing
from events.log_keys import require_founded
from events.opening import may_make_tables, open_database, open_ledger
from events.projections import Projections
from events.publishing.publisher import Publisher
from events.stream_keys import StreamKeys
from storage.deposits import Deposits

LEDGER_FILE: Final = "ledger.sqlite"


class SystemClock:
    """This machine's clock."""

    def now(self) -> datetime:
        """Return the present instant."""
        return datetime.now(UTC)


@contextmanager
def compose(settings: Settings) -> Iterator[Services]:
    """Run a deployment for as long as the context is open.

    1. keys; 2. database, refused with unsafe settings; 3. ledger and its tables; 4. what stands on them; 5. the
    object store: without the vault nothing can be deposited, and acts are taken when the published log was
    compared; both are tried until the store answers, and reading goes on meanwhile.
    """
    with ExitStack() as stack:
        yield _composed(settings, stack)


def _composed(settings: Settings, stack: ExitStack) -> Services:
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    clock = SystemClock()
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
    most, staging = settings.max_deposit_bytes, deposits_folder(settings)
    deposits = Deposits(staging, clock, limit=most, room=room(settings))
    stack.callback(deposits.close)
    on_store = OnStore(settings, keys.master, deposits)
    stack.callback(on_store.close)
    view, replies = LedgerView(ledger), Replies(database)
    operations = Operations(database, settings.operation_workers)
    stack.callback(operations.stop)
    under_way = UnderWay()
    stack.callback(under_way.stop)  # before the operations are waited for
    waiting = WaitingFiles(database)
    writing = Writing(Recording(ledger, waiting).append_each)
    stack.callback(writing.stop)
    replies.forget_unfinished()
    waiting.forget_recorded()
    operations.fail_left_over()
    time_stamps = TimeStamps.open(settings, database, keys.log_keys, on_store.places, clock)
    policy = read_policy(settings.witness_policy, keys.log_keys)
    publisher = Publisher(ledger, keys.log_keys, on_store.places, policy)
    starting = Starting(settings, ledger, on_store, publisher, keys.log.origin)
    stack.callback(starting.stop)
    starting.begin()
    time_stamps.begin(stack)
    upkeep = Upkeep(deposits, lambda: on_store.vault, clock)
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
        on_store=on_store,
        deposits=deposits,
        waiting=waiting,
        sessions=Sessions(database, view, clock, settings.servers),
        sign_ins=Rate(settings.sign_ins_per_minute),
        replies=replies,
        operations=operations,
        bundles=KeptBundles(database, StreamKeys(database, keys.master)),
        under_way=under_way,
        service=Service(ledger, keys.service, clock),
        writing=writing,
        log=published_log(
            ledger, keys.log_keys, policy, on_store.places, publisher, time_stamps.for_receipts()
        ),
        time_stamps=time_stamps,
    )


def target(settings: Settings) -> str:
    """Return the URL, or the file, of the ledger's database."""
    if settings.database is not None:
        return settings.database.get_secret_value()
    return str(settings.data_dir / LEDGER_FILE)

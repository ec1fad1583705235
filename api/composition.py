"""Puts the parts of a deployment together, in the one order in which they may start, and ends them in reverse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any, Final

import structlog

from api.key_files import FoundingToken, open_keys
from api.operations import Operations
from api.replies import Replies
from api.service import Service
from api.services import Services
from api.sessions import Sessions
from api.settings import Settings
from api.tables import TABLES
from api.upkeep import Upkeep
from api.view import LedgerView
from api.waiting_files import Recording, WaitingFiles
from api.writing import Writing
from custody.errors import CustodyError
from custody.ports import MasterKey
from events.opening import open_database, open_ledger
from events.projections import Projections
from storage import embedded
from storage.deposits import Deposits
from storage.forwarding import Forwarding
from storage.s3_client import Endpoint, connect
from storage.vault import S3Vault, VaultSettings
from storage.weed_config import Credentials

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
    nothing can be deposited, but reading goes on; 5. what stands on them.
    """
    with ExitStack() as stack:
        yield _composed(settings, stack, overrides)


def _composed(settings: Settings, stack: ExitStack, overrides: dict[str, Any]) -> Services:
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    clock = overrides.get("clock") or SystemClock()
    keys = open_keys(settings.data_dir, settings.origin_label)
    database = open_database(target(settings))
    stack.callback(database.close)
    ledger = open_ledger(database, master=keys.master, log_key=keys.log, clock=clock)
    database.create(list(TABLES.values()))
    projections = Projections(database, ledger)
    projections.create()
    vault, fault = overrides.get("vault"), None
    if vault is None:
        vault, fault = _vault(settings, keys.master, stack)
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
        replies=replies,
        operations=operations,
        service=Service(ledger, keys.service, clock),
        writing=writing,
    )


def target(settings: Settings) -> str:
    """Return the URL, or the file, of the ledger's database."""
    if settings.database is not None:
        return settings.database.get_secret_value()
    return str(settings.data_dir / LEDGER_FILE)


def _vault(settings: Settings, master: MasterKey, stack: ExitStack) -> tuple[S3Vault | None, str | None]:
    """Return the vault, or why there is none: then deposits are refused and all else goes on."""
    try:
        vault = _embedded(settings, master, stack) if settings.s3 is None else _given(settings, master)
    except CustodyError as error:
        _log.error("vault_not_usable", code=error.code, message=error.message)
        return None, error.message
    stack.callback(vault.close)
    return vault, None


def _embedded(settings: Settings, master: MasterKey, stack: ExitStack) -> S3Vault:
    store = embedded.start(settings.data_dir / "store")
    stack.callback(store.stop)
    found = VaultSettings(
        bucket=embedded.EVIDENCE_BUCKET, keys_bucket=embedded.KEYS_BUCKET, sync_dir=store.objects_dir
    )
    return S3Vault(connect(store.endpoint), found, master, reading=connect(store.endpoint, attempts=1))


def _given(settings: Settings, master: MasterKey) -> S3Vault:
    s3 = settings.s3
    if s3 is None:
        raise TypeError("no store is set")
    credentials = Credentials(
        access_key=s3.access_key.get_secret_value(), secret_key=s3.secret_key.get_secret_value()
    )
    endpoint = Endpoint(
        url=s3.endpoint,
        credentials=credentials,
        region=s3.region,
        ca_bundle=None if s3.ca_bundle is None else str(s3.ca_bundle),
    )
    found = VaultSettings(bucket=s3.bucket, keys_bucket=s3.keys_bucket)
    return S3Vault(connect(endpoint), found, master, reading=connect(endpoint, attempts=1))

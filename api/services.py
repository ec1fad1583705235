"""The parts of a running deployment, as the routes see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import Request

from api.at_once import DOWNLOADS, LARGE_BODIES, UPLOADS, AtOnce
from api.bundles.kept import KeptBundles
from api.bundles.under_way import UnderWay
from api.key_files import DeploymentKeys, FoundingToken
from api.on_store import OnStore
from api.operations import Operations
from api.publishing import PublishedLog
from api.rates import Rate
from api.replies import Replies
from api.service import Service
from api.sessions import Sessions
from api.settings import Settings
from api.time_stamps import TimeStamps
from api.view import LedgerView
from api.waiting_files import WaitingFiles
from api.writing import Writing
from custody.errors import WritesRefused
from custody.ports import Clock, Vault
from events.database import Database
from events.ledger import StoredLedger
from events.projections import Projections
from storage.deposits import Deposits
from storage.forwarding import Forwarding


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that serves requests."""

    settings: Settings
    clock: Clock
    keys: DeploymentKeys
    founding_token: FoundingToken
    database: Database
    ledger: StoredLedger
    view: LedgerView
    projections: Projections
    on_store: OnStore
    deposits: Deposits
    waiting: WaitingFiles
    sessions: Sessions
    sign_ins: Rate
    replies: Replies
    operations: Operations
    bundles: KeptBundles
    under_way: UnderWay
    service: Service
    writing: Writing
    log: PublishedLog
    time_stamps: TimeStamps
    uploads: AtOnce = field(default_factory=lambda: AtOnce(UPLOADS))
    downloads: AtOnce = field(default_factory=lambda: AtOnce(DOWNLOADS))
    large_bodies: AtOnce = field(default_factory=lambda: AtOnce(LARGE_BODIES))

    @property
    def vault(self) -> Vault | None:
        """The vault, or None while it has not passed its probe."""
        return self.on_store.vault

    @property
    def forwarding(self) -> Forwarding | None:
        """What stores deposits in the vault, or None as long as there is none."""
        return self.on_store.forwarding

    def require_vault(self) -> Vault:
        """Return the vault. Raises WritesRefused with the cause while it has not passed its probe."""
        if self.vault is None:
            raise WritesRefused(f"the vault is not usable: {self.on_store.fault}")
        return self.vault

    def require_forwarding(self) -> Forwarding:
        """Return what stores deposits in the vault. Raises WritesRefused like `require_vault`."""
        if self.forwarding is None:
            raise WritesRefused(f"the vault is not usable: {self.on_store.fault}")
        return self.forwarding


async def _services(request: Request) -> Services:
    return cast(Services, request.app.state.services)


ServicesDep = Annotated[Services, Depends(_services)]

"""What of a service stands on the object store: vault and places of the log, from the moment on when it answers."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Final

import structlog

from api.late_objects import LateObjects
from api.settings import Settings
from api.stores import Store, open_store
from custody.errors import CustodyError
from custody.ports import MasterKey
from events.publishing.places import Places
from storage.deposits import Deposits
from storage.forwarding import Forwarding
from storage.vault import S3Vault

_log = structlog.get_logger("api.on_store")

NOT_ASKED: Final = "the object store was not asked yet"


class OnStore:
    """Vault and places of one deployment. `connect` is called by one thread at a time; the rest by any.

    `vault` and `forwarding` are None, with the reason in `fault`, until the vault has passed its probe: then
    deposits are refused and all else goes on. `places` are there at once, and unavailable for as long.
    """

    def __init__(self, settings: Settings, master: MasterKey, deposits: Deposits) -> None:
        self._settings, self._master, self._deposits = settings, master, deposits
        self._stack = ExitStack()
        self._store: Store | None = None
        self._late = LateObjects(), LateObjects(), LateObjects()
        self._has_places = False
        self._told: dict[str, str] = {}
        self.places = Places(*self._late)
        self.vault: S3Vault | None = None
        self.forwarding: Forwarding | None = None
        self.fault: str | None = NOT_ASKED

    def connect(self) -> bool:
        """Try what is still missing, once; return whether all is there. New causes of failure are told in the log."""
        try:
            self._store = self._store or open_store(self._settings, self._stack)
        except CustodyError as error:
            self._tell("store_not_usable", error)
            self._is_missing(error.message)
            self.fault = error.message
            return False
        self._connect_vault(self._store)
        self._connect_places(self._store)
        return self.vault is not None and self._has_places

    def close(self) -> None:
        """End what stands on the store, and the store if it is ours."""
        self._stack.close()

    def _connect_vault(self, store: Store) -> None:
        if self.vault is not None:
            return
        try:
            vault = store.vault(self._master)
        except CustodyError as error:
            self._tell("vault_not_usable", error)
            self.fault = error.message
            return
        self._stack.callback(vault.close)
        forwarding = Forwarding(self._deposits, vault)
        self._stack.callback(forwarding.close)
        self.forwarding, self.vault, self.fault = forwarding, vault, None

    def _connect_places(self, store: Store) -> None:
        if self._has_places:
            return
        try:
            found = store.places()
        except CustodyError as error:
            self._tell("published_log_not_usable", error)
            self._is_missing(error.message)
            return
        for late, place in zip(self._late, (found.log, found.rebuild, found.keys), strict=True):
            late.arrived(place)
        self._has_places = True

    def _is_missing(self, cause: str) -> None:
        for late in self._late:
            late.cause = cause

    def _tell(self, event: str, error: CustodyError) -> None:
        if self._told.get(event) != error.message:
            _log.error(event, code=error.code, message=error.message)
        self._told[event] = error.message

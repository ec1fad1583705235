"""The object store of a deployment, embedded or of one's own: the vault and the log stand on it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.settings import S3Settings, Settings
from custody.ports import MasterKey
from events.publishing.places import Places
from storage import embedded
from storage.key_objects import KeyObjects
from storage.objects import log_objects
from storage.room import Room
from storage.s3_client import Endpoint, connect, connect_to_read
from storage.vault import S3Vault, VaultSettings
from storage.weed_config import Credentials

STORE: Final = "store"  # the embedded store's, within the data folder
LOG_ATTEMPTS: Final = 2  # the next run tries again; the end of the service need not wait for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A store that was started, or that is somebody else's, and its buckets."""

    endpoint: Endpoint
    settings: VaultSettings

    def vault(self, master: MasterKey) -> S3Vault:
        """Return the vault, probed. Raises Unavailable."""
        reading = connect_to_read(self.endpoint)
        return S3Vault(connect(self.endpoint), self.settings, master, reading=reading)

    def file_keys(self) -> KeyObjects:
        """Return the wrapped keys of stored files."""
        return KeyObjects(connect(self.endpoint), self.settings.keys_bucket)

    def places(self) -> Places:
        """Return the places of the log, probed (log-v1 section 1). Raises Unavailable."""
        found = log_objects(
            connect(self.endpoint, attempts=LOG_ATTEMPTS),
            bucket=self.settings.bucket,
            keys_bucket=self.settings.keys_bucket,
            retention=self.settings.retention,
        )
        return Places(found.log, found.rebuild, found.keys)


def open_store(settings: Settings, stack: ExitStack) -> Store:
    """Return the store that is set; an embedded one runs until the stack ends. Raises Unavailable."""
    if settings.s3 is not None:
        return _given(settings.s3)
    store = embedded.start(settings.data_dir / STORE)
    stack.callback(store.stop)
    found = VaultSettings(
        bucket=embedded.EVIDENCE_BUCKET, keys_bucket=embedded.KEYS_BUCKET, sync_dir=store.objects_dir
    )
    return Store(endpoint=store.endpoint, settings=found)


def room(settings: Settings) -> Room:
    """Return the room for deposits, told whether the embedded store stands on the same disk."""
    staged, store = deposits_folder(settings), settings.data_dir / STORE
    beside = settings.s3 is None and _device(staged) == _device(store)
    return Room(staged, settings.free_bytes, stored_beside=beside)


def deposits_folder(settings: Settings) -> Path:
    """Return the folder of files on their way in."""
    return settings.data_dir / "deposits"


def _device(folder: Path) -> int:
    """Return the disk that a folder within the data folder is on, or will be once it is made."""
    return (folder if folder.exists() else folder.parent).stat().st_dev


def _given(s3: S3Settings) -> Store:
    credentials = Credentials(
        access_key=s3.access_key.get_secret_value(), secret_key=s3.secret_key.get_secret_value()
    )
    endpoint = Endpoint(
        url=s3.endpoint,
        credentials=credentials,
        region=s3.region,
        ca_bundle=None if s3.ca_bundle is None else str(s3.ca_bundle),
    )
    return Store(endpoint=endpoint, settings=VaultSettings(bucket=s3.bucket, keys_bucket=s3.keys_bucket))

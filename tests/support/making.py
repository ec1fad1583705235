"""Bundles made in this process, of a real ledger and a vault in memory: for what goes wrong in the middle."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.bundles.kept import KeptBundles
from api.bundles.making import Making
from api.bundles.sending import issue_of, opened_zip, zip_of
from api.bundles.under_way import UnderWay
from api.key_files import DeploymentKeys, ServiceKey
from api.operations import Operation, Progress
from api.service import Service
from api.services import Services
from api.settings import Settings
from api.tables import TABLES
from custody.canonical import Json
from custody.ports import FileDigests, StoredFile
from custody.values import ExhibitId, FileId, PersonId, StreamName
from events.database import Database
from events.ledger import StoredLedger
from events.log_keys import LogKeys
from events.publishing.covering import Covering
from events.publishing.record import PublishedRecord
from events.stream_keys import StreamKeys
from storage.memory import MemoryVault
from storage.wrapping import FileMasterKey
from tests.support import examples
from tests.support.composing import uuid_of
from tests.support.ledgers import CASE, LOG_KEY, MASTER, Office, usual

BUNDLE = StreamName(f"bundle/{uuid_of('bundle')}")


class Vault(MemoryVault):
    """A vault whose next reading can be made to go wrong; counts the files that were opened."""

    def __init__(self) -> None:
        super().__init__(MASTER)
        self.opened: list[str] = []
        self.before: Callable[[StoredFile], None] = lambda _stored: None

    def open(self, stored: StoredFile, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Open a file, after what a test wants to happen first."""
        self.opened.append(stored.file)
        self.before(stored)
        yield from super().open(stored, start, end)


@dataclass
class House:
    """A ledger with a case and digital exhibits, and the services that make bundles of it."""

    office: Office
    vault: Vault
    services: Services
    files: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def on(cls, database: Database) -> "House":
        """Found a ledger in an empty database."""
        database.create(list(TABLES.values()))
        office, vault = usual(database), Vault()
        assert isinstance(office.ledger, StoredLedger)
        known = office.person("service")
        assert isinstance(known.key.private, Ed25519PrivateKey)
        assert isinstance(MASTER, FileMasterKey)
        own = ServiceKey(known.person, known.key.private)
        keys = LogKeys(LOG_KEY)
        record = PublishedRecord(database, keys)
        found = SimpleNamespace(
            settings=Settings(data_dir=Path("none")),
            database=database,
            ledger=office.ledger,
            keys=DeploymentKeys(keys, own, MASTER),
            service=Service(office.ledger, own, office.clock),
            bundles=KeptBundles(database, StreamKeys(database, MASTER)),
            log=SimpleNamespace(covering=Covering(office.ledger, record, None)),
            time_stamps=SimpleNamespace(cover=lambda _size: None),
            under_way=UnderWay(),
            require_vault=lambda: vault,
        )
        return cls(office, vault, cast(Services, found))

    def digital(self, name: str, data: bytes) -> FileId:
        """Take in an exhibit of one file, which the vault stores."""
        exhibit, file = ExhibitId(f"exhibit/{uuid_of(name)}"), FileId(uuid_of(f"file {name}"))
        declared = examples.digests(data)
        with TemporaryDirectory() as folder:
            staged = Path(folder) / "staged"
            staged.write_bytes(data)
            plain = self.plain(data)
            stored = self.vault.store(
                staged, file=file, exhibit=exhibit, ledger=self.office.ledger.ledger_id, declared=plain
            )
        body = examples.digital([file]) | {f"files/{file}/digests": declared}
        submission = self.office.compose(
            "taras", "exhibit.received.v1", exhibit, examples.intake(CASE, "digital", [file]), body
        )
        self.office.append(submission, files=[stored])
        self.files[file] = data
        return file

    @staticmethod
    def plain(data: bytes) -> FileDigests:
        """Return the digests that are declared of some bytes."""
        return FileDigests(
            size=len(data), sha256=hashlib.sha256(data).hexdigest(), sha512=hashlib.sha512(data).hexdigest()
        )

    def request(self, bundle: StreamName = BUNDLE) -> None:
        """Taras asks for a bundle of the whole case."""
        self.office.tell("taras", "bundle.requested.v1", bundle, examples.request(CASE), examples.requested())

    def make(self, bundle: StreamName = BUNDLE, *, again: bool = False) -> dict[str, Json]:
        """Make the bundle, in this thread; return what the operation tells."""
        idle = Operation(
            id="x", person=PersonId("x"), kind="bundle", state="running", done=0, total=None, unit="bytes"
        )
        return Making(self.services, bundle, again=again).run(Progress(idle, lambda _operation: None))

    def read(self, sha256: str | None = None, start: int = 0, end: int | None = None) -> bytes:
        """Return bytes of an issued zip, as they would be sent."""
        made = zip_of(issue_of(self.services, BUNDLE, sha256))
        return b"".join(opened_zip(self.services, BUNDLE, made).zip.read(start, end))

    def types(self) -> list[str]:
        """Return the types of the acts on the bundle's stream."""
        return [each.entry.act.type.split(".")[1] for each in self.office.ledger.stream(BUNDLE)]

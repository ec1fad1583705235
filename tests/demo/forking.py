"""What the operator can make with the real log key, and what two witnesses say to it when he shows it to them."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from api.composition import SystemClock
from api.key_files import open_keys
from events.merkle import Frontier, leaf_hash
from events.opening import open_database, open_ledger
from events.policy import no_witnesses
from events.publishing.places import Places
from events.publishing.publisher import Publisher
from storage.memory_objects import FolderObjects, MemoryObjects
from tests.demo import ledger_rows
from tests.demo.server import ORIGIN_LABEL
from tests.demo.tampering import DataDirectory


def published(data: DataDirectory, folder: Path) -> Path:
    """Publish the ledger of a data directory into a folder, signed by its log key, without any witness."""
    keys = open_keys(data.folder, ORIGIN_LABEL)
    database = open_database(data.ledger)
    ledger = open_ledger(database, master=keys.master, log_key=keys.log, clock=SystemClock())
    places = Places(FolderObjects(folder), MemoryObjects(), MemoryObjects())
    Publisher(ledger, keys.log_keys, places, no_witnesses(*keys.log_keys.verifiers)).run_once()
    database.close()
    return folder


def shown_to(witnesses: Mapping[str, str], data: DataDirectory) -> dict[str, int]:
    """Show each witness (its URL by name) the data directory's tree of the size that it knows, signed by the log key.

    Returns the HTTP status of each answer: 200 would be a cosignature, 422 says that this is another history.
    """
    return {name: _shown(url, data) for name, url in witnesses.items()}


def _shown(url: str, data: DataDirectory) -> int:
    keys = open_keys(data.folder, ORIGIN_LABEL)
    with urllib.request.urlopen(
        f"{url}/{sha256(keys.log.origin.encode()).hexdigest()}/checkpoint", timeout=20
    ) as answer:
        size = int(answer.read().split(b"\n")[1])
    leaves = [leaf_hash(entry) for entry in ledger_rows.read(data.ledger)[:size]]
    note = keys.log_keys.sign_published(size, Frontier.empty().grown(leaves)[0].root)
    request = urllib.request.Request(f"{url}/add-checkpoint", b"old %d\n\n%b" % (size, note))
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as fault:
        return fault.code

"""What the attacks do to the data directory of a stopped server, by someone who can write all of it."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from api.key_files import ML_DSA, open_keys
from custody.act import Disclosure
from custody.values import to_base64url
from tests.demo import ledger_rows, volumes
from tests.demo.boxes import Boxes
from tests.demo.rewriting import Forger, Parsed, rewritten
from tests.demo.server import ORIGIN_LABEL


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """Where a stopped server keeps its things."""

    folder: Path

    @property
    def ledger(self) -> Path:
        """The SQLite file."""
        return self.folder / "ledger.sqlite"

    @property
    def objects(self) -> Path:
        """The volumes of the embedded store."""
        return self.folder / "store" / "objects"

    @property
    def log_keys(self) -> list[Path]:
        """The seeds of the keys that sign checkpoints: Ed25519, ML-DSA-44."""
        return [self.folder / "keys" / name for name in ("log.key", ML_DSA)]

    @property
    def master_key(self) -> Path:
        """The key that wraps all data keys."""
        return self.folder / "keys" / "master.key"


def alter_file(data: DataDirectory, file: str) -> None:
    """(1) Turn one bit of a stored file, and mend the store's own checksum."""
    with ledger_rows.opened(data.ledger) as rows:
        ((stored,),) = rows.execute(
            "SELECT stored_sha256 FROM stored_file WHERE file = ?", (file,)
        ).fetchall()
    volumes.flip_bit(data.objects, bytes(stored))


def alter_entry(data: DataDirectory, index: int) -> None:
    """(2) Change one byte of an entry: a minute of the time at which its act is claimed to have happened."""
    with ledger_rows.opened(data.ledger) as rows:
        entry = ledger_rows.entries(rows)[index]
        minute = entry.index(b'"occurred_at":"') + len(b'"occurred_at":"2026-11-22T10:1')
        other = b"%d" % ((entry[minute] - ord("0") + 1) % 10)
        changed = entry[:minute] + other + entry[minute + 1 :]
        rows.execute("UPDATE stored_events SET state = ? WHERE notification_id = ?", (changed, index + 1))


def alter_disclosure(data: DataDirectory, index: int, name: str, value: str) -> None:
    """(3) Seal another value of one member into the box of an entry, with the ledger's own data key."""
    with ledger_rows.opened(data.ledger) as rows:
        boxes = Boxes(data.ledger, data.master_key)
        entries = ledger_rows.entries(rows)
        found = boxes.opened(rows, entries)[index]
        changed = [Disclosure(each.salt, name, value) if each.name == name else each for each in found]
        boxes.seal(rows, index, entries[index], changed)
        boxes.close()


def remove_last(data: DataDirectory) -> int:
    """(4) Remove the last entry and every row that speaks of it; return its index."""
    with ledger_rows.opened(data.ledger) as rows:
        last = len(ledger_rows.entries(rows)) - 1
        ledger_rows.cut(rows, last)
        return last


def rewrite(data: DataDirectory, index: int, name: str, value: str) -> None:
    """(5, real log key) Change a value that was recorded, and mend every hash, tree row and box that follows."""
    _rewrite(data, _Retold(index, name, value), None)


def rewrite_as_another(data: DataDirectory, index: int, name: str, value: str) -> None:
    """(5, other log keys) The same, with new log keys and a new key for every person: consistent in itself."""
    for file in data.log_keys:
        file.write_bytes(secrets.token_bytes(32))
    vkeys = open_keys(data.folder, ORIGIN_LABEL).log_keys.vkeys
    _rewrite(data, _Retold(index, name, value, vkeys), Forger())


class _Retold:
    """The change: one value of one act opened to something else, and other log keys in entry 0."""

    def __init__(self, index: int, name: str, value: str, vkeys: Sequence[str] = ()) -> None:
        self.index = index
        self._vkeys = list(vkeys)
        self.disclosure = Disclosure(to_base64url(secrets.token_bytes(16)), name, value)

    def __call__(self, index: int, entry: Parsed) -> None:
        if index == 0 and self._vkeys:
            entry["act"]["public"]["log"] = self._vkeys
        if index == self.index:
            entry["act"]["body"][self.disclosure.name] = self.disclosure.commitment()


def _rewrite(data: DataDirectory, change: _Retold, forger: Forger | None) -> None:
    with ledger_rows.opened(data.ledger) as rows:
        boxes = Boxes(data.ledger, data.master_key)
        old = ledger_rows.entries(rows)
        opened = boxes.opened(rows, old)
        new = rewritten(old, change, forger)
        ledger_rows.replace_all(rows, new)
        for index, found in opened.items():
            same = [change.disclosure if _is_target(change, index, each) else each for each in found]
            boxes.seal(rows, index, new[index], same)
        boxes.close()


def _is_target(change: _Retold, index: int, disclosure: Disclosure) -> bool:
    return index == change.index and disclosure.name == change.disclosure.name


def index_of(data: DataDirectory, act_type: str) -> int:
    """Return the index of the first entry of a type; StopIteration where there is none."""
    entries = map(json.loads, ledger_rows.read(data.ledger))
    return next(at for at, entry in enumerate(entries) if entry["act"]["type"] == act_type)

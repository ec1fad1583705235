"""What an attacker with the master key does to disclosures: opens the boxes of a ledger, and seals others."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from custody.act import Disclosure, read_entry
from custody.canonical import canonical
from custody.values import StreamName
from events.sealing import DataKey, open_box, seal
from events.sqlite_database import SqliteDatabase
from events.stream_keys import StreamKeys
from storage import wrapping


class Boxes:
    """The boxes of one ledger, with its master key at hand."""

    def __init__(self, ledger: Path, master_key: Path) -> None:
        self._database = SqliteDatabase(ledger)
        self._keys = StreamKeys(self._database, wrapping.load(master_key))

    def opened(self, rows: sqlite3.Connection, entries: Sequence[bytes]) -> dict[int, tuple[Disclosure, ...]]:
        """Return the disclosures of each entry that has a box."""
        found = {}
        for index, generation, box in rows.execute("SELECT idx, generation, box FROM disclosure").fetchall():
            act = read_entry(entries[index]).act
            found[index] = open_box(self._key(act.stream, generation), act, box, index)
        return found

    def seal(self, rows: sqlite3.Connection, index: int, entry: bytes, values: Sequence[Disclosure]) -> None:
        """Put a box of other values in the place of an entry's box, under the same data key."""
        act = read_entry(entry).act
        ((generation,),) = rows.execute(
            "SELECT generation FROM disclosure WHERE idx = ?", (index,)
        ).fetchall()
        plain = [canonical([each.salt, each.name, each.value]) for each in values]
        box = seal(self._key(act.stream, generation), act, plain)
        rows.execute("UPDATE disclosure SET box = ? WHERE idx = ?", (box, index))

    def close(self) -> None:
        """Close the connection by which data keys are read."""
        self._database.close()

    def _key(self, stream: StreamName, generation: int) -> DataKey:
        key = self._keys.at(stream, generation)
        if key is None:
            raise LookupError(f"no data key of {stream}, generation {generation}")
        return key

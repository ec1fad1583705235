"""Rebuild: the whole ledger read back from its places into an empty database, with the same root (log-v1 7.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, cast

from custody.act import Entry, read_entry
from custody.canonical import Json, parse
from custody.errors import ChainBroken, Malformed, NotProven, WritesRefused
from custody.values import from_base64
from events import rebuild_mark
from events.application import LedgerApplication
from events.checkpoint import Checkpoint, open_checkpoint
from events.database import Database
from events.mapper import stored_event
from events.merkle import Frontier, leaf_hash
from events.note import VerifierKey, parse_note
from events.publishing.places import Places, read_if_any
from events.publishing.record import cosigner_of
from events.publishing.rows import FILE_MEMBERS
from events.publishing.stream_keys import read_key
from events.publishing.writing import rows_name
from events.rebuild_mark import UNFINISHED
from events.recorder import NEWEST_TREE, tree_row
from events.rows import EMPTY_TREE, GroupRows, StoredFileRow, TreeRow
from events.tiles import CHECKPOINT, new_bundles, read_bundle, tile_at
from events.timestamping.keeping import TokenObjects

_NOT_EMPTY: Final = "the database is not empty: a rebuild fills an empty one"
_BOXES: Final = "boxes/"
_CHECKPOINTS: Final = "checkpoints/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What was read back: groups, boxes, time-stamps, and the keys that are gone, whose values stay unreadable."""

    checkpoint: Checkpoint
    groups: int
    boxes: int
    keys_gone: int
    tokens: int


class Rebuild:
    """Reads one log back. `file_key(object_key)` returns key id and wrapped key of a stored file, or None."""

    def __init__(
        self,
        database: Database,
        places: Places,
        log: VerifierKey,
        file_key: Callable[[str], tuple[str, bytes] | None],
    ) -> None:
        self._database, self._places, self._log, self._file_key = database, places, log, file_key
        self._known_keys: set[tuple[str, int]] = set()
        self._groups = self._boxes = self._gone = 0

    def run(self) -> Rebuilt:
        """Fill the database, which must be empty; until all is there it bears a mark, with which it is no ledger.

        Raises WritesRefused when it is not empty, NotFound, ContentAltered, ChainBroken, NotProven and Malformed when
        what is published does not fit together, Unavailable.
        """
        application = LedgerApplication(self._database)
        application.make_tables()
        if tree_row(self._database.read(NEWEST_TREE)).size:
            raise WritesRefused(UNFINISHED if rebuild_mark.is_on(self._database) else _NOT_EMPTY)
        note = self._places.log.read(CHECKPOINT).data
        goal = open_checkpoint(note, self._log)
        rebuild_mark.put(self._database)
        head = EMPTY_TREE
        for group in self._read_groups(goal.size):
            rows = self._rows_of(head, group)
            application.ledger_recorder.insert_events(rows.events, rows=rows)
            head, self._groups = rows.tree, self._groups + 1
        if (head.size, head.root) != (goal.size, goal.root):
            raise NotProven(f"the entries make another tree than the checkpoint of size {goal.size}")
        self._boxes_again()
        self._checkpoints(note, goal)
        tokens = TokenObjects(self._database, self._places.rebuild).read_back()
        rebuild_mark.remove(self._database)
        counts = {"groups": self._groups, "boxes": self._boxes, "keys_gone": self._gone, "tokens": tokens}
        return Rebuilt(checkpoint=goal, **counts)

    def _read_groups(self, size: int) -> Iterator[list[tuple[Entry, dict[str, Json]]]]:
        """Yield the entries of each group with what stood beside them, every entry compared with its leaf hash."""
        group: list[tuple[Entry, dict[str, Json]]] = []
        for bundle in new_bundles(0, size):
            entries = read_bundle(self._places.log.read(bundle.name).data, bundle.width, bundle.name)
            leaves = self._places.log.read(tile_at(0, bundle.number, size).name).data
            beside = self._places.rebuild.read(rows_name(bundle)).data.split(b"\n")
            if len(beside) != bundle.width + 1:
                raise Malformed(rows_name(bundle), f"is not {bundle.width} lines")
            for place, data in enumerate(entries):
                index = bundle.start + place
                if leaf_hash(data) != leaves[32 * place : 32 * place + 32]:
                    raise ChainBroken(index, "is not what its leaf hash was made of")
                row = _object(beside[place], f"{rows_name(bundle)}:{place + 1}")
                group.append((read_entry(data), row))
                if row.get("group"):
                    yield group
                    group = []
        if group:
            raise ChainBroken(size - 1, "is not the last of a committed group")

    def _rows_of(self, after: TreeRow, group: list[tuple[Entry, dict[str, Json]]]) -> GroupRows:
        """Return the rows as the writer made them."""
        rows = GroupRows(after=after)
        for place, (entry, beside) in enumerate(group):
            index = after.size + place
            rows.events.append(stored_event(entry))
            rows.leaves.append(leaf_hash(entry.data))
            rows.acts.append(bytes.fromhex(entry.act.hash))
            if entry.ordinal is not None:
                rows.ordinals.append((str(entry.act.public["case"]), entry.ordinal, index))
            self._add_beside(rows, entry, beside, index)
        frontier, made = Frontier.from_bytes(after.size, after.frontier).grown(rows.leaves)
        rows.nodes = [node for node in made if node.level]
        recorded_at = group[-1][0].recorded_at
        rows.tree = TreeRow(frontier.size, frontier.root, frontier.to_bytes(), recorded_at)
        return rows

    def _add_beside(self, rows: GroupRows, entry: Entry, beside: dict[str, Json], index: int) -> None:
        box = beside.get("box")
        if box is not None:
            generation, data = cast(tuple[int, str], box)
            rows.boxes.append((index, generation, from_base64(data, "box")))
            self._boxes += 1
            self._add_key(rows, entry.act.stream, generation)
        for kind, value in cast(list[tuple[str, str]], beside.get("taken", [])):
            rows.taken.append((kind, bytes.fromhex(value), index))
        for person, key, request, count in cast(list[tuple[str, str, str, int]], beside.get("requests", [])):
            rows.idempotency.append((person, key, bytes.fromhex(request), index, count))
        for each in cast(list[dict[str, Json]], beside.get("files", [])):
            self._add_file(rows, each, index)

    def _add_key(self, rows: GroupRows, stream: str, generation: int) -> None:
        if (stream, generation) in self._known_keys:
            return
        self._known_keys.add((stream, generation))
        found = read_key(self._places.keys, stream, generation)
        if found is None:
            self._gone += 1
        else:
            rows.stream_keys.append(found)

    def _add_file(self, rows: GroupRows, found: dict[str, Json], index: int) -> None:
        crc32, exhibit, file, object_key, sha256, sha512, size, stored, length, version = (
            found[name] for name in FILE_MEMBERS
        )
        row = (
            file,
            index,
            exhibit,
            _hex(sha256),
            _hex(sha512),
            size,
            object_key,
            version,
            _hex(stored),
            length,
            crc32,
        )
        rows.files.append(cast(StoredFileRow, row))
        wrapped = self._file_key(str(object_key))
        if wrapped is None:
            self._gone += 1
        else:
            rows.file_keys.append((str(file), *wrapped))

    def _boxes_again(self) -> None:
        """Insert the boxes of later generations, and the keys that the database needs for them."""
        for name in list(self._places.rebuild.names(_BOXES)):
            stream, _, number = name.removeprefix(_BOXES).rpartition("/")
            generation = int(number)
            key = GroupRows(after=EMPTY_TREE)
            self._add_key(key, stream, generation)
            lines = self._places.rebuild.read(name).data.splitlines()
            boxes = [cast(tuple[int, str], parse(line, name)) for line in lines]
            with self._database.transaction() as session:
                session.executemany("INSERT INTO stream_key VALUES (?,?,?,?)", key.stream_keys)
                session.executemany(
                    "INSERT INTO disclosure_again VALUES (?,?,?)",
                    [(index, generation, from_base64(data, name)) for index, data in boxes],
                )
            self._boxes += len(boxes)

    def _checkpoints(self, newest: bytes, goal: Checkpoint) -> None:
        """Take over the published checkpoints that the tree continues, with their cosignatures."""
        notes = {goal.size: newest}
        for name in self._places.rebuild.names(_CHECKPOINTS):
            found = read_if_any(self._places.rebuild, name)
            if found is not None:
                notes.setdefault(open_checkpoint(found.data, self._log, name).size, found.data)
        for size, data in sorted(notes.items()):
            if size <= goal.size:
                self._checkpoint(data)

    def _checkpoint(self, data: bytes) -> None:
        found = open_checkpoint(data, self._log)
        note = parse_note(data)
        rows = self._database.read("SELECT root FROM tree WHERE size = ?", (found.size,))
        if not rows or rows[0][0] != found.root:
            raise NotProven(f"the published checkpoint of size {found.size} is of another tree")
        own = tuple(line for line in note.signatures if line.name == self._log.name)
        others = [line for line in note.signatures if line.name != self._log.name]
        with self._database.transaction() as session:
            published = type(note)(note.text, own).to_bytes()
            session.execute("INSERT INTO published VALUES (?,?,?)", (found.size, found.root, published))
            lines = [(found.size, cosigner_of(line), line.line()) for line in others]
            session.executemany("INSERT INTO cosignature VALUES (?,?,?)", lines)


def _object(line: bytes, path: str) -> dict[str, Json]:
    found = parse(line, path)
    if not isinstance(found, dict):
        raise Malformed(path, "is not an object")
    return found


def _hex(value: Json) -> bytes:
    return bytes.fromhex(str(value))

"""The record of published checkpoints, kept before a signature leaves the process (log-v1, 3, step 4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, cast

from custody.errors import ForkSeen, NotFound
from custody.values import to_base64
from events.checkpoint import Checkpoint, open_checkpoint
from events.database import Database
from events.log_keys import LogKeys
from events.note import Note, NoteSignature, parse_note
from events.rows import TreeRow, UniqueTaken

_NOTE: Final = "SELECT note FROM published WHERE size = ?"
_SIZES: Final = "SELECT size FROM published ORDER BY size"
_NEWEST: Final = "SELECT size FROM published ORDER BY size DESC LIMIT 1"
_COVERING: Final = "SELECT size FROM published WHERE size > ? ORDER BY size DESC LIMIT 1"
_COSIGNED: Final = "SELECT max(size) FROM cosignature WHERE size > ?"
_LINES: Final = "SELECT cosigner, line FROM cosignature WHERE size = ?"
_LAST: Final = "SELECT max(size) FROM cosignature WHERE cosigner = ?"


class PublishedRecord:
    """The tables `published` and `cosignature`."""

    def __init__(self, database: Database, keys: LogKeys) -> None:
        self._database, self._keys = database, keys

    def newest(self) -> int:
        """Return the size of the newest published checkpoint, 0 when there is none."""
        rows = self._database.read(_NEWEST)
        return cast(int, rows[0][0]) if rows else 0

    def sizes(self) -> list[int]:
        """Return all published sizes, ascending."""
        return [cast(int, row[0]) for row in self._database.read(_SIZES)]

    def covering(self, index: int) -> int:
        """Return the newest published size that covers an entry. Raises NotFound while there is none."""
        rows = self._database.read(_COVERING, (index,))
        if not rows:
            raise NotFound("published checkpoint", f"over entry {index}")
        return cast(int, rows[0][0])

    def newest_cosigned(self, index: int) -> int | None:
        """Return the newest size over an entry that anybody has cosigned, or None."""
        return cast("int | None", self._database.read(_COSIGNED, (index,))[0][0])

    def record(self, tree: TreeRow, outside: bytes | None = None) -> bytes:
        """Return the log's own note of a tree, recorded durably; what was recorded before is not made anew.

        `outside`: the note that is published already, whose lines are taken over where the record lost them.
        Raises ForkSeen when another root was recorded.
        """
        known = self._note(tree.size)
        if known is None:
            known = self._own_lines(outside) if outside else self._keys.sign_published(tree.size, tree.root)
            try:
                with self._database.transaction() as session:
                    session.execute("INSERT INTO published VALUES (?,?,?)", (tree.size, tree.root, known))
            except UniqueTaken:
                known = self._note(tree.size) or known
        self._require_root(known, tree)
        return known

    def note(self, size: int) -> bytes:
        """Return a published checkpoint with its cosignatures (log-v1 2.3). Raises NotFound."""
        known = self._note(size)
        if known is None:
            raise NotFound("published checkpoint", f"of size {size}")
        note = parse_note(known)
        lines = [_read_line(cast(str, row[1])) for row in self._database.read(_LINES, (size,))]
        lines.sort(key=lambda line: (line.name, line.key_id))
        return Note(note.text, (*note.signatures, *lines)).to_bytes()

    def add(self, size: int, lines: Iterable[NoteSignature]) -> None:
        """Keep cosignatures that were verified; a cosigner's first line over a size stays."""
        for line in lines:
            try:
                with self._database.transaction() as session:
                    session.execute(
                        "INSERT INTO cosignature VALUES (?,?,?)", (size, cosigner_of(line), line.line())
                    )
            except UniqueTaken:
                continue

    def cosigners(self, size: int) -> set[str]:
        """Return who has cosigned a size, as `cosigner_of` writes it."""
        return {cast(str, row[0]) for row in self._database.read(_LINES, (size,))}

    def last_cosigned(self, cosigner: str) -> int:
        """Return the largest size that a cosigner has cosigned, 0 when there is none."""
        return cast(int, self._database.read(_LAST, (cosigner,))[0][0] or 0)

    def _note(self, size: int) -> bytes | None:
        rows = self._database.read(_NOTE, (size,))
        return bytes(cast(bytes, rows[0][0])) if rows else None

    def _own_lines(self, outside: bytes) -> bytes:
        note = parse_note(outside)
        own = tuple(line for line in note.signatures if line.name == self._keys.origin)
        return Note(note.text, own).to_bytes()

    def _require_root(self, note: bytes, tree: TreeRow) -> None:
        found: Checkpoint = open_checkpoint(note, self._keys.ed25519.verifier, "published checkpoint")
        if found.root != tree.root:
            raise ForkSeen(size=tree.size, ours=to_base64(tree.root), theirs=to_base64(found.root))


def cosigner_of(line: NoteSignature) -> str:
    """Return name and key id of a line: whose it is."""
    return f"{line.name}+{line.key_id.hex()}"


def _read_line(line: str) -> NoteSignature:
    return parse_note(f"line\n\n{line}".encode()).signatures[0]

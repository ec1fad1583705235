"""Published checkpoints and their cosignatures, held against the tree; no signature is judged (log-v1, 3, step 4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, cast

from custody.errors import Malformed
from events.checkpoint import parse_checkpoint
from events.database import Database
from events.fsck.derived import Derived, Fault
from events.note import parse_note

_PUBLISHED: Final = "SELECT size, root, note FROM published ORDER BY size"
_LINES: Final = "SELECT size, cosigner, line FROM cosignature ORDER BY size, cosigner"


def publications(database: Database, derived: Derived) -> Iterator[Fault]:
    """Yield a fault for each row that the tree of its size, or its own bytes, do not entail."""
    sizes = set()
    for size, root, note in cast(list[tuple[int, bytes, bytes]], database.read(_PUBLISHED)):
        sizes.add(size)
        if not 0 < size <= derived.trees.size:
            yield size - 1, "published.size", f"there are only {derived.trees.size} entries"
            continue
        if bytes(root) != derived.trees.root(size):
            yield size - 1, "published.root", f"of size {size} is not that of the entries"
        if not _is_of(bytes(note), size, bytes(root)):
            yield size - 1, "published.note", f"of size {size} is not a checkpoint of its row"
    for size, cosigner, line in cast(list[tuple[int, str, str]], database.read(_LINES)):
        if size not in sizes:
            yield size - 1, "cosignature.size", f"no checkpoint of size {size} was published"
        if not _is_line(line, cosigner):
            yield size - 1, "cosignature.line", f"over size {size} is not a line of {cosigner}"


def _is_of(data: bytes, size: int, root: bytes) -> bool:
    try:
        found = parse_checkpoint(parse_note(data).text)
    except Malformed:
        return False
    return (found.size, found.root) == (size, root)


def _is_line(line: str, cosigner: str) -> bool:
    try:
        (found,) = parse_note(f"line\n\n{line}".encode()).signatures
    except (Malformed, ValueError):
        return False
    return f"{found.name}+{found.key_id.hex()}" == cosigner

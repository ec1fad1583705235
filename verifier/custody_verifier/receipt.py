"""Receipts: that an entry is in the ledger (ledger-v1 section 6; c2sp.org/tlog-proof@v1)."""

from __future__ import annotations

from dataclasses import dataclass

from custody_verifier import text
from custody_verifier.errors import Malformed
from custody_verifier.merkle import check_inclusion, leaf_hash
from custody_verifier.note import Checkpoint, LogKey, check_checkpoint


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a `.tlog-proof` file holds: index, inclusion path, the checkpoint note; `extra` proves nothing."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None


def read_receipt(data: bytes, path: str = "receipt") -> Receipt:
    """Return the parts of a `.tlog-proof` file; nothing is proved yet. Raises Malformed."""
    head, gap, checkpoint = data.partition(b"\n\n")
    if not gap or not head.isascii():
        raise Malformed(path, "is not ASCII lines, an empty line and a checkpoint")
    lines = head.decode("ascii").split("\n")
    extra = None
    if lines[0] != "c2sp.org/tlog-proof@v1":
        raise Malformed(path, "does not begin with c2sp.org/tlog-proof@v1")
    if lines[1:2] and lines[1].startswith("extra "):
        extra = text.base64_bytes(lines.pop(1)[6:], f"{path}.extra")
    if not lines[1:2] or not lines[1].startswith("index ") or len(lines) > 66:
        raise Malformed(path, "is not an index and at most 64 hashes")
    index = text.number(lines[1][6:], f"{path}.index")
    hashes = tuple(text.base64_bytes(line, f"{path}.path", 32) for line in lines[2:])
    return Receipt(index, hashes, checkpoint, extra)


def check_receipt(receipt: Receipt, entry: bytes, log: LogKey) -> Checkpoint:
    """Return the checkpoint under which the entry's bytes stand at the receipt's index.

    Raises Malformed when the checkpoint is none, Failed when it is not the log's or the path leads elsewhere.
    """
    checkpoint = check_checkpoint(receipt.checkpoint, log, "receipt.checkpoint")
    check_inclusion(leaf_hash(entry), receipt.index, checkpoint.size, receipt.path, checkpoint.root)
    return checkpoint

"""Receipts: proof that one entry is in the ledger (c2sp.org/tlog-proof@v1; ledger-v1 section 6)."""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from custody import values
from custody.errors import Malformed
from events.checkpoint import Checkpoint, open_checkpoint, read_decimal
from events.merkle import HASH_BYTES, leaf_hash
from events.note import VerifierKey
from events.proofs import verify_inclusion

HEADER: Final = "c2sp.org/tlog-proof@v1"
_HEADER: Final = HEADER.encode()
MAX_PATH: Final = 64  # hashes; far above what a tree of 2^53 - 1 entries needs


@dataclass(frozen=True, slots=True)
class Receipt:
    """Index and inclusion path of an entry, and the checkpoint note that covers it, byte for byte.

    `extra` is allowed by the format and proves nothing; the ledger writes none.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def to_bytes(self) -> bytes:
        """Return the content of the `.tlog-proof` file."""
        extra = b"" if self.extra is None else b"extra " + b2a_base64(self.extra)
        return proof_bytes(self.index, self.path, self.checkpoint, extra)

    def verify(self, entry: bytes, log: VerifierKey) -> Checkpoint:
        """Check that `entry` is in the log's ledger, and return the checkpoint that says so.

        Raises NotProven, and Malformed when the checkpoint is not one.
        """
        checkpoint = open_checkpoint(self.checkpoint, log, "receipt.checkpoint")
        verify_inclusion(leaf_hash(entry), self.index, checkpoint.size, self.path, checkpoint.root)
        return checkpoint


def proof_bytes(index: int, path: Iterable[bytes], checkpoint: bytes, extra_line: bytes = b"") -> bytes:
    """Return the content of the `.tlog-proof` file of an entry; each line of base64 comes with its newline."""
    hashes = b"".join(map(b2a_base64, path))
    return b"%b\n%bindex %d\n%b\n%b" % (_HEADER, extra_line, index, hashes, checkpoint)


def parse_receipt(data: bytes, path: str = "receipt") -> Receipt:
    """Return the parts of a `.tlog-proof` file without checking what it proves. Raises Malformed."""
    head, gap, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as fault:
        raise Malformed(path, "is not ASCII above its checkpoint") from fault
    if not gap or lines.pop(0) != HEADER:
        raise Malformed(path, f"is not {HEADER}, lines, an empty line and a checkpoint")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = values.from_base64(lines.pop(0).removeprefix("extra "), f"{path}.extra")
    if not lines or not lines[0].startswith("index "):
        raise Malformed(f"{path}.index", "is missing")
    index = read_decimal(lines.pop(0).removeprefix("index "), f"{path}.index")
    if len(lines) > MAX_PATH:
        raise Malformed(f"{path}.path", f"has more than {MAX_PATH} hashes")
    hashes = tuple(values.from_base64(line, f"{path}.path", HASH_BYTES) for line in lines)
    return Receipt(index, hashes, checkpoint, extra)

"""A ledger in memory as a client meets it: entries, checkpoints and proofs made with the ledger's own code."""

from __future__ import annotations

from dataclasses import dataclass, field

from custody_cli.pins import Pin
from events.checkpoint import LogKey
from events.merkle import Coordinate, Frontier, leaf_hash
from events.proofs import HashOf, consistency_path, inclusion_path
from events.receipt import Receipt

ORIGIN = "test.example/0123abcd"


@dataclass
class ClientLedger:
    """Leaves under a log key; every tree size can be asked for."""

    key: LogKey = field(default_factory=lambda: LogKey.generate(ORIGIN))
    leaves: list[bytes] = field(default_factory=list)

    def pin(self, ledger: str = "ab" * 32, server: str = "http://127.0.0.1:8000") -> Pin:
        """Return what a client holds this ledger to."""
        return Pin(ledger=ledger, origin=self.key.origin, log=(self.key.vkey,), server=server)

    def root(self, size: int) -> bytes:
        """Return the root of the first `size` leaves."""
        return Frontier.empty().grown(map(leaf_hash, self.leaves[:size]))[0].root

    def note(self, size: int) -> bytes:
        """Return the signed checkpoint of a size."""
        return self.key.sign(size, self.root(size))

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the consistency path between two sizes."""
        return list(consistency_path(old, new, self._hashes(new)))

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the inclusion path of a leaf."""
        return list(inclusion_path(index, size, self._hashes(size)))

    def receipt(self, index: int, size: int) -> bytes:
        """Return the `.tlog-proof` file of a leaf."""
        return Receipt(index, tuple(self.inclusion(index, size)), self.note(size)).to_bytes()

    def _hashes(self, size: int) -> HashOf:
        _, nodes = Frontier.empty().grown(map(leaf_hash, self.leaves[:size]))
        return {Coordinate(node.level, node.number): node.hash for node in nodes}.__getitem__

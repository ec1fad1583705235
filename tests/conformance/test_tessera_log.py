"""A whole log that another program wrote: its checkpoints, entries, tiles, and consistency between all sizes."""

from itertools import combinations_with_replacement
from pathlib import Path

import pytest

from events.merkle import Coordinate, Frontier, leaf_hash
from events.proofs import consistency_path, inclusion_path
from events.receipt import Receipt
from tests.conformance.implementations import Implementation, both

LOG = Path(__file__).parents[1] / "vectors/third_party/tessera/log"
VKEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
SIZES = range(1, 16)


def _entries() -> list[bytes]:
    data, entries = (LOG / "tile/entries/000.p/15").read_bytes(), []
    while data:
        length = int.from_bytes(data[:2], "big")
        entries.append(data[2 : 2 + length])
        data = data[2 + length :]
    return entries


ENTRIES = _entries()
FRONTIER, NODES = Frontier.empty().grown(map(leaf_hash, ENTRIES))
HASH_OF = {Coordinate(node.level, node.number): node.hash for node in NODES}.__getitem__


@both
@pytest.mark.parametrize("size", range(16))
def test_a_checkpoint_has_our_root(implementation: Implementation, size: int) -> None:
    """Each checkpoint opens under the log's key, and its root is the one that we compute from the entries."""
    root = Frontier.empty().grown(map(leaf_hash, ENTRIES[:size]))[0].root
    found = implementation.open_checkpoint((LOG / f"checkpoint.{size}").read_bytes(), VKEY)
    assert ("example.com/log/testdata", size, root) == found


@pytest.mark.parametrize("width", SIZES)
def test_a_hash_tile_is_our_lowest_level(width: int) -> None:
    """Each partial tile of the log holds our leaf hashes."""
    expected = (LOG / f"tile/0/000.p/{width}").read_bytes()
    assert expected == b"".join(HASH_OF(Coordinate(0, number)) for number in range(width))


@both
def test_every_receipt_and_consistency_proof_holds(implementation: Implementation) -> None:
    """Our proofs lead to the roots that the other program signed, for every pair of sizes and every entry."""
    trees = {
        size: implementation.open_checkpoint((LOG / f"checkpoint.{size}").read_bytes(), VKEY)
        for size in SIZES
    }
    for old, new in combinations_with_replacement(SIZES, 2):
        path = consistency_path(old, new, HASH_OF)
        implementation.check_consistency(old, trees[old][2], new, trees[new][2], path)
    for size in SIZES:
        for index in range(size):
            note = (LOG / f"checkpoint.{size}").read_bytes()
            receipt = Receipt(index, tuple(inclusion_path(index, size, HASH_OF)), note).to_bytes()
            assert trees[size] == implementation.check_receipt(receipt, ENTRIES[index], VKEY)

"""The Merkle trees and proofs of two PyPI packages against ours, at sizes that Hypothesis picks."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import PlainEd25519Signer, Vkey
from tlog_scales.tlog import Checkpoint, ConsistencyProof, InclusionProof
from tlog_scales.writer import TilesWriter

import custody_verifier.merkle
from events.checkpoint import LogKey
from events.merkle import Coordinate, Frontier, leaf_hash
from events.proofs import consistency_path, inclusion_path

ENTRIES = [f"entry {number}".encode() for number in range(600)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
HASH_OF = {
    Coordinate(node.level, node.number): node.hash for node in Frontier.empty().grown(LEAVES)[1]
}.__getitem__
LOG = LogKey.from_seed("custody.example.org/5f0c11ab", bytes(32))

sizes = st.integers(1, len(ENTRIES))


def _root(size: int) -> bytes:
    return Frontier.empty().grown(LEAVES[:size])[0].root


@given(sizes, st.data())
def test_pymerkle_agrees(size: int, data: st.DataObject) -> None:
    """Pymerkle has the same roots and inclusion paths, and takes its consistency proofs between our roots."""
    tree = InmemoryTree(algorithm="sha256")
    tree.append_entries(ENTRIES[:size])
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    assert tree.get_root() == _root(size) == custody_verifier.merkle.root_of(LEAVES[:size])
    proof = tree.prove_inclusion(index + 1)  # pymerkle counts leaves from 1, and puts the leaf into the path
    at = proof.path.index(LEAVES[index])
    assert {*inclusion_path(index, size, HASH_OF)} == {*proof.path[:at], *proof.path[at + 1 :]}
    proof.verify(LEAVES[index], _root(size))
    tree.prove_consistency(old, size).verify(_root(old), _root(size))


@given(sizes, st.data())
def test_tlog_scales_accepts_our_proofs(size: int, data: st.DataObject) -> None:
    """tlog-scales takes our inclusion and consistency proofs, and our signed checkpoint."""
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    InclusionProof(index, size, inclusion_path(index, size, HASH_OF)).check(LEAVES[index], _root(size))
    path = consistency_path(old, size, HASH_OF)
    ConsistencyProof(old, size, path).check(_root(old), _root(size))
    checkpoint = Checkpoint.from_text(LOG.sign(size, _root(size)).decode())
    checkpoint.verify(Vkey.from_string(LOG.vkey))
    assert (LOG.origin, size, _root(size)) == (checkpoint.origin, checkpoint.size, checkpoint.root_hash)


@settings(max_examples=15)
@given(sizes, st.data())
def test_tlog_scales_makes_the_same_proofs(size: int, data: st.DataObject) -> None:
    """From a log of tiles that tlog-scales wrote it makes the same root, proofs and signed checkpoint."""
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    with TemporaryDirectory() as folder:
        writer = TilesWriter.create(Path(folder) / "log", LOG.origin)
        for entry in ENTRIES[:size]:
            writer.add_leaf(entry)
        writer.commit([PlainEd25519Signer(LOG.origin, bytes(32))])
        reader = TilesReader(LocalBackend(Path(folder) / "log"))
        reader.get_checkpoint()
        assert inclusion_path(index, size, HASH_OF) == reader.get_inclusion_proof(index, size).node_hashes
        assert consistency_path(old, size, HASH_OF) == reader.get_consistency_proof(old, size).node_hashes
        assert LOG.sign(size, _root(size)) == (Path(folder) / "log/checkpoint").read_bytes()

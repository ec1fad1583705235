"""The worked example of docs/spec/ledger-v1.md: recomputed by both implementations, and equal to the page."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from custody.values import from_base64, to_base64
from custody_verifier.entry import Batch as VerifierBatch
from custody_verifier.entry import signed_message as verifier_signed_message
from custody_verifier.merkle import root_of
from events.batch import batch_message, batch_places
from events.checkpoint import LogKey
from events.merkle import Coordinate, Frontier, leaf_hash
from events.proofs import consistency_path, inclusion_path
from events.receipt import Receipt
from tests.conformance.implementations import Implementation, both

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests/vectors/ledger-v1"
EXAMPLE = json.loads((FOLDER / "example.json").read_text())
PAGE = (ROOT / "docs/spec/ledger-v1.md").read_text()

ENTRIES = [entry.encode() for entry in EXAMPLE["entries"]]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
NODES = Frontier.empty().grown(LEAVES)[1]
HASH_OF = {Coordinate(node.level, node.number): node.hash for node in NODES}.__getitem__
LOG = LogKey.from_seed(EXAMPLE["origin"], bytes.fromhex(EXAMPLE["seed"]))
ROOTS = [bytes.fromhex(root) for root in EXAMPLE["roots"]]


def _hashes(path: list[str]) -> list[bytes]:
    return [from_base64(each, "path", 32) for each in path]


def test_the_key_is_made_from_its_seed() -> None:
    """Seed and vkey are those of the example."""
    assert sha256(b"custody ledger-v1 example").hexdigest() == EXAMPLE["seed"]
    assert EXAMPLE["vkey"] == LOG.vkey


def test_nodes_and_roots() -> None:
    """Every node and root is recomputed, by pairing too."""
    assert EXAMPLE["nodes"] == [[node.level, node.number, node.hash.hex()] for node in sorted(NODES)]
    assert ROOTS == [Frontier.empty().grown(LEAVES[:size])[0].root for size in range(8)]
    assert ROOTS == [root_of(LEAVES[:size]) for size in range(8)]


@both
@pytest.mark.parametrize("case", EXAMPLE["inclusion"], ids=lambda case: f"{case['index']} in {case['size']}")
def test_inclusion(implementation: Implementation, case: dict[str, Any]) -> None:
    """Every inclusion path is recomputed and holds."""
    index, size, path = case["index"], case["size"], case["path"]
    assert _hashes(path) == inclusion_path(index, size, HASH_OF)
    implementation.check_inclusion(LEAVES[index], index, size, _hashes(path), ROOTS[size])


@both
@pytest.mark.parametrize("case", EXAMPLE["consistency"], ids=lambda case: f"{case['from']} to {case['to']}")
def test_consistency(implementation: Implementation, case: dict[str, Any]) -> None:
    """Every consistency path is recomputed and holds."""
    old, new, path = case["from"], case["to"], case["path"]
    assert _hashes(path) == consistency_path(old, new, HASH_OF)
    implementation.check_consistency(old, ROOTS[old], new, ROOTS[new], _hashes(path))


@both
@pytest.mark.parametrize("size", [3, 7])
def test_checkpoints(implementation: Implementation, size: int) -> None:
    """Signing again gives the same bytes, and they open."""
    note = (FOLDER / f"checkpoint.{size}").read_bytes()
    assert note == LOG.sign(size, ROOTS[size])
    assert (EXAMPLE["origin"], size, ROOTS[size]) == implementation.open_checkpoint(note, EXAMPLE["vkey"])


@both
def test_the_receipt(implementation: Implementation) -> None:
    """The receipt is written again byte for byte, and proves its entry and no other."""
    data, entry = (FOLDER / "entry-4.tlog-proof").read_bytes(), (FOLDER / "entry-4").read_bytes()
    path = tuple(inclusion_path(4, 7, HASH_OF))
    assert data == Receipt(4, path, (FOLDER / "checkpoint.7").read_bytes()).to_bytes()
    assert (EXAMPLE["origin"], 7, ROOTS[7]) == implementation.check_receipt(data, entry, EXAMPLE["vkey"])
    with pytest.raises(implementation.refusals):
        implementation.check_receipt(data, b"entry 5", EXAMPLE["vkey"])


def test_the_batch() -> None:
    """Message and places of the batch are recomputed, and each place leads to the message."""
    acts = [act.encode() for act in EXAMPLE["batch"]["acts"]]
    message, places = EXAMPLE["batch"]["message"].encode(), EXAMPLE["batch"]["places"]
    assert message == batch_message(acts)
    written = [
        {"index": place.index, "path": [to_base64(each) for each in place.path], "size": place.size}
        for place in batch_places(acts)
    ]
    assert places == written
    for act, place in zip(acts, places, strict=True):
        batch = VerifierBatch(place["index"], place["size"], tuple(_hashes(place["path"])))
        assert message == verifier_signed_message(act, batch)


def _shown_on_the_page() -> list[str]:
    last = json.dumps(EXAMPLE["batch"]["places"][2], separators=(",", ":"), sort_keys=True)
    consistency = next(case for case in EXAMPLE["consistency"] if (case["from"], case["to"]) == (3, 7))
    texts = [(FOLDER / "entry-4.tlog-proof").read_text(), EXAMPLE["batch"]["message"]]
    return [
        EXAMPLE["seed"],
        EXAMPLE["vkey"],
        LOG.verifier.key.spki.hex(),
        *(f"    {level}/{number}  {digest}" for level, number, digest in EXAMPLE["nodes"]),
        *(f"    {size}    {EXAMPLE['roots'][size]}" for size in (3, 7)),
        *(f"    {each}\n" for each in consistency["path"]),
        *("".join(f"    {line}".rstrip() + "\n" for line in text.splitlines()) for text in texts),
        last,
    ]


@pytest.mark.parametrize("shown", _shown_on_the_page(), ids=lambda shown: shown.strip()[:24])
def test_the_page_shows_the_example(shown: str) -> None:
    """Every number of the worked example stands on the page as it stands in the vectors."""
    assert shown in PAGE

"""Third-party inclusion and consistency proofs, good and bad, through both implementations."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from custody_verifier.merkle import leaf_hash, root_of
from events.merkle import EMPTY_ROOT, Frontier
from tests.conformance.implementations import Implementation, both

FOLDER = Path(__file__).parents[1] / "vectors/third_party"

# Both trees of this file have size 1 and roots of 12 bytes: the set takes any equal strings for roots, we take
# 32 bytes (ledger-v1 4.2). The three files with size 0 on both sides agree: from size 0 nothing is shown.
STRICTER_THAN_THE_SET = {"consistency/additional/sizes-are-equal-one-and-proof-is-empty.json"}

CASES = sorted(str(path.relative_to(FOLDER / "merkle")) for path in (FOLDER / "merkle").rglob("*.json"))


def _load(name: str) -> dict[str, Any]:
    case: dict[str, Any] = json.loads((FOLDER / "merkle" / name).read_text())
    return case


def _hashes(case: dict[str, Any]) -> list[bytes]:
    return [b64decode(each) for each in case["proof"] or []]


def _run(implementation: Implementation, case: dict[str, Any]) -> None:
    if "leafIdx" in case:
        leaf, root = b64decode(case["leafHash"] or ""), b64decode(case["root"] or "")
        implementation.check_inclusion(leaf, case["leafIdx"], case["treeSize"], _hashes(case), root)
    else:
        old_root, new_root = b64decode(case["root1"] or ""), b64decode(case["root2"] or "")
        implementation.check_consistency(case["size1"], old_root, case["size2"], new_root, _hashes(case))


def test_the_set_is_complete() -> None:
    """All 196 files of the set are here."""
    assert len(CASES) == 196


@both
@pytest.mark.parametrize("name", CASES)
def test_a_proof_is_judged_as_the_set_says(implementation: Implementation, name: str) -> None:
    """A proof is refused exactly when the set says so, but for the one named file."""
    case = _load(name)
    assert not (case["wantErr"] and name in STRICTER_THAN_THE_SET)
    if case["wantErr"] or name in STRICTER_THAN_THE_SET:
        with pytest.raises(implementation.refusals):
            _run(implementation, case)
    else:
        _run(implementation, case)


def test_the_reference_tree_has_our_nodes_and_roots() -> None:
    """Every node and root of Certificate Transparency's reference tree is ours."""
    tree = json.loads((FOLDER / "rfc6962/reference-tree.json").read_text())
    leaves = [leaf_hash(bytes.fromhex(each)) for each in tree["leaf_inputs"]]
    frontier, nodes = Frontier.empty().grown(leaves)
    expected = {
        (int(level), number): bytes.fromhex(each)
        for level, hashes in tree["node_hashes"].items()
        for number, each in enumerate(hashes)
    }
    assert expected == {(node.level, node.number): node.hash for node in nodes}
    roots = [bytes.fromhex(each) for each in tree["roots_by_size"]]
    assert roots == [Frontier.empty().grown(leaves[:size])[0].root for size in range(9)]
    assert roots == [root_of(leaves[:size]) for size in range(9)]
    assert (roots[0], roots[8]) == (EMPTY_ROOT, frontier.root)

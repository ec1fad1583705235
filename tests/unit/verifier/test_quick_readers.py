"""The quick ways to read entries, disclosures and proofs say what the plain ways say, of good lines and of bad ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from custody.canonical import Json, canonical
from custody.values import to_base64
from custody_verifier import plain
from custody_verifier.entry import Entry, read_entry
from custody_verifier.errors import Failed, Malformed
from custody_verifier.merkle import check_inclusion, leaf_hash
from custody_verifier.neighbours import Proofs
from custody_verifier.opening import Opened
from custody_verifier.plain import read_plain
from custody_verifier.records import read_proof
from custody_verifier.signatures import refusal
from tests.support.bundles import parts, usual
from tests.support.composing import tree_path, tree_root
from tests.support.entry_vectors.whole_story import whole_story

LINES = [each.entry.data for each in whole_story().entries]
INTAKE = next(line for line in LINES if b'"exhibit.received.v1"' in line)
BODIES = next(line for line in LINES if b'"case.opened.v1"' in line)
STRANGE = (b'"', b"\\", b"{", b"0", b"\n", b"\xd1")


def _entry_of(read: Callable[[bytes], Entry], data: bytes) -> Entry | None:
    try:
        return read(data)
    except Malformed:
        return None


def _plainly(data: bytes) -> Entry:
    return read_entry(data, newer=True)


def _mutated(data: bytes, step: int) -> Iterator[bytes]:
    """Yield lines with one byte changed, left out or put in."""
    for at in range(0, len(data), step):
        for sign in STRANGE:
            yield data[:at] + sign + data[at + 1 :]
        yield data[:at] + data[at + 1 :]
        yield data[:at] + data[at : at + 1] + data[at:]


def test_every_entry_is_read_alike() -> None:
    """A story's entries are the same to both readers; most of them need the quick one alone."""
    assert [read_plain(line) for line in LINES] == [_plainly(line) for line in LINES]
    assert sum(plain._quick(line) is not None for line in LINES) > len(LINES) * 3 // 4


@pytest.mark.parametrize("line", [INTAKE, BODIES, LINES[-1]], ids=["intake", "case", "last"])
def test_no_byte_of_an_entry_makes_a_difference(line: bytes) -> None:
    """Changed anywhere, an entry is the same to both readers, or is refused by both."""
    for changed in _mutated(line, 7):
        assert _entry_of(read_plain, changed) == _entry_of(_plainly, changed), changed


def _recomposed(**members: Json) -> bytes:
    found = json.loads(BODIES)
    found["act"] |= members
    return canonical(found)


@pytest.mark.parametrize(
    ("data", "good"),
    [
        (_recomposed(), True),
        (_recomposed(type="case.closed.v2"), True),
        (_recomposed(type="Case.closed"), False),
        (_recomposed(version=2), False),
        (_recomposed(previous="0" * 64), False),
        (_recomposed(version=2, previous="0" * 64), True),
        (_recomposed(occurred_at="2026-02-30T00:00:00+02:00"), False),
        (_recomposed(public={"a": [[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]}), True),
        (_recomposed(public={"a": "\u0454"}), True),
        (_recomposed(public={"a": 15}).replace(b"15", b"1.5"), False),
        (_recomposed(seen={"root": "A" * 43 + "=", "size": 7}), True),
        (_recomposed(seen={"root": "A" * 42 + "B=", "size": 7}), False),
        (BODIES + b" ", False),
        (b"x" * 70_000, False),
        (BODIES.replace(b'"protection":', b'"reference":'), False),
        (BODIES.replace(b'"title":', b'"a":'), False),
    ],
)
def test_entries_that_are_odd(data: bytes, good: bool) -> None:
    """What one reader refuses, the other does as well."""
    found = _entry_of(read_plain, data)
    assert found == _entry_of(_plainly, data)
    assert (found is not None) is good


def test_a_signature_by_its_key() -> None:
    """What a signature says under a key: "" where it holds, words where not; nothing of newer algorithms."""
    story = whole_story()
    entry, taras = _plainly(BODIES), story.person("taras").key
    assert refusal(entry, taras.spki) == ""
    assert refusal(entry, story.person("olena").key.spki)
    newer = replace(entry, signature=replace(entry.signature, algorithm="ml-dsa-87"))
    assert refusal(newer, taras.spki) is None


# --- disclosures ----------------------------------------------------------------------------------------

FILES = parts(usual()).files
DISCLOSED = FILES["data/disclosures.jsonl"].splitlines()
ENTRIES = {
    json.loads(proof)["index"]: read_entry(entry)
    for entry, proof in zip(
        FILES["data/entries.jsonl"].splitlines(), FILES["data/proofs.jsonl"].splitlines(), strict=True
    )
}
Told = tuple[int, dict[str, Json], set[str], int] | None


def _told(line: bytes) -> Told:
    """Return index, values, names and the number of faults; None where a line cannot be read."""
    try:
        found = Opened(line, "line")
    except Malformed:
        return None
    of = ENTRIES.get(found.index, next(iter(ENTRIES.values())))
    opened, given, faults = found.of(of.act)
    return found.index, opened, set(given), len(faults)


def _slowly(lines: list[bytes], monkeypatch: pytest.MonkeyPatch) -> list[Told]:
    monkeypatch.setattr(Opened, "_quick", lambda _self, _line: None)
    return [_told(line) for line in lines]


def test_every_disclosure_is_read_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """All values of a bundle open their commitments, read in either way."""
    found = [_told(line) for line in DISCLOSED]
    assert [each[3] for each in found if each is not None] == [0] * len(DISCLOSED)
    assert _slowly(DISCLOSED, monkeypatch) == found


def test_no_byte_of_a_disclosure_makes_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Changed anywhere, a line gives the same values, names and number of faults, or none at all."""
    lines = [each for line in DISCLOSED[:6] for each in _mutated(line, 3)]
    found = [_told(line) for line in lines]
    assert None in found
    assert {each[3] for each in found if each is not None} >= {0, 1}
    assert _slowly(lines, monkeypatch) == found


SALT = "A" * 22


@pytest.mark.parametrize(
    "line",
    [
        canonical({"disclosures": [[SALT, "a", "x" * 300]], "index": 1}),
        canonical({"disclosures": [[SALT, "b", None], [SALT, "a", None]], "index": 1}),
        canonical({"disclosures": [[SALT, "a", None], [SALT, "a", None]], "index": 1}),
        canonical({"disclosures": [[SALT, "a", {"b": 1, "c": "d"}]], "index": 1}),
        canonical({"disclosures": [[SALT, "a", {"b": {"c": 1}}], [SALT, "b", None]], "index": 1}),
        canonical({"disclosures": [], "index": 1}),
        b'{"disclosures":[["' + SALT.encode() + b'","a",{"c":1,"b":1}]],"index":1}',
        b'{"disclosures":[["' + SALT.encode() + b'","a",{"b":1.0}]],"index":1}',
        b'{"disclosures":[["' + SALT.encode() + b'","a",null],],"index":1}',
        b'{"disclosures":[["' + SALT.encode() + b'","a",null]],"index":9007199254740992}',
        b'{"disclosures":[["' + SALT.encode() + b'","a","\xff"]],"index":1}',
        b'{"disclosures":[["' + SALT.encode() + b'","a","' + b"x" * 2_000_000 + b'"]],"index":1}',
    ],
)
def test_disclosures_that_are_odd(line: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values of every kind, out of order, twice, misspelt or too long are the same in both ways."""
    found = _told(line)
    assert _slowly([line], monkeypatch) == [found]


# --- proofs -----------------------------------------------------------------------------------------------

LEAVES = [str(number).encode() for number in range(45)]
ROOT = tree_root(LEAVES)


def _line(index: int, path: tuple[bytes, ...]) -> bytes:
    return canonical({"index": index, "path": [to_base64(each) for each in path]})


def _holds(line: bytes, leaf: bytes) -> bool | None:
    try:
        proof = read_proof(line, "line")
        check_inclusion(leaf, proof.index, len(LEAVES), proof.path, ROOT)
    except Malformed:
        return None
    except Failed:
        return False
    return True


def _quickly(proofs: Proofs, line: bytes, leaf: bytes) -> bool | None:
    try:
        return proofs.check(line, leaf, "line")[1] is None
    except Malformed:
        return None


@pytest.mark.parametrize("step", [1, 2, 3, 7, 20])
def test_neighbouring_proofs(step: int) -> None:
    """Every proof of a tree holds after every other one."""
    proofs = Proofs(len(LEAVES), ROOT)
    for index in range(0, len(LEAVES), step):
        line = _line(index, tree_path(index, LEAVES))
        assert proofs.check(line, leaf_hash(LEAVES[index]), "line") == (index, None)


@pytest.mark.parametrize("index", [1, 6, 7, 8, 33, 44])
def test_no_byte_of_a_proof_makes_a_difference(index: int) -> None:
    """Beside its neighbour, a proof that was changed anywhere, or of another leaf, is what it is alone."""
    line, leaf = _line(index, tree_path(index, LEAVES)), leaf_hash(LEAVES[index])
    before = _line(index - 1, tree_path(index - 1, LEAVES))
    seen = set()
    for changed in (*_mutated(line, 5), line, _line(index, tree_path(index, LEAVES)[:-1])):
        for of in (leaf, leaf_hash(b"other")):
            proofs = Proofs(len(LEAVES), ROOT)
            assert proofs.check(before, leaf_hash(LEAVES[index - 1]), "line")[1] is None
            expected = _holds(changed, of)
            assert _quickly(proofs, changed, of) is expected
            seen.add(expected)
            after = _line(index, tree_path(index, LEAVES))
            assert _quickly(proofs, after, leaf)
    assert seen == {True, False, None}

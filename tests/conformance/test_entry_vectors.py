"""The verifier, written from the specification alone, gives the verdicts of the vectors of entry-v1."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from custody_verifier import canonical, entry, keys, text
from custody_verifier.errors import Failed, Malformed, NotKnown, VerifierError

FOLDER = Path(__file__).parents[1] / "vectors/entry-v1"
READERS: dict[str, Callable[[str], object]] = {
    "act type": lambda found: text.grammar(found, "x", "an act type"),
    "base64": lambda found: text.base64_bytes(found, "x"),
    "base64url of 16 bytes": lambda found: text.grammar(found, "x", "unpadded base64url of 16 bytes"),
    "claimed instant": lambda found: text.instant(found, "x", "a claimed time"),
    "member name": lambda found: text.grammar(found, "x", "the name of a body's member"),
    "recorded instant": lambda found: text.instant(found, "x", "a recorded time"),
    "stream": lambda found: text.grammar(found, "x", "<kind>/<uuid>"),
}


def _vectors(name: str) -> Any:  # noqa: ANN401 - vectors are JSON of many shapes
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def _lines(name: str) -> Iterator[Any]:
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def _refused(read: Callable[[], object]) -> bool:
    try:
        read()
    except VerifierError:
        return True
    return False


@pytest.mark.parametrize("vector", _vectors("canonical.json"), ids=lambda each: each["name"])
def test_canonical(vector: dict[str, str]) -> None:
    """Bytes are canonical or refused."""
    data = base64.b64decode(vector["bytes"])
    assert ("refused" if _refused(lambda: canonical.read(data, "x")) else "canonical") == vector["verdict"]


@pytest.mark.parametrize(
    "vector",
    [each for each in _vectors("strings.json") if each["grammar"] in READERS],
    ids=lambda each: each["text"],
)
def test_strings(vector: dict[str, str]) -> None:
    """Texts fit their grammar or are refused."""
    reader = READERS[vector["grammar"]]
    assert ("refused" if _refused(lambda: reader(vector["text"])) else "fits") == vector["verdict"]


@pytest.mark.parametrize("vector", _vectors("keys.json"), ids=lambda each: each["name"])
def test_keys(vector: dict[str, Any]) -> None:
    """Sound keys are taken; weak ones and other forms are not."""
    spki = base64.b64decode(vector["key"]["spki"])
    assert keys.fingerprint(spki) == vector["fingerprint"]
    refused = _refused(lambda: keys.check_key(vector["key"]["algorithm"], spki))
    assert refused == (vector["verdict"] != "sound")


@pytest.mark.parametrize("vector", _vectors("messages.json"), ids=lambda each: each["name"])
def test_messages(vector: dict[str, Any]) -> None:
    """Each signature is over its message, and over no other."""
    message, signature = base64.b64decode(vector["message"]), base64.b64decode(vector["signature"])
    spki = base64.b64decode(vector["key"]["spki"])
    keys.check_signature(vector["algorithm"], spki, message, signature)
    with pytest.raises(Failed):
        keys.check_signature(vector["algorithm"], spki, message + b"\n", signature)


def test_commitments() -> None:
    """Commitments come out the same."""
    found = _vectors("commitments.json")
    assert [entry.commitment(*each["disclosure"]) for each in found] == [each["commitment"] for each in found]


@pytest.mark.parametrize("vector", list(_lines("refused.jsonl")), ids=lambda each: each["name"])
def test_what_is_no_entry(vector: dict[str, str]) -> None:
    """What is no entry is refused with the same path; an algorithm that is not known is newer."""
    with pytest.raises((Malformed, NotKnown)) as refusal:
        entry.read_entry(base64.b64decode(vector["bytes"]))
    found = refusal.value
    assert isinstance(found, Malformed | NotKnown)
    assert found.path == vector["path"]


def _keys_of(found: Any) -> Iterator[tuple[str, bytes]]:  # noqa: ANN401 - walks any JSON
    if isinstance(found, dict):
        if found.keys() == {"algorithm", "spki", "use"}:
            yield found["algorithm"], base64.b64decode(found["spki"])
        for each in found.values():
            yield from _keys_of(each)


def test_the_story() -> None:
    """Entries are read, leaf hashes and act hashes come out the same, signatures verify, disclosures open."""
    expected, known = _vectors("expected.json"), {}
    lines = (FOLDER / "entries.jsonl").read_bytes().splitlines()
    for line, hashes, opened in zip(lines, expected["entries"], _lines("disclosures.jsonl"), strict=True):
        found = entry.read_entry(line)
        assert sha256(b"\0" + line).hexdigest() == hashes["leaf"]
        assert sha256(found.act.message).hexdigest() == hashes["act"]
        for algorithm, spki in _keys_of(json.loads(line)["act"]["public"]):
            known[keys.fingerprint(spki)] = algorithm, spki
        entry.check_signature(found, *known[found.act.key])
        for disclosure in opened["disclosures"]:
            entry.check_disclosure(found.act, disclosure)
    assert sha256(lines[0]).hexdigest() == expected["ledger"]

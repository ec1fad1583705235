"""The records of a bundle: bundle.json, and the lines of its other files (bundle-v1 sections 4 to 6)."""

from __future__ import annotations

from dataclasses import dataclass

from custody_verifier import forms, text
from custody_verifier.archive import Archive
from custody_verifier.canonical import Json, read
from custody_verifier.errors import Malformed
from custody_verifier.text import MOST

MAX_HEADER = 2 << 20
MAX_DISCLOSURES = 16 << 20
MAX_LINE = 65_535
DISCLOSURES = "is not disclosures by name, or does not ascend"

_STREAM = forms.pattern("[a-z]{1,20}/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<kind>/<uuid>")
_SCOPE = forms.closed(
    {
        "also": forms.sorted_set(forms.one_of("access", "fixity"), 0, 2),
        "case": forms.or_null(forms.CASE),
        "exhibits": forms.sorted_set(forms.EXHIBIT, 0, MAX_HEADER),
    }
)


def _counts(value: Json, path: str) -> None:
    """`[name, count]`, sorted by name, each name once."""
    forms.list_of(_counted, 0, MAX_HEADER)(value, path)
    names = [str(forms.as_list(each)[0]) for each in forms.as_list(value)]
    if names != sorted(set(names)):
        raise Malformed(path, "is not sorted, or has a name twice")


def _counted(value: Json, path: str) -> None:
    pair = forms.as_list(value)
    if len(pair) != 2:
        raise Malformed(path, "is not [name, count]")
    forms.any_text(pair[0], path)
    forms.integer(1)(pair[1], path)


_HEADER = forms.closed(
    {
        "at": forms.integer(1),
        "bundle": forms.BUNDLE,
        "exhibits": forms.sorted_set(forms.EXHIBIT, 0, MAX_HEADER),
        "format": forms.one_of("custody-bundle/1"),
        "ledger": forms.HASH,
        "made_at": forms.recorded,
        "origin": forms.LOG_ORIGIN,
        "scope": _SCOPE,
        "withheld": _counts,
    }
)


@dataclass(frozen=True, slots=True)
class Header:
    """What data/bundle.json says, before anything is checked."""

    members: dict[str, Json]

    @property
    def at(self) -> int:
        """Tree size as of which completeness is claimed."""
        at = self.members["at"]
        return at if isinstance(at, int) else 0

    def text(self, name: str) -> str:
        """Return a member that is text."""
        return str(self.members[name])


def read_header(archive: Archive) -> Header:
    """Return bundle.json. Raises Malformed."""
    value = read(archive.read("data/bundle.json", MAX_HEADER), "bundle.json")
    _HEADER(value, "bundle.json")
    return Header(forms.as_object(value))


@dataclass(frozen=True, slots=True)
class Proof:
    """A line of proofs.jsonl: an entry's index, and the path from its leaf."""

    index: int
    path: tuple[bytes, ...]


def read_proof(line: bytes, path: str) -> Proof:
    """Return a line of proofs.jsonl. Raises Malformed."""
    proof = _object(read(line, path), path, "index", "path")
    return Proof(_number(proof["index"], path), _hashes(proof["path"], path))


@dataclass(frozen=True, slots=True)
class HeadLine:
    """The last entry of a stream, as heads.jsonl has it."""

    stream: str
    version: int
    digest: str


def read_heads(archive: Archive) -> dict[str, HeadLine]:
    """Return heads.jsonl by stream, in its order. Raises Malformed."""
    heads: dict[str, HeadLine] = {}
    for number, line in enumerate(archive.lines("data/heads.jsonl", MAX_LINE), 1):
        path = f"heads.jsonl:{number}"
        parts = forms.as_list(read(line, path))
        if len(parts) != 3:
            raise Malformed(path, "is not [stream, version, hash]")
        _STREAM(parts[0], path)
        forms.HASH(parts[2], path)
        head = HeadLine(str(parts[0]), _number(parts[1], path, 1), str(parts[2]))
        if head.stream in heads:
            raise Malformed(path, "names a stream twice")
        heads[head.stream] = head
    return heads


def read_disclosures(line: bytes, path: str) -> tuple[int, list[Json]]:
    """Return index and disclosures of a line of disclosures.jsonl, each `[salt, name, value]`. Raises Malformed."""
    found = _object(read(line, path), path, "disclosures", "index")
    index, opened = _number(found["index"], path), forms.as_list(found["disclosures"])
    names = [
        each[1] for each in opened if isinstance(each, list) and len(each) == 3 and isinstance(each[1], str)
    ]
    if not opened or len(names) < len(opened) or names != sorted(set(names)):
        raise Malformed(path, DISCLOSURES)
    return index, opened


def read_consistency(archive: Archive) -> dict[int, tuple[int, tuple[bytes, ...]]]:
    """Return consistency.jsonl: from size to (to size, path). Raises Malformed."""
    paths: dict[int, tuple[int, tuple[bytes, ...]]] = {}
    for number, line in enumerate(archive.lines("data/consistency.jsonl", MAX_LINE), 1):
        path = f"consistency.jsonl:{number}"
        found = _object(read(line, path), path, "from", "path", "to")
        size = _number(found["from"], path, 1)
        if size <= max(paths, default=0):
            raise Malformed(path, "does not ascend")
        paths[size] = _number(found["to"], path, 1), _hashes(found["path"], path)
    return paths


def _object(value: Json, path: str, *names: str) -> dict[str, Json]:
    found = forms.as_object(value)
    if found.keys() != set(names):
        raise Malformed(path, f"is not an object of {', '.join(names)}")
    return found


def _number(value: Json, path: str, least: int = 0) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= MOST:
        raise Malformed(path, f"has no number from {least} on where one must be")
    return value


def _hashes(value: Json, path: str) -> tuple[bytes, ...]:
    hashes = forms.as_list(value)
    if not isinstance(value, list) or len(hashes) > 64:
        raise Malformed(path, "has no list of at most 64 hashes")
    return tuple(text.base64_bytes(each, path, 32) for each in hashes)

"""The bag: digests of every file, manifests and tag files exactly as they must be (bundle-v1 sections 1 and 3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256, sha512
from os import cpu_count
from zlib import crc32

from custody_verifier.archive import Archive
from custody_verifier.errors import Malformed
from custody_verifier.text import MOST
from custody_verifier.verdict import Findings, Question

WORTH_THREADS = 8 << 20
TAGMANIFEST = "tagmanifest-sha256.txt"
NEEDED = frozenset(
    {"README.txt", "bag-info.txt", "bagit.txt", "manifest-sha256.txt", "manifest-sha512.txt", TAGMANIFEST}
    | {f"data/{name}.jsonl" for name in ("consistency", "disclosures", "entries", "heads", "proofs")}
    | {"data/bundle.json", "data/checkpoint"}
)
_ALSO = re.compile(
    r"verify\.html|data/statement\.pdf|data/case\.jsonld"
    r"|data/files/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
_ANCHOR = re.compile(r"data/anchors/([1-9][0-9]{0,15})\.(?:checkpoint|note|[a-z0-9-]{1,40}\.tsr)")
_LISTED = re.compile(rb"([0-9a-f]+)  ([A-Za-z0-9._/-]{1,200})")
_CLAUSE = "bundle-v1 3"
_BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


@dataclass(frozen=True, slots=True)
class Digests:
    """What a file's bytes are: CRC-32, size, hex SHA-256 and SHA-512."""

    crc: int
    size: int
    sha256: str
    sha512: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What bag-info.txt repeats of the bundle."""

    made_at: str
    bundle: str
    ledger: str


def require_files(archive: Archive) -> None:
    """Raise Malformed when a file that every bundle has is not there."""
    missing = NEEDED - archive.members.keys()
    if missing:
        raise Malformed(min(missing), "is missing")


def digest_all(archive: Archive) -> dict[str, Digests]:
    """Return the digests of every file, several files at a time where it is worth it."""
    if archive.size < WORTH_THREADS:
        return {name: digest(archive.pieces(name)) for name in archive.members}
    with ThreadPoolExecutor(cpu_count() or 1) as pool:
        found = pool.map(lambda name: digest(archive.pieces(name)), archive.members)
        return dict(zip(archive.members, found, strict=True))


def digest(pieces: Iterable[bytes]) -> Digests:
    """Return what bytes are that come in pieces."""
    crc, size, short, long = 0, 0, sha256(), sha512()
    for piece in pieces:
        crc = crc32(piece, crc)
        size += len(piece)
        short.update(piece)
        long.update(piece)
    return Digests(crc, size, short.hexdigest(), long.hexdigest())


def check_bag(archive: Archive, digests: dict[str, Digests], facts: Facts, findings: Findings) -> None:
    """Compare zip and bag with what they must be for these names and bytes."""
    for name in archive.odd:
        _add(findings, "zip.profile", "bundle-v1 2", f"{name}: a header is not that of the profile")
    for name, member in archive.members.items():
        if name not in NEEDED and not _is_known(name):
            _add(findings, "bag.names", "bundle-v1 1", f"{name} belongs to no bundle")
        if digests[name].crc != member.crc or digests[name].size != member.size:
            _add(findings, "zip.crc", "bundle-v1 2", f"{name}: the bytes have another CRC-32")
    payload = sorted(name for name in archive.members if name.startswith("data/"))
    tags = sorted(archive.members.keys() - set(payload) - {TAGMANIFEST})
    _manifest(archive, "manifest-sha256.txt", {name: digests[name].sha256 for name in payload}, findings)
    _manifest(archive, "manifest-sha512.txt", {name: digests[name].sha512 for name in payload}, findings)
    _manifest(archive, TAGMANIFEST, {name: digests[name].sha256 for name in tags}, findings)
    sizes = [archive.members[name].size for name in payload]
    info = (
        f"Bagging-Date: {facts.made_at[:10]}\nExternal-Identifier: {facts.bundle}\n"
        f"Internal-Sender-Identifier: {facts.ledger}\nPayload-Oxum: {sum(sizes)}.{len(sizes)}\n"
    )
    for name, form in (("bagit.txt", _BAGIT), ("bag-info.txt", info.encode())):
        if archive.members[name].size != len(form) or archive.read(name, len(form)) != form:
            _add(findings, "bag.form", _CLAUSE, f"{name} is not what it must be")
    findings.count(Question.INTEGRITY, len(archive.members))


def _is_known(name: str) -> bool:
    anchor = _ANCHOR.fullmatch(name)
    return bool(_ALSO.fullmatch(name)) if anchor is None else int(anchor[1]) <= MOST


def _manifest(archive: Archive, name: str, expected: dict[str, str], findings: Findings) -> None:
    """Compare a manifest line by line with the one that these files must have."""
    longest = 4096 + 2 * sum(len(path) + len(value) + 3 for path, value in expected.items())
    width = 128 if "512" in name else 64
    try:
        lines = archive.lines(name, 512 if archive.members[name].size <= longest else 0)
        found = dict(_parts(name, lines, width))
    except Malformed as fault:
        _add(findings, "bag.form", _CLAUSE, str(fault))
        return
    odd = sorted(found.keys() ^ expected.keys())
    if odd:
        _add(findings, "bag.names", _CLAUSE, f"{name} lists other files: {', '.join(odd[:5])}")
    for each, value in expected.items():
        if found.get(each, value) != value:
            _add(findings, "bag.digest", _CLAUSE, f"{each} is not what {name} says")


def _parts(name: str, lines: Iterable[bytes], width: int) -> Iterator[tuple[str, str]]:
    """Yield names, in their order and each once, with their digests. Raises Malformed."""
    before = ""
    for number, line in enumerate(lines, 1):
        found = _LISTED.fullmatch(line)
        if found is None or len(found[1]) != width or found[2].decode() <= before:
            raise Malformed(
                f"{name}:{number}", "is not a digest, two spaces and a name, in the order of names"
            )
        before = found[2].decode()
        yield before, found[1].decode()


def _add(findings: Findings, code: str, clause: str, text: str) -> None:
    findings.add(code, clause, text, Question.INTEGRITY)

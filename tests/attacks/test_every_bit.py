"""Every single-bit change of a bundle is found: all of them in the smallest, a sample in a whole case."""

from __future__ import annotations

import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from os import cpu_count
from pathlib import Path

import pytest

from custody_verifier.archive import Archive
from custody_verifier.bag import Facts, check_bag, digest_all, require_files
from custody_verifier.bundle import check_bundle
from custody_verifier.errors import Malformed
from custody_verifier.options import Options
from custody_verifier.policy import read_policy
from custody_verifier.records import read_header
from custody_verifier.verdict import Findings
from tests.support.bundles import Parts, issue, parts, smallest, usual
from tests.support.trees import policy

OPTIONS = Options(policy=read_policy(policy(quorum="none")))
# A line of an unknown key is passed over, as signed notes ask: that a witness's line is gone sees who asks for it.
WITNESSED = Options(policy=read_policy(policy(quorum="w1")))
PIECES = 16


def status(path: Path, options: Options = OPTIONS) -> int:
    """Return the exit status for a bundle."""
    try:
        return check_bundle(path, options).exit_status()
    except Malformed:
        return 2


def seen_in_the_bag(path: Path) -> bool:
    """Tell whether the first steps of the check find something: then the whole check does."""
    findings = Findings()
    try:
        archive = Archive.open(path)
        try:
            require_files(archive)
            header = read_header(archive)
            facts = Facts(*(header.text(name) for name in ("made_at", "bundle", "ledger")))
            check_bag(archive, digest_all(archive), facts, findings)
        finally:
            archive.close()
    except Malformed:
        return True
    return bool(findings.found)


def missed(path: Path, data: bytes, bits: list[int]) -> list[int]:
    """Return which of the bits can be turned over without a finding."""
    found = []
    with path.open("wb", buffering=0) as file:
        file.write(data)
        for bit in bits:
            at = bit // 8
            file.seek(at)
            file.write(bytes([data[at] ^ 1 << bit % 8]))
            if not seen_in_the_bag(path) and status(path) not in (1, 2):
                found.append(bit)
            file.seek(at)
            file.write(data[at : at + 1])
    return found


def _missed(folder: Path, data: bytes, bits: list[int]) -> list[int]:
    pieces = [bits[at::PIECES] for at in range(PIECES)]
    paths = [folder / f"{at}.zip" for at in range(PIECES)]
    with ProcessPoolExecutor(cpu_count() or 1) as pool:
        found = pool.map(missed, paths, [data] * PIECES, pieces)
        return sorted(bit for each in found for bit in each)


def test_a_sample_of_bits_of_a_whole_case(tmp_path: Path) -> None:
    """Of a bundle of a whole case, with anchors and files, no bit of a random sample can change unseen."""
    data = parts(usual(), anchors=[10]).zip()
    (tmp_path / "good.zip").write_bytes(data)
    assert status(tmp_path / "good.zip") == 0
    bits = random.sample(range(8 * len(data)), 2_000)
    assert _missed(tmp_path, data, bits) == []


# --- manifests written again ------------------------------------------------------------------------------


def rested_on(name: str) -> bool:
    """Whether one of the six questions rests on a file of the payload; the others describe."""
    return name.startswith("data/") and name not in ("data/statement.pdf", "data/case.jsonld")


def manifests_match(some: Parts, name: str, bit: int) -> bytes:
    """Return the zip with one bit of a file turned over, bagged again."""
    files, data = dict(some.files), bytearray(some.files[name])
    data[bit // 8] ^= 1 << bit % 8
    files[name] = bytes(data)
    return Parts(files, some.made_at, some.bundle, some.ledger).zip()


def _unseen(folder: Path, some: Parts, bits: list[tuple[str, int]], options: Options) -> set[str]:
    """Return the names of files of which a bit can change unseen, when manifests are written to match."""
    found, path = set(), folder / "turned.zip"
    for name, bit in bits:
        path.write_bytes(manifests_match(some, name, bit))
        if status(path, options) not in (1, 2):
            found.add(name)
    return found


def test_bits_with_manifests_that_match(tmp_path: Path) -> None:
    """All that the six questions rest on is found; with the receipt of the issue, everything is."""
    told = smallest()
    some = parts(told, withheld=None)
    some.files["data/statement.pdf"] = b"%PDF-1.7 statement"
    some.files["verify.html"] = b"<!doctype html>"
    (tmp_path / "good.receipt").write_bytes(issue(told, some.zip()))
    everywhere = [(name, 8 * at + at % 8) for name, data in some.files.items() for at in range(len(data))]
    bits = random.sample(everywhere, 500) + [(name, 7) for name in some.files if some.files[name]]
    bits += [("data/checkpoint", bit) for bit in range(8 * len(some.files["data/checkpoint"]))]
    unseen = _unseen(tmp_path, some, bits, WITNESSED)
    assert unseen == {"README.txt", "verify.html", "data/statement.pdf"}
    assert not any(rested_on(name) for name in unseen)
    received = replace(OPTIONS, receipts=(tmp_path / "good.receipt",))
    assert _unseen(tmp_path, some, random.sample(bits, 500), received) == set()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_bit_of_the_smallest(tmp_path: Path) -> None:
    """Of the smallest bundle, no bit at all can change unseen."""
    data = parts(smallest(), withheld=None).zip()
    (tmp_path / "good.zip").write_bytes(data)
    assert status(tmp_path / "good.zip") == 0
    assert _missed(tmp_path, data, list(range(8 * len(data)))) == []

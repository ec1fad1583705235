"""Bundles against programs of others: many bytes, many entries (issue 3, J).

`custody-verify` runs as a program, on the zip; `bagit.py --validate` on the same bag, already unpacked. The limit of
many entries is `cryptography` alone on all cores, as in the suite `verification`.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from custody.act import read_entry
from events.verification.workers import cores
from tests.bench import servers
from tests.bench.measuring import row
from tests.bench.verification import Signed, ed25519_rate, signed_by
from tests.support import large_bundles, trees
from tests.support.ledgers import LOG_KEY

MIB: Final = 1 << 20
SIZE: Final = int(os.environ.get("CUSTODY_BENCH_FILE_MIB", "1024")) * MIB
FILES: Final = 8
EXHIBITS: Final = int(os.environ.get("CUSTODY_BENCH_EXHIBITS", "2000"))
EACH: Final = 50  # entries on every exhibit
PROGRAMS: Final = Path(sys.executable).parent
MUST_BYTES, MUST_ENTRIES = 1.4, 0.5


def rows(rounds: int = 5) -> list[dict[str, object]]:
    """Return the rows of this module."""
    return [*of_bytes(rounds), *of_entries(rounds)]


def of_bytes(rounds: int) -> list[dict[str, object]]:
    """A bundle of SIZE bytes in FILES files, in turns with `bagit.py` and `openssl`."""
    ours, bagit, openssl = [], [], []
    with servers.folder() as folder:
        bundle, trust = large_bundles.of_many_bytes(folder, SIZE, FILES), folder / "trust.policy"
        trust.write_bytes(trees.policy())
        bag = _unpacked(bundle, folder)
        files = sorted((bag / "data/files").iterdir())
        for _ in range(rounds + 1):  # the first warms up
            ours.append(SIZE / 1e6 / _seconds(_verifying(bundle, trust)))
            bagit.append(SIZE / 1e6 / _seconds([sys.executable, PROGRAMS / "bagit.py", "--validate", bag]))
            openssl.append(SIZE / 1e6 / _seconds(["openssl", "dgst", "-sha256", *files]))
    name = f"verify a bundle of {SIZE // MIB} MiB in {FILES} files, against"
    return [
        row(f"{name} bagit.py --validate", ours[1:], bagit[1:], "MB/s", MUST_BYTES),
        row(f"{name} openssl dgst", ours[1:], openssl[1:], "MB/s", None),
    ]


def of_entries(rounds: int) -> list[dict[str, object]]:
    """A bundle of many entries, in turns with the limit of Ed25519 on all cores."""
    ours, limit = [], []
    with servers.folder() as folder, ProcessPoolExecutor(cores(), mp_context=get_context("spawn")) as pool:
        bundle, trust = large_bundles.of_many_entries(folder, EXHIBITS, EACH), folder / "trust.policy"
        trust.write_text(f"log {LOG_KEY.vkey}\nquorum none\n")
        lines = _entries(bundle)
        sample = _sample(lines)
        for _ in range(rounds + 1):  # the first warms up
            ours.append(len(lines) / _seconds(_verifying(bundle, trust)))
            limit.append(ed25519_rate(pool, sample))
    name = f"verify a bundle of {len(lines):,} entries, against Ed25519 on all cores"
    return [row(name, ours[1:], limit[1:], "entries/s", MUST_ENTRIES)]


def _verifying(bundle: Path, trust: Path) -> list[str | Path]:
    return [PROGRAMS / "custody-verify", bundle, "--trust", trust, "--json"]


def _seconds(command: list[str | Path]) -> float:
    """Return how long a program ran; it must end with status 0."""
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begun


def _unpacked(bundle: Path, folder: Path) -> Path:
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(folder / "bag")
    (top,) = (folder / "bag").iterdir()
    for each in (top / "data/files").iterdir():  # in the cache, as the zip is that was just written
        with each.open("rb") as file:
            hashlib.file_digest(file, "sha256")
    return top


def _entries(bundle: Path) -> list[bytes]:
    with zipfile.ZipFile(bundle) as archive:
        (name,) = [each for each in archive.namelist() if each.endswith("data/entries.jsonl")]
        return archive.read(name).splitlines()


def _sample(lines: list[bytes]) -> list[Signed]:
    """Return signatures from the middle of the bundle."""
    middle = len(lines) // 2
    return signed_by(("taras", "iryna"), map(read_entry, lines[middle : middle + 500]))


if __name__ == "__main__":
    for each in rows():
        print(each)

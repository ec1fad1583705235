"""Bundles against programs of others: many bytes, many entries, and being built (issue 3, J).

`custody-verify` runs as a program, on the zip; `bagit.py --validate` on the same bag, already unpacked. The limit of
many entries is `cryptography` alone on all cores, as in the suite `verification`. A bundle is built by a server in a
process of its own, from the request to the issue; its peer copies the same plain bytes out of that server's store.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
import uuid
import zipfile
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Final

from custody.act import read_entry
from events.verification.workers import cores
from tests.bench import servers
from tests.bench.measuring import row
from tests.bench.vault import bare_client
from tests.bench.verification import Signed, ed25519_rate, signed_by
from tests.support import doors, examples, handing_out, large, large_bundles, trees
from tests.support.doors import Person
from tests.support.large import Large
from tests.support.ledgers import LOG_KEY
from tests.support.running_store import admin_of

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

MIB: Final = 1 << 20
SIZE: Final = int(os.environ.get("CUSTODY_BENCH_FILE_MIB", "1024")) * MIB
FILES: Final = 8
EXHIBITS: Final = int(os.environ.get("CUSTODY_BENCH_EXHIBITS", "2000"))
EACH: Final = 50  # entries on every exhibit
PROGRAMS: Final = Path(sys.executable).parent
MUST_BYTES, MUST_ENTRIES, MUST_BUILD = 1.4, 0.5, 0.6


def rows(rounds: int = 5) -> list[dict[str, object]]:
    """Return the rows of this module."""
    return [*of_bytes(rounds), *of_entries(rounds), *built(rounds)]


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


def built(rounds: int) -> list[dict[str, object]]:
    """Bundles of an exhibit with FILES files of SIZE bytes in all, built and sent, in turns with copies out of S3."""
    building, sending, copying = [], [], []
    with servers.folder() as folder, doors.running(folder / "data") as server:
        officer = doors.enrol(doors.found(server), "officer", "officer")
        exhibit = _deposited(officer, folder)
        store = bare_client(admin_of(server.data_dir))
        keys = _plain_copies(store, folder)
        for _ in range(rounds + 1):  # the first warms up
            begun = time.perf_counter()
            told = handing_out.made(officer, handing_out.request(officer, exhibits=[exhibit]))
            made = time.perf_counter()
            _download(officer, told, folder / "bundle.zip")
            sent = time.perf_counter()
            for key in keys:
                store.download_file(Bucket="evidence", Key=key, Filename=str(folder / "copy"))
            copying.append(SIZE / 1e6 / (time.perf_counter() - sent))
            building.append(SIZE / 1e6 / (made - begun))
            sending.append(SIZE / 1e6 / (sent - made))
    name = f"a bundle of {SIZE // MIB} MiB in {FILES} files, against a copy out of S3"
    return [
        row(f"build {name}", building[1:], copying[1:], "MB/s", MUST_BUILD),
        row(f"send {name}", sending[1:], copying[1:], "MB/s", None),
    ]


def _deposited(officer: Person, folder: Path) -> str:
    """Take in a digital exhibit with FILES files of SIZE bytes in all; return its stream."""
    case, exhibit = doors.open_case(officer, "BENCH-1"), f"exhibit/{uuid.uuid4()}"
    names = sorted(str(uuid.uuid4()) for _ in range(FILES))
    body = examples.digital(names)
    for name in names:
        large_bundles.noise(folder / name, SIZE // FILES)
        found = replace(Large.at(folder / name), file=name, exhibit=exhibit)
        large.deposit(officer, found)
        declared = found.declared
        body[f"files/{name}/digests"] = {
            "sha256": declared.sha256,
            "sha512": declared.sha512,
            "size": declared.size,
        }
        (folder / name).unlink()
    intake = examples.intake(case, "digital", names, collected_at=doors.COLLECTED)
    officer.write("exhibit.received.v1", exhibit, intake, body, new=True)
    return exhibit


def _plain_copies(store: S3Client, folder: Path) -> list[str]:
    """Put files of the same sizes into the store, as they are; return their keys."""
    large_bundles.noise(folder / "plain", SIZE // FILES)
    keys = [f"files/plain-{number}" for number in range(FILES)]
    for key in keys:
        store.upload_file(str(folder / "plain"), "evidence", key)
    return keys


def _download(officer: Person, told: Mapping[str, object], target: Path) -> None:
    path = f"/bundles/{str(told['bundle']).partition('/')[2]}/zip"
    with officer.client.stream("GET", path, timeout=600) as response, target.open("wb") as file:
        for piece in response.iter_raw(MIB):
            file.write(piece)
    if target.stat().st_size != told["size"]:
        raise AssertionError(response)


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

"""Programs that check the log: one over Go's own Merkle trees and notes, and PyPI's tlog-scales."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tlog import Checkpoint, ConsistencyProofInvalid, InclusionProofInvalid

from tests.support.foreign.handed import Handed, Refused, flipped, ran, rezipped
from tests.support.tree import ROOT

GOCODE = Path("/usr/share/gocode")
SOURCE = ROOT / "tests/conformance/go/main.go"
BUILT = ROOT / "build/go"
EVERY = 50  # of so many entries one has its inclusion proved by tlog-scales


@dataclass(frozen=True)
class Audit:
    """The Go program, built."""

    program: Path

    def __call__(self, command: str, *arguments: str | Path, key: str) -> tuple[int, str]:
        """Return exit status and what was said."""
        line = [self.program, command, "-key", key, *arguments]
        done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)
        return done.returncode, done.stdout + done.stderr


@cache
def built() -> Audit:
    """Build the Go program; what was compiled once is kept in build/."""
    BUILT.mkdir(parents=True, exist_ok=True)
    program = BUILT / f"audit-{os.getpid()}"
    environment = os.environ | {
        "GO111MODULE": "off",
        "GOPATH": str(GOCODE),
        "GOFLAGS": "",
        "GOCACHE": str(BUILT / "cache"),
    }
    subprocess.run(["go", "build", "-o", program, SOURCE], env=environment, check=True, timeout=280)
    final = BUILT / "audit"
    program.replace(final)
    return Audit(final)


def go_log(handed: Handed) -> list[str]:
    """Audit the copy of the log: signature, witnesses, every entry and tile, inclusion, consistency with anchors."""
    (key,) = handed.vkeys("log")
    older = [each for bag in handed.bags() for each in sorted((bag / "data/anchors").glob("*.checkpoint"))]
    older += [bag / "data/checkpoint" for bag in handed.bags()]
    said = ran([built().program, "log", "-key", key, *_witnesses(handed), handed.folder / "log", *older])
    return [f"log with {len(older)} older checkpoints: {said.strip()}"]


def alter_tile(handed: Handed) -> None:
    """Turn one bit of an entry in the copy of the log."""
    bundle = next(each for each in sorted((handed.folder / "log/tile/entries").rglob("*")) if each.is_file())
    bundle.write_bytes(flipped(bundle.read_bytes(), 300))


def go_bundles(handed: Handed) -> list[str]:
    """Audit each bundle: the checkpoint with its witnesses, every entry's inclusion, consistency of anchors."""
    (key,) = handed.vkeys("log")
    line: list[str | Path] = [built().program, "bundle", "-key", key, *_witnesses(handed)]
    return [f"{bag.name}: {ran([*line, bag]).strip()}" for bag in handed.bags()]


def alter_entry(handed: Handed) -> None:
    """Turn one bit of an entry in a bundle."""

    def change(files: dict[str, bytes]) -> None:
        name = "data/entries.jsonl"
        files[name] = flipped(files[name], files[name].index(b'"occurred_at":"20') + 17)

    rezipped(handed.zips[0], change)


def go_receipts(handed: Handed) -> list[str]:
    """Audit each receipt of the folder with its entry: those beside bundles, those of the acts' replies."""
    (key,) = handed.vkeys("log")
    line: list[str | Path] = [built().program, "receipt", "-key", key]
    proofs = sorted((handed.folder / "receipts").glob("*.tlog-proof"))
    files = [[each] for each in sorted(handed.folder.glob("*.receipt"))]
    files += [[each, each.with_suffix(".entry")] for each in proofs]
    found = [f"{each[0].name}: {ran([*line, *each]).strip()}" for each in files]
    if not found:
        raise Refused("there is no receipt")
    return found


def alter_receipt(handed: Handed) -> None:
    """Turn one bit of the entry of a receipt."""
    names = [*handed.folder.glob("*.receipt"), *(handed.folder / "receipts").glob("*.entry")]
    file = min(names)
    file.write_bytes(flipped(file.read_bytes(), 100))


def _witnesses(handed: Handed) -> list[str | Path]:
    """Return the options that demand the cosignature of each witness that stands on the copy's checkpoint.

    Whether they are enough is the policy's matter; that they are good is this program's.
    """
    lines = (handed.folder / "log/checkpoint").read_text().splitlines()
    names = {line.split()[1] for line in lines if line.startswith("— ")}
    wanted = [vkey for vkey in handed.vkeys("witness") if vkey.partition("+")[0] in names]
    return [word for vkey in wanted for word in ("-witness", vkey)]


def tlog_scales(handed: Handed) -> list[str]:
    """Let tlog-scales read the copy of the log: checkpoint, inclusion of entries, consistency with the bundles'."""
    (key,) = map(Vkey.from_string, handed.vkeys("log"))
    reader = TilesReader(LocalBackend(handed.folder / "log"))
    found = []
    try:
        newest = reader.get_checkpoint()
        newest.verify(key)
        leaves = _leaves(handed.folder / "log", newest.size)
        for index in {*range(0, newest.size, EVERY), newest.size - 1}:
            reader.get_inclusion_proof(index, newest.size).check(leaves[index], newest.root_hash)
        found.append(f"{newest.size} entries")
        for bag in handed.bags():
            old = Checkpoint.from_text((bag / "data/checkpoint").read_text())
            old.verify(key)
            _tied(reader, old, newest)
            found.append(f"{bag.name}: consistent from {old.size} on")
    except (
        ValueError,
        RuntimeError,
        InvalidSignature,
        ConsistencyProofInvalid,
        InclusionProofInvalid,
    ) as fault:
        raise Refused(f"tlog-scales: {fault!r}") from fault
    return found


def _tied(reader: TilesReader, old: Checkpoint, newest: Checkpoint) -> None:
    if old.size < newest.size:
        tie = reader.get_consistency_proof(old.size, newest.size)
        tie.check(old.root_hash, newest.root_hash)
    elif (old.size, old.root_hash) != (newest.size, newest.root_hash):
        raise Refused(f"tlog-scales: the log has {newest.size} entries, a bundle's checkpoint {old.size}")


def _leaves(log: Path, size: int) -> list[bytes]:
    """Return the leaf hashes of the entry bundles, by nothing but hashlib."""
    found = []
    for number in range((size + 255) // 256):
        count = min(256, size - 256 * number)
        grouped = "/".join(["x" + each for each in _groups(number)[:-1]] + _groups(number)[-1:])
        whole = log / "tile/entries" / grouped
        data = (whole if whole.is_file() else Path(f"{whole}.p") / str(count)).read_bytes()
        for _ in range(count):
            length = int.from_bytes(data[:2], "big")
            found.append(sha256(b"\0" + data[2 : 2 + length]).digest())
            data = data[2 + length :]
    return found


def _groups(number: int) -> list[str]:
    text = str(number)
    text = text.zfill(-(-len(text) // 3) * 3)
    return [text[at : at + 3] for at in range(0, len(text), 3)]


def alter_hash(handed: Handed) -> None:
    """Turn one bit of a hash in each tile of the lowest level."""
    for tile in sorted((handed.folder / "log/tile/0").rglob("*")):
        if tile.is_file():
            tile.write_bytes(flipped(tile.read_bytes(), 5))

"""A program over the Go project's own Merkle trees and notes audits what we publish, and refuses tampered copies."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from events.checkpoint import LogKey
from events.opening import open_database
from events.policy import parse_policy
from events.publishing.mirror import mirror
from events.publishing.receipts import ReceiptUpgrade
from storage.memory_objects import FolderObjects
from tests.support import ledgers, publishing
from tests.support.composing import seed
from tests.support.foreign import logs
from tests.support.publishing import LOG_KEYS, Press
from tests.support.witnesses import running, signers

pytestmark = pytest.mark.programs("go")

HERE = Path(__file__).parent
TESSERA = HERE.parent / "vectors/third_party/tessera/log"
TESSERA_KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
KEY = LOG_KEYS.ed25519.vkey
SIZES = [1, 2, 255, 256, 257, 1500]
LARGEST = SIZES[-1]


@dataclass(frozen=True)
class Audit:
    """The program, under the ledger's key where no other is given."""

    program: logs.Audit

    def __call__(self, command: str, *arguments: str | Path, key: str = KEY) -> tuple[int, str]:
        """Return exit status and what was said."""
        return self.program(command, *arguments, key=key)


@pytest.fixture(scope="session")
def audit() -> Audit:
    """Build the program with Debian's Go and its module."""
    return Audit(logs.built())


@dataclass(frozen=True)
class Published:
    """A ledger that was published at each of SIZES: a mirrored folder, and checkpoint, receipt, entry of each size."""

    folder: Path
    press: Press

    def log(self, size: int) -> Path:
        """Return the folder as it was copied at a size."""
        return self.folder / str(size)

    def older(self) -> list[Path]:
        """Return the checkpoints of all sizes."""
        return [self.log(size) / "checkpoint" for size in SIZES]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """Publish with a witness that cosigns, and copy the log at each size."""
    folder = tmp_path_factory.mktemp("published")
    with ExitStack() as stack:
        witness = stack.enter_context(running(folder, "w1", LOG_KEYS.vkeys))
        policy = f"log {KEY}\n{witness.line()}quorum w1\n"
        press = publishing.open_press(open_database(folder / "ledger.sqlite"))
        press = replace(press, policy=parse_policy(policy.encode()))
        for size in SIZES:
            press.grow(size)
            press.publisher.run_once()
            mirror(press.log, FolderObjects(folder / str(size)))
            _write_receipts(press, folder, size)
        yield Published(folder, press)


def _write_receipts(press: Press, folder: Path, size: int) -> None:
    upgrade = ReceiptUpgrade(press.office.ledger, press.publisher.record, press.policy)
    for kind, receipt in (
        ("signed", press.office.ledger.receipt(size - 1)),
        ("witnessed", upgrade.upgraded(size // 2).receipt),
    ):
        (folder / f"{size}.{kind}.tlog-proof").write_bytes(receipt.proof)
        (folder / f"{size}.{kind}.entry").write_bytes(receipt.entry)


def witness_key() -> str:
    """Return the vkey of the witness that cosigned."""
    return signers("w1")[0].cosigner.vkey


@pytest.mark.parametrize("size", SIZES)
def test_it_accepts_a_published_log(audit: Audit, published: Published, size: int) -> None:
    """Signature, cosignature, every entry and tile, inclusion, and consistency with all older checkpoints hold."""
    older = [path for path in published.older() if int(path.parent.name) <= size]
    assert (0, "OK\n") == audit("log", "-witness", witness_key(), published.log(size), *older)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["signed", "witnessed"])
def test_it_accepts_receipts(audit: Audit, published: Published, size: int, kind: str) -> None:
    """The receipt of an act's reply and the upgraded one hold for the entry; the upgraded one with its witness."""
    files = [published.folder / f"{size}.{kind}.{ending}" for ending in ("tlog-proof", "entry")]
    witness = ["-witness", witness_key()] if kind == "witnessed" else []
    assert (0, "OK\n") == audit("receipt", *witness, *files)


def test_it_accepts_the_log_of_a_third_program(audit: Audit) -> None:
    """The program is fair: a log that Tessera wrote holds too, with its 15 older checkpoints."""
    older = [TESSERA / f"checkpoint.{size}" for size in range(1, 16)]
    assert (0, "OK\n") == audit("log", TESSERA, *older, key=TESSERA_KEY)


def flip(path: Path, at: int = 5) -> None:
    """Change one bit of a file."""
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


def _swap(one: Path, two: Path) -> None:
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)


def _edit(log: Path, old: bytes, new: bytes) -> None:
    path = log / "checkpoint"
    found = path.read_bytes()
    assert old in found
    path.write_bytes(found.replace(old, new, 1))


def _witness_line(log: Path) -> bytes:
    lines = (log / "checkpoint").read_bytes().splitlines(keepends=True)
    return next(line for line in lines if b"witness.example.org" in line)


def _edit_witness(log: Path) -> None:
    line = _witness_line(log)
    middle = len(line) - 20
    _edit(
        log, line, line[:middle] + (b"A" if line[middle : middle + 1] != b"A" else b"B") + line[middle + 1 :]
    )


def _drop_witness(log: Path) -> None:
    _edit(log, _witness_line(log), b"")


TAMPERING: dict[str, tuple[Callable[[Path], object], str]] = {
    "an entry": (lambda log: flip(log / "tile/entries/002", 300), "another root"),
    "an entry's length": (lambda log: flip(log / "tile/entries/002", 1), ""),
    "the last bundle": (lambda log: flip(log / "tile/entries/005.p/220", -1), "another root"),
    "a leaf hash": (lambda log: flip(log / "tile/0/001", 40), "tile/0/001 is not what the entries give"),
    "a hash of level 1": (lambda log: flip(log / "tile/1/000.p/5", 70), "tile/1/000.p/5 is not"),
    "two bundles swapped": (
        lambda log: _swap(log / "tile/entries/001", log / "tile/entries/002"),
        "another root",
    ),
    "a tile gone": (lambda log: (log / "tile/0/003").unlink(), "no such file"),
    "a bundle gone": (lambda log: (log / "tile/entries/003").unlink(), "no such file"),
    "a shorter tile": (lambda log: (log / "tile/0/003").write_bytes(b"x" * 32), "has 32 bytes"),
    "the size": (lambda log: _edit(log, b"\n1500\n", b"\n1499\n"), "invalid signature"),
    "the root": (lambda log: flip(log / "checkpoint", 40), "checkpoint"),
    "the cosignature": (_edit_witness, "invalid signature"),
    "no cosignature": (_drop_witness, "has not signed"),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_it_refuses_a_tampered_log(audit: Audit, published: Published, tmp_path: Path, what: str) -> None:
    """Each change is found, and named where the program can."""
    log = tmp_path / "log"
    shutil.copytree(published.log(LARGEST), log)
    change, said = TAMPERING[what]
    change(log)

    status, text = audit("log", "-witness", witness_key(), log, *published.older())

    assert 1 == status
    assert said in text


def test_it_refuses_a_rewritten_history(audit: Audit, published: Published, tmp_path: Path) -> None:
    """A log rewritten whole, with the real key, is sound in itself, and not consistent with an older checkpoint."""
    other = publishing.open_press(open_database(tmp_path / "other.sqlite"), 200)
    other.office.receive("planted", case=ledgers.CASE)
    other.grow(300)
    other.publisher.run_once()
    mirror(other.log, FolderObjects(tmp_path / "log"))

    assert 0 == audit("log", tmp_path / "log")[0]
    status, text = audit("log", tmp_path / "log", published.log(257) / "checkpoint")
    assert (1, True) == (status, "257" in text)


@pytest.mark.parametrize("what", ["entry", "path", "index", "checkpoint", "key"])
def test_it_refuses_a_tampered_receipt(audit: Audit, published: Published, tmp_path: Path, what: str) -> None:
    """Another entry, hash, index, checkpoint or key: refused."""
    proof, entry = tmp_path / "a.tlog-proof", tmp_path / "a.entry"
    shutil.copy(published.folder / "257.witnessed.tlog-proof", proof)
    shutil.copy(published.folder / "257.witnessed.entry", entry)
    key = KEY
    if what == "entry":
        entry.write_bytes(entry.read_bytes() + b"\n")
    elif what == "path":
        flip(proof, proof.read_bytes().index(b"\n", 30) + 5)
    elif what == "index":
        proof.write_bytes(proof.read_bytes().replace(b"index 128\n", b"index 129\n", 1))
    elif what == "checkpoint":
        proof.write_bytes(proof.read_bytes().replace(b"\n257\n", b"\n256\n", 1))
    else:
        key = LogKey.from_seed(LOG_KEYS.origin, seed("other")).vkey

    assert 1 == audit("receipt", proof, entry, key=key)[0]


def test_tlog_scales_reads_the_same_folder(published: Published) -> None:
    """A third program, from the package index, reads the folder: checkpoint, proofs of inclusion and consistency."""
    from tlog_scales.backend import LocalBackend  # noqa: PLC0415 - beside its only use
    from tlog_scales.reader import TilesReader  # noqa: PLC0415
    from tlog_scales.signing import Vkey  # noqa: PLC0415

    ledger = published.press.office.ledger
    reader = TilesReader(LocalBackend(published.log(LARGEST)))
    checkpoint = reader.get_checkpoint()
    checkpoint.verify(Vkey.from_string(KEY))
    assert (LARGEST, ledger.head().root) == (checkpoint.size, checkpoint.root_hash)
    for index in (0, 255, 256, 1023, LARGEST - 1):
        assert ledger.inclusion(index, LARGEST) == reader.get_inclusion_proof(index, LARGEST).node_hashes
    for size in SIZES[:-1]:
        assert ledger.consistency(size, LARGEST) == reader.get_consistency_proof(size, LARGEST).node_hashes

"""Receipts: each is checked against what was signed before it is kept, and can be checked again at any time."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from custody_cli import answers, private_files
from custody_cli.compose import ACT_PREFIX
from custody_cli.faults import IntegrityFault, NotThere
from custody_cli.pins import Pin
from custody_cli.profile import Profile
from custody_verifier import canonical
from custody_verifier.canonical import Json
from custody_verifier.entry import Entry, read_entry
from custody_verifier.errors import Failed, VerifierError
from custody_verifier.merkle import check_inclusion, leaf_hash
from custody_verifier.note import Checkpoint
from custody_verifier.receipt import Receipt, read_receipt


@dataclass(frozen=True, slots=True)
class Kept:
    """A receipt that holds: the entry, as `data` and as read, where it stands, the proof and the checkpoint in it."""

    index: int
    data: bytes
    entry: Entry
    proof: bytes
    checkpoint: Checkpoint
    note: bytes


def read(pin: Pin, told: Json) -> Kept:
    """Return a receipt as the server tells it, `{index, entry, proof}`, after its proof. Raises IntegrityFault."""
    data = answers.from_base64(answers.text(told, "entry"), "entry")
    return check(pin, answers.whole(told, "index"), data, answers.text(told, "proof").encode())


def check(pin: Pin, index: int, data: bytes, proof: bytes) -> Kept:
    """Return the receipt after proof that these entry bytes stand at `index` of the pinned ledger."""
    try:
        receipt = read_receipt(proof)
        checkpoint = pin.check(receipt.checkpoint)
        _require_leaf(receipt, index, data, checkpoint)
        entry = read_entry(data)
    except VerifierError as fault:
        raise IntegrityFault("receipt.not-proven", index=index, reason=str(fault)) from fault
    return Kept(index, data, entry, proof, checkpoint, receipt.checkpoint)


def require_of(kept: Kept, submitted: dict[str, Json]) -> None:
    """Raise IntegrityFault unless a receipt is of exactly the act and signature that were sent."""
    if kept.entry.act.message != ACT_PREFIX + canonical.write(submitted["act"]):
        raise IntegrityFault("receipt.other-act", index=kept.index)
    recorded = canonical.read(kept.data, "entry")
    if answers.within(recorded, "signature") != submitted["signature"]:
        raise IntegrityFault("receipt.other-signature", index=kept.index)


def keep(profile: Profile, kept: Kept) -> None:
    """Keep a receipt: the entry's bytes and the proof, under the entry's index."""
    folder = profile.folder / "receipts"
    private_files.write(folder / f"{kept.index}.entry", kept.data)
    private_files.write(folder / f"{kept.index}.tlog-proof", kept.proof)


def read_files(pin: Pin, proof: Path) -> Kept:
    """Return the receipt of a `.tlog-proof` file with the `.entry` beside it, after its proof by the pinned log.

    Raises IntegrityFault when it proves nothing, or an entry of another ledger.
    """
    data, entry = proof.with_suffix(".tlog-proof").read_bytes(), proof.with_suffix(".entry").read_bytes()
    try:
        index = read_receipt(data).index
    except VerifierError as fault:
        raise IntegrityFault("receipt.not-proven", index=proof.stem, reason=str(fault)) from fault
    kept = check(pin, index, entry, data)
    if (kept.entry.act.ledger or sha256(entry).hexdigest()) != pin.ledger:
        raise IntegrityFault("receipt.other-ledger", index=index)
    return kept


def load(profile: Profile, pin: Pin, index: int) -> Kept:
    """Return a kept receipt, checked again."""
    entry, proof = (profile.folder / "receipts" / f"{index}.{ending}" for ending in ("entry", "tlog-proof"))
    if not (entry.is_file() and proof.is_file()):
        raise NotThere("receipt.none", index=index)
    return check(pin, index, entry.read_bytes(), proof.read_bytes())


def indices(profile: Profile) -> list[int]:
    """Return the indices of the entries whose receipts are kept."""
    files: list[Path] = list((profile.folder / "receipts").glob("*.entry"))
    return sorted(int(each.stem) for each in files if each.stem.isdecimal())


def _require_leaf(receipt: Receipt, index: int, data: bytes, checkpoint: Checkpoint) -> None:
    if receipt.index != index:
        raise Failed(f"the proof is of entry {receipt.index}")
    check_inclusion(leaf_hash(data), index, checkpoint.size, receipt.path, checkpoint.root)

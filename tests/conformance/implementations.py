"""Both implementations of the formats behind one face: the ledger's own and the verifier's, which share no code."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import pytest

import custody.canonical
import custody.errors
import custody_verifier.canonical
import custody_verifier.errors
import custody_verifier.keys
import custody_verifier.merkle
import custody_verifier.note
import custody_verifier.receipt
import events.checkpoint
import events.merkle
import events.note
import events.proofs
import events.public_keys
import events.receipt

Tree: TypeAlias = tuple[str, int, bytes]
"""Origin, size and root of a checkpoint."""


@dataclass(frozen=True, kw_only=True)
class Implementation:
    """What a format's reader can be asked; everything raises one of `refusals` or returns."""

    name: str
    refusals: tuple[type[Exception], ...]
    leaf_hash: Callable[[bytes], bytes]
    check_inclusion: Callable[[bytes, int, int, Sequence[bytes], bytes], None]
    check_consistency: Callable[[int, bytes, int, bytes, Sequence[bytes]], None]
    signed_text: Callable[[bytes, str], str]
    """Text of a note, of which the key with this vkey must be a signer."""
    check_vkey: Callable[[str], object]
    read_checkpoint_text: Callable[[str], Tree]
    open_checkpoint: Callable[[bytes, str], Tree]
    read_receipt: Callable[[bytes], tuple[int, tuple[bytes, ...], bytes, bytes | None]]
    check_receipt: Callable[[bytes, bytes, str], Tree]
    """Tree of a receipt's checkpoint, from the receipt, the entry and the log's vkey."""
    read_canonical: Callable[[bytes], object]
    check_key: Callable[[str, bytes], object]
    check_signature: Callable[[str, bytes, bytes, bytes], None]


def _ledger_text(note: bytes, vkey: str) -> str:
    return events.note.open_note(note, [events.note.parse_vkey(vkey)])[0].text


def _ledger_tree(checkpoint: events.checkpoint.Checkpoint) -> Tree:
    return checkpoint.origin, checkpoint.size, checkpoint.root


def _ledger_receipt(data: bytes) -> tuple[int, tuple[bytes, ...], bytes, bytes | None]:
    receipt = events.receipt.parse_receipt(data)
    return receipt.index, receipt.path, receipt.checkpoint, receipt.extra


LEDGER = Implementation(
    name="ledger",
    refusals=(custody.errors.Malformed, custody.errors.NotProven, custody.errors.SignatureRefused),
    leaf_hash=events.merkle.leaf_hash,
    check_inclusion=events.proofs.verify_inclusion,
    check_consistency=events.proofs.verify_consistency,
    signed_text=_ledger_text,
    check_vkey=events.note.parse_vkey,
    read_checkpoint_text=lambda text: _ledger_tree(events.checkpoint.parse_checkpoint(text)),
    open_checkpoint=lambda note, vkey: _ledger_tree(
        events.checkpoint.open_checkpoint(note, events.note.parse_vkey(vkey))
    ),
    read_receipt=_ledger_receipt,
    check_receipt=lambda data, entry, vkey: _ledger_tree(
        events.receipt.parse_receipt(data).verify(entry, events.note.parse_vkey(vkey))
    ),
    read_canonical=custody.canonical.parse,
    check_key=events.public_keys.read_public_key,
    check_signature=events.public_keys.verify,
)


def _verifier_text(note: bytes, vkey: str) -> str:
    read = custody_verifier.note.read_note(note)
    custody_verifier.note.check_note(read, custody_verifier.note.read_vkey(vkey))
    return read.text


def _verifier_tree(checkpoint: custody_verifier.note.Checkpoint) -> Tree:
    return checkpoint.origin, checkpoint.size, checkpoint.root


def _verifier_receipt(data: bytes) -> tuple[int, tuple[bytes, ...], bytes, bytes | None]:
    receipt = custody_verifier.receipt.read_receipt(data)
    return receipt.index, receipt.path, receipt.checkpoint, receipt.extra


def _verifier_check_receipt(data: bytes, entry: bytes, vkey: str) -> Tree:
    receipt = custody_verifier.receipt.read_receipt(data)
    log = custody_verifier.note.read_vkey(vkey)
    return _verifier_tree(custody_verifier.receipt.check_receipt(receipt, entry, log))


VERIFIER = Implementation(
    name="verifier",
    refusals=(custody_verifier.errors.VerifierError,),
    leaf_hash=custody_verifier.merkle.leaf_hash,
    check_inclusion=custody_verifier.merkle.check_inclusion,
    check_consistency=custody_verifier.merkle.check_consistency,
    signed_text=_verifier_text,
    check_vkey=custody_verifier.note.read_vkey,
    read_checkpoint_text=lambda text: _verifier_tree(
        custody_verifier.note.read_checkpoint(custody_verifier.note.Note(text, ()))
    ),
    open_checkpoint=lambda note, vkey: _verifier_tree(
        custody_verifier.note.check_checkpoint(note, custody_verifier.note.read_vkey(vkey))
    ),
    read_receipt=_verifier_receipt,
    check_receipt=_verifier_check_receipt,
    read_canonical=lambda data: custody_verifier.canonical.read(data, ""),
    check_key=custody_verifier.keys.check_key,
    check_signature=custody_verifier.keys.check_signature,
)

both = pytest.mark.parametrize("implementation", [LEDGER, VERIFIER], ids=lambda each: each.name)

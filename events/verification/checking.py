"""What needs no other entry: the form of the bytes, the leaf hash, the signature. Runs in processes of its own."""

from __future__ import annotations

from binascii import a2b_base64
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from custody.act import ACT_PREFIX, Entry, read_entry
from custody.errors import Malformed, SignatureRefused, TooLarge
from events.batch import signed_message
from events.public_keys import read_public_key, verify
from events.signatures import KEY_ADDED, require_proof
from events.verification.plain import plain_entry

UNREADABLE: Final = "entry.unreadable"
SIGNATURE: Final = "signature.refused"
UNKNOWN_KEY: Final = "key.unknown"
PROOF: Final = "key.no-proof"

Keys = Mapping[bytes, bytes]
"""Fingerprint, as ASCII hex, to SPKI DER."""


class Fault(NamedTuple):
    """What is wrong with the entry at a place of its piece."""

    place: int
    code: str
    reason: str


class Checked(NamedTuple):
    """The leaf hashes of a piece, joined, and its faults; an entry without one is good in itself."""

    leaves: bytes
    faults: list[Fault]


_last_batch: dict[bytes, bytes] = {}


def check_entries(entries: Sequence[bytes], keys: Keys) -> Checked:
    """Check each entry by itself (entry-v1; ledger-v1 sections 2.1, 7 and 8); `keys` hold those that it may name."""
    faults: list[Fault] = []
    for place, data in enumerate(entries):
        try:
            _check(data, keys)
        except (Malformed, TooLarge) as fault:
            faults.append(Fault(place, UNREADABLE, fault.message))
        except SignatureRefused as fault:
            faults.append(Fault(place, SIGNATURE, fault.reason))
        except KeyError:
            faults.append(Fault(place, UNKNOWN_KEY, "no entry brings the key that it names"))
        except ProofRefused as fault:
            faults.append(Fault(place, PROOF, str(fault)))
    leaves = b"".join([sha256(b"\x00" + data).digest() for data in entries])  # ledger-v1 2.1
    return Checked(leaves, faults)


class ProofRefused(Exception):
    """A session key did not sign its own enrolment. Never leaves this package."""


def _check(data: bytes, keys: Keys) -> None:
    plain = plain_entry(data)
    if plain is None:
        _check_any(read_entry(data), keys)
        return
    key = read_public_key("ed25519", keys[plain.key])
    key.verify(ACT_PREFIX + plain.act, a2b_base64(plain.signature))


def _check_any(entry: Entry, keys: Keys) -> None:
    """Check the signature of any readable entry; a batch is verified once (ledger-v1 8)."""
    act, signature = entry.act, entry.signature
    message = signed_message(act.message, signature.batch)
    spki = keys[act.key.encode()]
    shared = b"\x00".join((spki, signature.value, message)) if signature.batch else b""
    if not shared or _last_batch.get(b"") != shared:
        verify(signature.algorithm, spki, message, signature.value)
        if shared:
            _last_batch[b""] = shared
    if act.type == KEY_ADDED:
        try:
            require_proof(act)
        except (KeyError, Malformed):
            return  # its public members are not of its form: the rules say so
        except SignatureRefused as fault:
            raise ProofRefused(fault.reason) from fault

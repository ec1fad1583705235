"""The two halves of a transfer: the offer that is open, proved from its entry, and the receiver's own digests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from custody_cli import answers, evidence
from custody_cli.contact import Contact
from custody_cli.faults import Fault, IntegrityFault, NotThere
from custody_cli.intake.digests import sha256_of
from custody_cli.naming import Exhibit
from custody_verifier.canonical import Json

REHASH: Final = "rehash on acceptance"
_ENDS: Final = frozenset({"transfer.accepted.v1", "transfer.declined.v1", "transfer.withdrawn.v1"})


@dataclass(frozen=True, slots=True)
class Offer:
    """An open offer: the hash of its act."""

    act: str


def open_offer(contact: Contact, found: Exhibit, *, to: str | None = None, by: str | None = None) -> Offer:
    """Return the offer of an exhibit that is open, made `to` or `by` the officer. Raises NotThere."""
    for each in evidence.backwards(contact, found.head):
        act = each.entry.act
        if act.type in _ENDS:
            break
        if act.type == "transfer.offered.v1":
            if (to is not None and act.public.get("to") != to) or (by is not None and act.person != by):
                break
            return Offer(act.hash)
    raise NotThere("transfer.none", reference=found.reference)


def files_of(found: Exhibit) -> dict[str, str]:
    """Return the files of an exhibit with the SHA-256 that its intake disclosed, proved by the commitments."""
    listed = found.intake.entry.act.public.get("files")
    digests: dict[str, str] = {}
    for file in listed if isinstance(listed, list) else ():
        opened = found.intake.opened.get(f"files/{file}/digests")
        digests[str(file)] = "" if opened is None else answers.text(opened, "sha256")
    return digests


def unchecked(found: Exhibit) -> Json:
    """Return that no file was digested again; null for a physical exhibit."""
    files = files_of(found)
    if not files:
        return None
    return {"outcome": "not-checked", "files": dict.fromkeys(files, "not-checked"), "remarks": None}


def rehash(contact: Contact, found: Exhibit) -> Json:
    """Return the outcome of digesting each file here, as it comes from the server; null for a physical exhibit."""
    files = files_of(found)
    if not files:
        return None
    outcomes: dict[str, str] = {
        file: _outcome(contact, found, file, digest) for file, digest in files.items()
    }
    worst = next(each for each in ("mismatch", "not-checked", "match") if each in outcomes.values())
    return {"outcome": worst, "files": {**outcomes}, "remarks": None}


def _outcome(contact: Contact, found: Exhibit, file: str, digest: str) -> str:
    if not digest:
        return "not-checked"
    path = f"/exhibits/{found.uuid}/files/{file}/content"
    try:
        measured = sha256_of(contact.door.stream(path, {"Custody-Purpose": REHASH}))
    except IntegrityFault:
        return "mismatch"
    except Fault:
        return "not-checked"
    return "match" if measured == digest else "mismatch"

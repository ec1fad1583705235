"""What the officer's own tool checks of a ledger, whatever the server says: receipts kept here, chains, signatures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from custody_cli import answers, evidence, receipts
from custody_cli.contact import Contact
from custody_cli.evidence import Proved
from custody_cli.faults import Fault, IntegrityFault
from custody_cli.messages import say
from custody_cli.signers import Signers
from custody_verifier.canonical import Json
from custody_verifier.errors import Failed
from custody_verifier.merkle import check_inclusion, leaf_hash

Outcome = Literal["holds", "fails", "not-checked"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked here: how it came out, of how many, and what was found."""

    name: str
    outcome: Outcome
    count: int
    findings: tuple[str, ...]

    def to_json(self) -> dict[str, Json]:
        """Return the check as `--json` prints it."""
        return {
            "check": self.name,
            "outcome": self.outcome,
            "count": self.count,
            "findings": [*self.findings],
        }


def worst(outcomes: Iterable[str]) -> Outcome:
    """Return the worst of outcomes; of none at all: not checked."""
    found = set(outcomes)
    if "fails" in found:
        return "fails"
    return "holds" if found == {"holds"} else "not-checked"


def own_checks(contact: Contact, streams: Iterable[str]) -> Iterator[Check]:
    """Yield the checks that need no trust in the server, of these streams and of all receipts kept here."""
    yield Check("checkpoint", "holds", contact.seen.size, ())
    yield _receipts(contact)
    entries: list[Proved] = []
    yield _chains(contact, list(streams), entries)
    yield _signatures(contact, entries)


def _receipts(contact: Contact) -> Check:
    kept = receipts.indices(contact.profile)
    findings = [fault for index in kept for fault in _receipt_fault(contact, index)]
    return _check("receipts", len(kept), findings)


def _receipt_fault(contact: Contact, index: int) -> Iterator[str]:
    """Yield what is wrong with a receipt: its entry must stand at its index in the ledger as it is now."""
    try:
        kept = receipts.load(contact.profile, contact.pin, index)
        size, root = contact.seen.size, contact.seen.root
        if index >= size:
            yield say("check.receipt", index=index, reason=f"size {size}")
            return
        path = answers.hashes(contact.door.get("/inclusion", index=index, size=size), "path")
        check_inclusion(leaf_hash(kept.data), index, size, path, root)
    except Failed as fault:
        yield say("check.receipt", index=index, reason=fault.reason)
    except IntegrityFault as fault:
        yield fault.text()


def _chains(contact: Contact, streams: list[str], entries: list[Proved]) -> Check:
    findings = []
    for stream in streams:
        try:
            entries.extend(evidence.forwards(contact, evidence.head(contact, stream)))
        except IntegrityFault as fault:
            findings.append(fault.text())
    return _check("chain", len(entries), findings)


def _signatures(contact: Contact, entries: list[Proved]) -> Check:
    signers = Signers(contact)
    findings: list[str] = []
    unchecked = False
    for each in entries:
        try:
            reason = signers.fault_of(each.entry)
        except IntegrityFault as fault:
            reason = fault.text()
        except Fault:
            unchecked = True
            continue
        if reason is not None:
            findings.append(say("check.signature", index=each.index, reason=reason))
    found = _check("signatures", len(entries), findings)
    if unchecked and found.outcome == "holds":
        return Check(found.name, "not-checked", found.count, found.findings)
    return found


def _check(name: str, count: int, findings: list[str]) -> Check:
    outcome: Outcome = "fails" if findings else "holds" if count else "not-checked"
    return Check(name, outcome, count, tuple(findings))

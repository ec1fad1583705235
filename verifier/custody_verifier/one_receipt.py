"""Check one receipt with its entry (verdict-v1 section 6)."""

from __future__ import annotations

from hashlib import sha256

from custody_verifier import trust
from custody_verifier.bundle import grade
from custody_verifier.entry import read_entry
from custody_verifier.errors import Failed, Malformed
from custody_verifier.merkle import check_inclusion, leaf_hash
from custody_verifier.options import Options
from custody_verifier.receipt import Receipt
from custody_verifier.verdict import Basis, Findings, Question, Verdict

REQUIRED = frozenset({Question.INTEGRITY, Question.ORDER})


def check_one(entry: bytes, receipt: Receipt, options: Options) -> Verdict:
    """Return the verdict on an entry and its receipt. Raises Malformed when its checkpoint cannot be read."""
    findings = Findings()
    backing = trust.trust(options.policy, receipt.checkpoint, findings, "receipt.checkpoint")
    checkpoint = trust.read(receipt.checkpoint, "receipt.checkpoint")
    ledger = None
    try:
        found = read_entry(entry, newer=True)
        ledger = found.act.ledger or sha256(entry).hexdigest()
    except Malformed as fault:
        findings.add("entry.unreadable", "verdict-v1 3", str(fault), Question.INTEGRITY)
    try:
        check_inclusion(leaf_hash(entry), receipt.index, checkpoint.size, receipt.path, checkpoint.root)
        findings.count(Question.INTEGRITY)
        findings.count(Question.ORDER)
    except Failed as fault:
        questions = Question.INTEGRITY, Question.ORDER
        findings.add("entry.proof", "ledger-v1 6", fault.reason, *questions, entries=(receipt.index,))
    if options.ledger not in (None, ledger):
        words = f"the entry is of ledger {ledger}"
        findings.add("ledger.other", "verdict-v1 3", words, Question.ORDER, entries=(receipt.index,))
    basis = {Question.ORDER: Basis.ATTESTED}
    return Verdict(
        grade=grade(backing, stamped=False),
        answers={each: findings.answer(each, basis.get(each, Basis.CHECKED)) for each in Question},
        required=options.required or REQUIRED,
        subject={
            "at": None,
            "bundle": None,
            "kind": "receipt",
            "ledger": ledger,
            "made_at": None,
            "origin": checkpoint.origin,
            "size": checkpoint.size,
        },
        witnesses=trust.witnesses(backing),
    )

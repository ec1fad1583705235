"""A checkpoint under the reader's policy: who signed it, who stands behind it (log-v1 section 8, verdict-v1 3)."""

from __future__ import annotations

from custody_verifier import forms
from custody_verifier.canonical import Json
from custody_verifier.cosignatures import ED25519
from custody_verifier.errors import Failed
from custody_verifier.note import Checkpoint, read_checkpoint, read_note
from custody_verifier.policy import Backing, Policy, is_met, judge
from custody_verifier.verdict import Findings, Question, Weight

KINDS = frozenset({ED25519})
"""Types of cosignature that verdict version 1 rests on; the log's own line of type 0x01 beside them."""

CLAUSE = "verdict-v1 3"


def read(data: bytes, path: str) -> Checkpoint:
    """Return the checkpoint of a ledger's note, whoever signed it. Raises Malformed."""
    found = read_checkpoint(read_note(data, path), path)
    forms.LOG_ORIGIN(found.origin, f"{path}.origin")
    return found


def trust(policy: Policy | None, data: bytes, findings: Findings, path: str = "checkpoint") -> Backing | None:
    """Return who stands behind a checkpoint; None without a policy, or when it is refused."""
    integrity, authorship, order = Question.INTEGRITY, Question.AUTHORSHIP, Question.ORDER
    if policy is None:
        words = "no policy says which log to trust"
        findings.add("trust.none", CLAUSE, words, integrity, authorship, order, weight=Weight.NOT_CHECKED)
        return None
    try:
        backing = judge(policy, data, KINDS, path)
    except Failed as fault:
        findings.add("checkpoint.refused", CLAUSE, fault.reason, integrity, order)
        return None
    findings.count(order)
    if not backing.met:
        able = is_met(policy, {*backing.cosigned, *backing.uncounted})
        words = f"the policy asks for {backing.quorum}; cosigned by {', '.join(backing.cosigned) or 'none'}"
        weight = Weight.NOT_CHECKED if able else Weight.FAILS
        findings.add("checkpoint.quorum", CLAUSE, words, order, weight=weight)
    return backing


def witnesses(backing: Backing | None) -> dict[str, Json] | None:
    """Return what a verdict says of witnesses; None when nothing was judged."""
    if backing is None:
        return None
    return {
        "asked": backing.quorum,
        "counted": list[Json](sorted(backing.cosigned)),
        "missing": list[Json](sorted(backing.missing)),
        "not_judged": list[Json](sorted(backing.uncounted)),
    }

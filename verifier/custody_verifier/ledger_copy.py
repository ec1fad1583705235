"""Check a whole ledger in a copy of its log, nothing being disclosed (verdict-v1 section 6)."""

from __future__ import annotations

from pathlib import Path

from custody_verifier import trust
from custody_verifier.batches import Batches
from custody_verifier.bundle import grade
from custody_verifier.continuity import Continuity
from custody_verifier.copies import Copy
from custody_verifier.entry import read_entry
from custody_verifier.errors import Failed, Malformed
from custody_verifier.options import Options
from custody_verifier.signatures import Signatures
from custody_verifier.verdict import Basis, Findings, Question, Verdict, Weight
from custody_verifier.world import World

REQUIRED = frozenset({Question.INTEGRITY, Question.AUTHORSHIP, Question.ORDER, Question.CONTINUITY})


class Judge:
    """Judges the entries of a ledger one after another, from index 0 on."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.world = World(findings)
        self.continuity, self.signatures = Continuity(findings), Signatures(findings)
        self.batches = Batches(findings)
        self.hidden: list[int] = []

    def take(self, index: int, data: bytes) -> None:
        """Judge one entry."""
        try:
            entry = read_entry(data, newer=True)
        except Malformed as fault:
            words, question = str(fault), Question.INTEGRITY
            self.findings.add("entry.unreadable", "verdict-v1 3", words, question, entries=(index,))
            self.world.skip(index)
            return
        taken = self.world.take(index, entry, {})
        self.continuity.take(index, entry, {})
        self.hidden += [index] if entry.act.body else []
        self.batches.take(index, entry)
        if taken.key is not None:
            self.signatures.add(index, entry, taken.key, allowed=taken.allowed)

    def close(self, roots: dict[int, bytes]) -> None:
        """Add what can be said after the last entry; `roots` of the ledger's trees by size."""
        self.signatures.close()
        self.batches.close()
        self.world.close()
        self.continuity.close()
        for (size, root), index in self.world.seen.items():
            if roots.get(size, root) != root:
                words = f"the signer saw another tree of {size} entries"
                self.findings.add("order.seen", "entry-v1 8", words, Question.ORDER, entries=(index,))
        if self.hidden:
            words, question = "values are not opened", Question.INTEGRITY
            self.findings.add(
                "disclosure.withheld",
                "verdict-v1 3",
                words,
                question,
                entries=self.hidden,
                weight=Weight.NOTED,
            )


def check_log(folder: Path, options: Options) -> Verdict:
    """Return the verdict on a copy of the log. Raises Malformed when it has no checkpoint that can be read, OSError."""
    findings = Findings()
    copy = Copy.open(folder, range(0))
    copy.wanted = _Every()
    backing = trust.trust(options.policy, copy.note, findings)
    judge = Judge(findings)
    try:
        copy.read(judge.take)
        findings.count(Question.INTEGRITY, copy.checkpoint.size)
    except (Malformed, Failed) as fault:
        findings.add("log.refused", "log-v1 2", str(fault), Question.INTEGRITY, Question.ORDER)
    judge.close(copy.roots)
    if options.ledger not in (None, judge.world.states.ledger):
        words = f"entry 0 is {judge.world.states.ledger}"
        findings.add("ledger.other", "verdict-v1 3", words, Question.ORDER, entries=(0,))
    return Verdict(
        grade=grade(backing, stamped=False),
        answers={each: findings.answer(each, Basis.CHECKED) for each in Question},
        required=options.required or REQUIRED,
        subject={
            "at": None,
            "bundle": None,
            "kind": "log",
            "ledger": judge.world.states.ledger,
            "made_at": None,
            "origin": copy.checkpoint.origin,
            "size": copy.checkpoint.size,
        },
        witnesses=trust.witnesses(backing),
    )


class _Every(set[int]):
    """Every size: what each signer saw is compared."""

    def __contains__(self, size: object) -> bool:
        return True

"""Receipts from elsewhere: the issue of a bundle, or an entry that was left out of it (bundle-v1 section 10)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from custody_verifier import keys
from custody_verifier.entry import MAX_ENTRY, Act, Entry, read_entry, signed_message
from custody_verifier.errors import Failed, Malformed, VerifierError
from custody_verifier.merkle import check_inclusion, leaf_hash
from custody_verifier.note import Checkpoint
from custody_verifier.policy import Policy, judge
from custody_verifier.receipt import Receipt, read_receipt
from custody_verifier.states import States
from custody_verifier.trust import KINDS
from custody_verifier.verdict import Findings, Question, Weight
from custody_verifier.walk import NUMBERING

CLAUSE = "bundle-v1 10"
MAX_RECEIPT = 1_000_000 + MAX_ENTRY
_HEAD = b"c2sp.org/tlog-proof@v1\n"


def read_pair(receipt: bytes, entry: bytes | None) -> tuple[bytes, Receipt]:
    """Return entry and receipt, given together in one file, or apart. Raises Malformed."""
    if entry is None and not receipt.startswith(_HEAD):
        entry, _, receipt = receipt.partition(b"\n")
    if entry is None:
        raise Malformed("receipt", "comes without its entry")
    return entry, read_receipt(receipt)


def load_pair(path: Path) -> tuple[bytes, Receipt]:
    """Read a `.receipt`, or a `.tlog-proof` with its `.entry` beside it. Raises Malformed, OSError."""
    data = load(path, MAX_RECEIPT)
    beside = path.with_suffix(".entry")
    alone = data.startswith(_HEAD) and beside.exists()
    return read_pair(data, load(beside, MAX_ENTRY) if alone else None)


def load(path: Path, most: int) -> bytes:
    """Read a small file. Raises Malformed when it is over `most` bytes, OSError."""
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise Malformed(path.name, f"is longer than {most} bytes")
    return data


def goes_into(act: Act, case: str | None) -> bool:
    """Whether an act gives an exhibit a number in the case of the scope (None: the scope is no whole case)."""
    return case is not None and act.type in NUMBERING and act.public.get("case") == case


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Judges receipts against one bundle. `streams` are those that belong in it; `case` that of its scope."""

    policy: Policy | None
    checkpoint: Checkpoint
    leaves: dict[int, bytes]
    streams: set[str]
    case: str | None
    bundle: str
    sealed: str | None
    at: int
    states: States
    zip_sha256: str
    zip_size: int
    findings: Findings

    def check(self, path: Path) -> None:
        """Judge one receipt with its entry; findings are added. Raises OSError."""
        try:
            entry, receipt = load_pair(path)
            if self.policy is None:
                raise Failed("no policy says which log to trust")
            seen = judge(self.policy, receipt.checkpoint, KINDS, "receipt").checkpoint
            if seen.origin != self.checkpoint.origin:
                raise Failed("the receipt is of another ledger")
            check_inclusion(leaf_hash(entry), receipt.index, seen.size, receipt.path, seen.root)
            found = read_entry(entry, newer=True)
        except VerifierError as fault:
            self._order("receipt.refused", str(fault), weight=Weight.NOT_CHECKED)
            return
        if seen.size == self.checkpoint.size and seen.root != self.checkpoint.root:
            self._order("order.fork", "the receipt's tree of the same size has another root")
        elif (found.act.type, found.act.stream) == ("bundle.issued.v1", self.bundle):
            self._issued(found, receipt.index)
        else:
            self._other(found, receipt.index, leaf_hash(entry))

    def _issued(self, issued: Entry, index: int) -> None:
        public, question = issued.act.public, Question.INTEGRITY
        try:
            self._check_service(issued)
        except VerifierError as fault:
            self._order("receipt.refused", str(fault), index, weight=Weight.NOT_CHECKED)
            return
        self.findings.count(question)
        if (public.get("sha256"), public.get("size")) == (self.zip_sha256, self.zip_size):
            words = f"issued as entry {index}: every byte of the zip is authenticated"
            self.findings.add("bundle.issued", CLAUSE, words, question, entries=(index,), weight=Weight.NOTED)
        else:
            words = "the zip is not the one that was issued"
            self.findings.add("bundle.altered", CLAUSE, words, question, entries=(index,))

    def _check_service(self, issued: Entry) -> None:
        """The service issued it, after this sealing, with a key of its own."""
        person = self.states.persons.get(issued.act.person)
        key = None if person is None else person.keys.get(issued.act.key)
        if person is None or key is None or "service" not in person.roles:
            raise Failed("the issue is not by the service")
        if issued.act.public.get("sealed") != self.sealed:
            raise Failed("the issue is of another sealing")
        if issued.signature.algorithm != key.algorithm:
            raise Failed("the signature is of another algorithm than the key")
        message = signed_message(issued.act.message, issued.signature.batch)
        keys.check_signature(key.algorithm, key.spki, message, issued.signature.value)

    def _other(self, found: Entry, index: int, leaf: bytes) -> None:
        act, here = found.act, self.leaves.get(index)
        belongs = act.stream in self.streams or goes_into(act, self.case)
        if here is not None and here != leaf:
            self._order("order.fork", f"another entry {index} was proved to somebody else", index)
        elif here is None and index < self.at and belongs and act.stream != self.bundle:
            words = f"{act.type} of {act.stream} has a receipt, belongs in this bundle, and is not here"
            self._order("entry.left-out", words, index)
        else:
            words = f"entry {index} is in the ledger and says nothing against this bundle"
            self._order("receipt.beside", words, index, weight=Weight.NOTED)

    def _order(self, code: str, words: str, *entries: int, weight: Weight = Weight.FAILS) -> None:
        self.findings.add(code, CLAUSE, words, Question.ORDER, entries=entries, weight=weight)

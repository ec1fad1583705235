"""Check a court bundle: all six questions, in the order of verdict-v1 section 3."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from custody_verifier import trust
from custody_verifier.anchors import MAX_NOTE, Anchors, Brackets
from custody_verifier.archive import PIECE, Archive
from custody_verifier.bag import Facts, check_bag, digest_all, require_files
from custody_verifier.completeness import Completeness, check_ledger
from custody_verifier.copies import Copy
from custody_verifier.entry import read_entry
from custody_verifier.errors import Failed, Malformed
from custody_verifier.files import check_files, recognise, recorded_files
from custody_verifier.merkle import leaf_hash
from custody_verifier.note import Checkpoint, LogKey
from custody_verifier.options import Options
from custody_verifier.outside import Outside, goes_into
from custody_verifier.pieces import Cutting
from custody_verifier.policy import Backing, judge
from custody_verifier.records import Header, read_consistency, read_header, read_heads
from custody_verifier.states import States
from custody_verifier.text import base64_text
from custody_verifier.verdict import Basis, Findings, Grade, Question, Verdict, Weight
from custody_verifier.walk import Walk
from custody_verifier.workers import checked
from custody_verifier.world import World

CLAUSE = "verdict-v1 3"
MAX_HEADS = 64 << 20


@dataclass(slots=True)
class Check:
    """One check of one bundle, step by step."""

    archive: Archive
    options: Options
    header: Header
    note: bytes
    checkpoint: Checkpoint
    findings: Findings = field(default_factory=Findings)

    def run(self) -> Verdict:
        """Return the verdict. Raises Malformed for records that cannot be read."""
        backing = trust.trust(self.options.policy, self.note, self.findings)
        brackets = self._anchors(backing)
        heads = read_heads(self.archive)
        own = self.header.text("bundle")
        states = States(scope=frozenset({*heads, own}))
        walk = Walk(
            world=World(self.findings, states),
            brackets=brackets,
            findings=self.findings,
            bundle=own,
        )
        tree = self.checkpoint.size, self.checkpoint.root
        walk.go(checked(self.archive.path, Cutting(self.archive).pieces(), *tree))
        walk.finish_time(judged=self.options.tsa is not None)
        complete = Completeness(
            walk=walk,
            header=self.header,
            heads=heads,
            heads_bytes=self.archive.read("data/heads.jsonl", MAX_HEADS),
            top=self.archive.top,
            checkpoint=self.checkpoint,
            findings=self.findings,
        )
        complete.check()
        files = self._bytes(complete)
        self._people(walk)
        check_ledger(walk.first, self.checkpoint, self.options.ledger, self._vkeys(), self.findings)
        scanned = self._log(complete)
        self._seen(walk, brackets)
        self._receipts(complete)
        return self._verdict(backing, walk, files=files, scanned=scanned)

    def _anchors(self, backing: Backing | None) -> Brackets:
        anchors = Anchors(
            archive=self.archive,
            consistency=read_consistency(self.archive),
            checkpoint=self.checkpoint,
            policy=self.options.policy,
            tsa=self.options.tsa,
            findings=self.findings,
        )
        brackets = anchors.brackets()
        if backing is not None:
            brackets.witness(backing)
        return brackets

    def _bytes(self, complete: Completeness) -> bool:
        """Check zip, bag and files; return whether the exhibits of the scope have files."""
        digests = digest_all(self.archive)
        facts = Facts(*(self.header.text(name) for name in ("made_at", "bundle", "ledger")))
        check_bag(self.archive, digests, facts, self.findings)
        recorded = recorded_files(complete.walk.files, set(complete.exhibits))
        if self.options.file is not None:
            recognise(self.options.file, recorded, self.findings)
        check_files(recorded, digests, self.findings)
        return bool(recorded)

    def _people(self, walk: Walk) -> None:
        """Name on whose word each person's first key rests; compare keys with those that the reader knows."""
        for name in sorted(walk.actors):
            person = walk.world.states.persons.get(name)
            if person is not None:
                words = f"{name} is on the word of entry {person.word}"
                self._note("person.word", words, Question.AUTHORSHIP, person.word)
            known = self.options.persons.get(name)
            others = [
                index
                for key, indexes in walk.actors[name].items()
                for index in indexes
                if known is not None and key not in known
            ]
            if others:
                words = f"{name} signed with a key that is none of those given"
                self.findings.add("person.pin", CLAUSE, words, Question.AUTHORSHIP, entries=sorted(others))

    def _vkeys(self) -> list[str] | None:
        policy = self.options.policy
        return None if policy is None else [_vkey(key) for key in policy.logs]

    def _log(self, complete: Completeness) -> bool:
        """Scan the copy of the log; return whether completeness is checked now."""
        if self.options.log is None:
            return False
        walk, order = complete.walk, Question.ORDER
        sizes = {size for size, _ in walk.world.seen} | {self.checkpoint.size}
        missing: list[tuple[int, str]] = []
        if self.options.policy is None:
            words = "no policy says which log to trust"
            self.findings.add("log.refused", CLAUSE, words, order, weight=Weight.NOT_CHECKED)
            return False
        try:
            copy = Copy.open(self.options.log, sizes)
            judge(self.options.policy, copy.note, trust.KINDS, "log")
            _require_origin(copy.checkpoint.origin, self.checkpoint.origin)
            copy.read(lambda index, data: missing.extend(self._missing(complete, index, data)))
        except (Malformed, Failed) as fault:
            self.findings.add("log.refused", CLAUSE, str(fault), order)
            return False
        self.findings.count(order, copy.checkpoint.size)
        if copy.checkpoint.size < self.header.at:
            words = f"the log has {copy.checkpoint.size} entries"
            self.findings.add("log.short", CLAUSE, words, order, weight=Weight.NOT_CHECKED)
            return False
        for index, words in missing:
            self.findings.add("entry.left-out", CLAUSE, words, order, entries=(index,))
        walk.brackets.roots = copy.roots | walk.brackets.roots
        if copy.roots.get(self.checkpoint.size, self.checkpoint.root) != self.checkpoint.root:
            words = "the log's tree of the bundle's size has another root"
            self.findings.add("order.fork", "log-v1 5.3", words, order)
        return True

    def _missing(self, complete: Completeness, index: int, data: bytes) -> Iterator[tuple[int, str]]:
        """Yield index and words for an entry of the log that belongs here and is not."""
        if index >= self.header.at or complete.walk.leaves.get(index) == leaf_hash(data):
            return
        act = read_entry(data, newer=True).act
        if act.stream in complete.streams or goes_into(act, complete.case):
            yield index, f"{act.type} of {act.stream} is in the log, belongs in this bundle, and is not here"

    def _seen(self, walk: Walk, brackets: Brackets) -> None:
        """What signers saw is of this tree, where its roots are known."""
        for (size, root), index in walk.world.seen.items():
            if brackets.roots.get(size, root) != root:
                words = f"the signer saw another tree of {size} entries"
                self.findings.add("order.seen", "entry-v1 8", words, Question.ORDER, entries=(index,))

    def _receipts(self, complete: Completeness) -> None:
        if not self.options.receipts:
            return
        digest = sha256()
        with self.archive.path.open("rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
        sealed = complete.walk.sealed
        outside = Outside(
            policy=self.options.policy,
            checkpoint=self.checkpoint,
            leaves=complete.walk.leaves,
            streams=complete.streams,
            case=complete.case,
            bundle=complete.walk.bundle,
            sealed=None if sealed is None else sealed.act.hash,
            at=self.header.at,
            states=complete.walk.world.states,
            zip_sha256=digest.hexdigest(),
            zip_size=self.archive.size,
            findings=self.findings,
        )
        for path in self.options.receipts:
            outside.check(path)

    def _note(self, code: str, words: str, question: Question, *entries: int) -> None:
        self.findings.add(code, CLAUSE, words, question, entries=entries, weight=Weight.NOTED)

    def _verdict(self, backing: Backing | None, walk: Walk, *, files: bool, scanned: bool) -> Verdict:
        if walk.hidden:
            self._note("disclosure.withheld", "values are not opened", Question.INTEGRITY, *walk.hidden)
        rests = Basis.CHECKED if scanned else Basis.ATTESTED
        attested = (Question.AUTHORSHIP, Question.ORDER, Question.CONTINUITY)
        answers = {
            each: self.findings.answer(each, rests if each in attested else Basis.CHECKED)
            for each in Question
        }
        listed = sorted(index for index in walk.leaves if index < self.header.at)
        return Verdict(
            grade=grade(backing, stamped=self.options.tsa is not None and not walk.open_time),
            answers=answers,
            required=self.options.requires(files=files),
            subject={
                "at": self.header.at,
                "bundle": walk.bundle,
                "kind": "bundle",
                "ledger": walk.world.states.ledger,
                "made_at": self.header.text("made_at"),
                "origin": self.checkpoint.origin,
                "size": self.checkpoint.size,
            },
            brackets=walk.brackets.runs(listed),
            witnesses=trust.witnesses(backing),
        )


def grade(backing: Backing | None, *, stamped: bool) -> Grade:
    """Return how far the evidence reaches beyond those who run the ledger (verdict-v1, section 2)."""
    if backing is None:
        return Grade.SELF_ATTESTED
    if backing.witnessed:
        return Grade.WITNESSED
    return Grade.TIME_STAMPED if stamped else Grade.SIGNED


def _require_origin(found: str, expected: str) -> None:
    if found != expected:
        raise Failed("the log is of another origin")


def _vkey(key: LogKey) -> str:
    return f"{key.name}+{key.key_id.hex()}+{base64_text(bytes([1]) + key.raw)}"


def check_bundle(path: Path, options: Options | None = None) -> Verdict:
    """Return the verdict on a bundle. Raises Malformed for what cannot be read as one, OSError."""
    archive = Archive.open(path)
    try:
        require_files(archive)
        note = archive.read("data/checkpoint", MAX_NOTE)
        header, checkpoint = read_header(archive), trust.read(note, "checkpoint")
        return Check(archive, options or Options(), header, note, checkpoint).run()
    finally:
        archive.close()

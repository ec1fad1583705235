"""Anchors: older checkpoints with cosignatures and tokens, and the brackets that they give (bundle-v1 section 6)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf

from custody_verifier import trust
from custody_verifier.archive import Archive
from custody_verifier.canonical import Json
from custody_verifier.errors import Failed, Malformed
from custody_verifier.merkle import check_consistency
from custody_verifier.note import Checkpoint, read_note
from custody_verifier.policy import Backing, Policy, judge
from custody_verifier.roots import Refused, Root, check_chain
from custody_verifier.text import MOST
from custody_verifier.tokens import MAX_TOKEN, Token, read_token
from custody_verifier.verdict import Findings, Question, Weight

CLAUSE = "verdict-v1 4"
TOLERANCE = timedelta(minutes=5)
MAX_NOTE = 1_000_000
_NAME = re.compile(r"data/anchors/([1-9][0-9]{0,15})\.(checkpoint|note|[a-z0-9-]{1,40}\.tsr)")


@dataclass(slots=True)
class Brackets:
    """When entries came into the ledger: cosignature times and good token times, by size of tree."""

    cosigned: list[tuple[int, datetime]] = field(default_factory=list)
    stamped: list[tuple[int, datetime]] = field(default_factory=list)
    roots: dict[int, bytes] = field(default_factory=dict)

    def of(self, index: int) -> tuple[datetime | None, datetime | None]:
        """Return after and before which moment the entry at an index came into the ledger."""
        after = [time for size, time in self.cosigned if size <= index]
        before = [time for size, time in self.stamped if size > index]
        return max(after, default=None), min(before, default=None)

    def until(self, index: int) -> float:
        """Return the first index after this one that may have other brackets; infinity where there is none."""
        return min((size for size, _ in self.cosigned + self.stamped if size > index), default=inf)

    def witness(self, backing: Backing) -> None:
        """Take the times at which witnesses cosigned a checkpoint."""
        for time in backing.cosigned.values():
            if time < 253_370_764_800:  # the year 9999: later ones are no calendar times
                self.cosigned.append((backing.checkpoint.size, datetime.fromtimestamp(time, UTC)))

    def runs(self, indexes: list[int]) -> list[Json]:
        """Return runs of entries with the same bracket, as a verdict shows them."""
        found: list[tuple[int, int, Json, Json]] = []
        for index in indexes:
            after, before = map(_text, self.of(index))
            if found and found[-1][2:] == (after, before):
                found[-1] = (found[-1][0], index, after, before)
            else:
                found.append((index, index, after, before))
        return [list[Json](each) for each in found]


def _text(time: datetime | None) -> Json:
    return None if time is None else time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """Judges the anchors of one bundle."""

    archive: Archive
    consistency: dict[int, tuple[int, tuple[bytes, ...]]]
    checkpoint: Checkpoint
    policy: Policy | None
    tsa: tuple[Root, ...] | None
    findings: Findings

    def brackets(self) -> Brackets:
        """Return what the good anchors say; findings are added."""
        brackets, sizes = Brackets(), dict[int, list[str]]()
        for name in self.archive.members:
            found = _NAME.fullmatch(name)
            if found and int(found[1]) <= MOST:
                sizes.setdefault(int(found[1]), []).append(found[2])
        wanted = {size for size in sizes if size < self.checkpoint.size}
        if wanted != self.consistency.keys():
            self._refused("consistency.jsonl is not of exactly the anchored sizes")
        for size, kinds in sorted(sizes.items()):
            self._anchor(size, kinds, brackets)
        brackets.roots[self.checkpoint.size] = self.checkpoint.root
        return brackets

    def _anchor(self, size: int, kinds: list[str], brackets: Brackets) -> None:
        name = f"data/anchors/{size}"
        if not {"checkpoint", "note"} <= set(kinds):
            self._refused(f"{name}: the checkpoint or its note is missing")
            return
        try:
            note, checkpoint = self._read(name, size)
            backing = None if self.policy is None else judge(self.policy, note, trust.KINDS, name)
        except (Malformed, Failed) as fault:
            self._refused(str(fault))
            return
        if self._same_tree(checkpoint):
            brackets.roots[size] = checkpoint.root
            if backing is not None:
                brackets.witness(backing)
            for kind in kinds:
                if kind.endswith(".tsr"):
                    self._token(f"{name}.{kind}", _signed(note), size, brackets)

    def _read(self, name: str, size: int) -> tuple[bytes, Checkpoint]:
        note = self.archive.read(f"{name}.checkpoint", MAX_NOTE)
        checkpoint = trust.read(note, name)
        if (
            checkpoint.size != size
            or size > self.checkpoint.size
            or self.archive.read(f"{name}.note", MAX_NOTE) != _signed(note)
        ):
            raise Malformed(name, "is not the checkpoint of its name, or the note is another text")
        return note, checkpoint

    def _same_tree(self, checkpoint: Checkpoint) -> bool:
        """Whether the anchor's tree is the beginning of the bundle's."""
        ours = self.checkpoint
        to, path = self.consistency.get(checkpoint.size, (ours.size, ()))
        try:
            _require_same((to, checkpoint.origin), (ours.size, ours.origin))
            check_consistency(checkpoint.size, checkpoint.root, ours.size, ours.root, path)
        except Failed as fault:
            words = (
                f"the checkpoints of {checkpoint.size} and {ours.size} are not of one tree: {fault.reason}"
            )
            self.findings.add("order.fork", "log-v1 5.3", words, Question.ORDER)
            return False
        self.findings.count(Question.ORDER)
        return True

    def _token(self, name: str, note: bytes, size: int, brackets: Brackets) -> None:
        if self.tsa is None:
            return
        try:
            token = read_token(self.archive.read(name, MAX_TOKEN))
            _require_over(token, note)
            check_chain(token, self.tsa)
        except (Malformed, Failed) as fault:
            self.findings.add("time.token-refused", CLAUSE, f"{name}: {fault}", Question.TIME)
        except Refused as refused:
            weight = Weight.NOTED if refused.code == "time.tsa-unknown" else Weight.FAILS
            self.findings.add(refused.code, CLAUSE, f"{name}: {refused}", Question.TIME, weight=weight)
        else:
            brackets.stamped.append((size, token.time))

    def _refused(self, words: str) -> None:
        self.findings.add("anchor.refused", "verdict-v1 3", words, Question.ORDER)


def _signed(note: bytes) -> bytes:
    """Return the text of a note: what its signatures and tokens are over."""
    return read_note(note).text.encode()


def _require_same(one: tuple[int, str], other: tuple[int, str]) -> None:
    if one != other:
        raise Failed("another size or origin than the bundle's")


def _require_over(token: Token, note: bytes) -> None:
    if not token.is_over(note):
        raise Refused("time.token-other", "is over another text than the note beside it")

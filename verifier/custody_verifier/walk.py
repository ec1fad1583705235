"""One pass over the entries of a bundle: proofs, disclosures, judging, and what later checks need (verdict-v1 3)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from custody_verifier import catalogue, forms
from custody_verifier.anchors import TOLERANCE, Brackets
from custody_verifier.batches import Batches
from custody_verifier.canonical import Json
from custody_verifier.checking import Checked
from custody_verifier.continuity import Continuity
from custody_verifier.entry import Entry
from custody_verifier.errors import Malformed
from custody_verifier.signatures import Signatures
from custody_verifier.verdict import Findings, Question, Weight
from custody_verifier.world import World

CLAUSE = "verdict-v1 3"
NAMING = ("from", "case", "person", "to", "requested_by", "exhibit", "duplicate_of")
"""Public members that name a person, a case or an exhibit (bundle-v1, section 8.3)."""

NUMBERING = frozenset({"exhibit.received.v1", "exhibit.case-corrected.v1"})
_INTEGRITY = Question.INTEGRITY
_PART = "files/"
_FILE_PART = re.compile("files/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/([a-z0-9-]+)")


@dataclass(frozen=True, slots=True)
class Intake:
    """One file that an intake records. `digests` are empty where they are not disclosed."""

    exhibit: str
    file: str
    index: int
    digests: dict[str, Json]


@dataclass(slots=True, kw_only=True)
class Walk:
    """What a pass over the entries gives. `leaves`: leaf hash by index; `named`: streams to the first that names them.

    `numbers`: by case, (index, number, exhibit) of each number given; `files`: what intakes record, in ledger order;
    `request` and `sealed` are the bundle's own, where they are here and of their form.
    """

    world: World
    brackets: Brackets
    findings: Findings
    bundle: str
    continuity: Continuity = field(init=False)
    signatures: Signatures = field(init=False)
    batches: Batches = field(init=False)
    leaves: dict[int, bytes] = field(default_factory=dict)
    named: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, list[tuple[int, int, str]]] = field(default_factory=dict)
    files: list[Intake] = field(default_factory=list)
    withheld: Counter[str] = field(default_factory=Counter)
    hidden: list[int] = field(default_factory=list)
    open_time: list[int] = field(default_factory=list)
    streams: dict[str, int] = field(default_factory=dict)
    actors: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    own: list[Entry] = field(default_factory=list)
    request: tuple[int, Entry] | None = None
    sealed: Entry | None = None
    first: Entry | None = None
    _bracket: tuple[datetime | None, datetime | None] = (None, None)
    _until: float = -1

    def __post_init__(self) -> None:
        self.continuity, self.signatures = Continuity(self.findings), Signatures(self.findings)
        self.batches = Batches(self.findings)

    def go(self, found: Iterator[Checked | int]) -> None:
        """Take what was found of all entries. Raises Malformed when the files of records are not of their form."""
        for each in found:
            if isinstance(each, int):
                words = "disclosures of an entry that is not here"
                self._fails(each, "disclosure.altered", words)
            else:
                self._take(each)
        self.signatures.close()
        self.world.close()
        self.continuity.close()

    def _take(self, found: Checked) -> None:
        index, entry, opened = found.index, found.entry, found.opened
        self.leaves[index] = found.leaf
        self.findings.count(_INTEGRITY)
        for code, words in found.faults:
            self._fails(index, code, words)
        if entry is None:
            return
        if index == 0:
            self.first = entry
        if found.hidden:
            self.withheld.update(_folded(name) for name in found.hidden)
            self.hidden.append(index)
        taken = self.world.take(index, entry, opened, found.form)
        self.continuity.take(index, entry, opened)
        self.batches.take(index, entry)
        if taken.key is not None:
            self.signatures.add(index, entry, taken.key, allowed=taken.allowed, known=found.refused)
        self._note(index, entry, opened, formed=taken.formed)

    def _fails(self, index: int, code: str, words: str) -> None:
        questions = (Question.INTEGRITY, Question.ORDER) if code == "entry.proof" else (Question.INTEGRITY,)
        self.findings.add(code, CLAUSE, words, *questions, entries=(index,))

    def _note(self, index: int, entry: Entry, opened: Mapping[str, Json], *, formed: bool) -> None:
        act = entry.act
        self.streams[act.stream] = index
        self.actors.setdefault(act.person, {}).setdefault(act.key, []).append(index)
        self.named.setdefault(act.person, index)
        if formed:
            self._members(index, entry, opened)
        if act.stream == self.bundle:
            self._own(index, entry, formed=formed)
        else:
            self._time(index, entry)

    def _members(self, index: int, entry: Entry, opened: Mapping[str, Json]) -> None:
        """What the public members of an act of its form name, number and take in."""
        act = entry.act
        for name in NAMING:
            if isinstance(act.public.get(name), str):
                self.named.setdefault(str(act.public[name]), index)
        if entry.ordinal is not None and act.type in NUMBERING:
            given = self.numbers.setdefault(str(act.public["case"]), [])
            given.append((index, entry.ordinal, act.stream))
        if act.type == "exhibit.received.v1":
            for each in forms.as_list(act.public["files"]):
                digests = forms.as_object(opened.get(f"{_PART}{each}/digests"))
                self.files.append(Intake(act.stream, str(each), index, _of_form(digests)))

    def _own(self, index: int, entry: Entry, *, formed: bool) -> None:
        if not self.own and formed and entry.act.type == "bundle.requested.v1":
            self.request = index, entry
        self.own.append(entry)
        self.sealed = entry if formed and entry.act.type == "bundle.sealed.v1" else None

    def _time(self, index: int, entry: Entry) -> None:
        if index >= self._until:
            self._bracket, self._until = self.brackets.of(index), self.brackets.until(index)
        after, before = self._bracket
        if before is None:
            self.open_time.append(index)
            if after is None:
                return
        else:
            self.findings.count(Question.TIME)
        early = after is not None and after - entry.recorded_at > TOLERANCE
        late = before is not None and entry.recorded_at - before > TOLERANCE
        if early or late:
            words = "recorded_at lies outside of the time that others vouch for"
            self.findings.add("time.bracket", "verdict-v1 4", words, Question.TIME, entries=(index,))

    def finish_time(self, *, judged: bool) -> None:
        """Say which entries nobody vouches for; `judged`: roots of time-stamping were given."""
        if self.open_time or not judged:
            entries = self.open_time if judged else []
            words = "no third party vouches for a moment" if judged else "no root of time-stamping was given"
            weight = Weight.NOT_CHECKED
            self.findings.add(
                "time.not-vouched", "verdict-v1 4", words, Question.TIME, entries=entries, weight=weight
            )


def _folded(name: str) -> str:
    """Return a member's name, that of a file's part without the file (bundle-v1, section 4)."""
    found = _FILE_PART.fullmatch(name)
    return name if found is None else _PART + found[1]


def _of_form(digests: dict[str, Json]) -> dict[str, Json]:
    """Return digests that were disclosed, none for what is not of their form."""
    try:
        catalogue.DIGESTS(digests, "digests")
    except Malformed:
        return {}
    return digests

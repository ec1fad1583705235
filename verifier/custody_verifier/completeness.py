"""Completeness of a bundle: the sealed heads, the streams and numbers that must be there (bundle-v1 section 8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from custody_verifier import forms
from custody_verifier.canonical import Json
from custody_verifier.entry import Entry
from custody_verifier.note import Checkpoint
from custody_verifier.records import Header, HeadLine
from custody_verifier.verdict import Findings, Question
from custody_verifier.walk import Walk
from custody_verifier.world import recorded_text

CLAUSE = "bundle-v1 8"


@dataclass(slots=True, kw_only=True)
class Completeness:
    """Judges whether all that belongs to a bundle is there, as of its sealing.

    After `check`: `exhibits` and `case` are those of the scope; `streams` all that belong here.
    """

    walk: Walk
    header: Header
    heads: dict[str, HeadLine]
    heads_bytes: bytes
    top: str
    checkpoint: Checkpoint
    findings: Findings
    exhibits: list[str] = field(default_factory=list)
    streams: set[str] = field(default_factory=set)
    case: str | None = None
    _named: dict[str, int] = field(default_factory=dict)

    def check(self) -> None:
        """Make all checks; findings are added."""
        self._find_seal()
        sealed, request = self.walk.sealed, self.walk.request
        at = self.header.at if sealed is None else _integer(sealed.act.public["at"])
        if request is not None:
            self._scope(*request, at)
        self._heads()
        self._streams(at)
        if sealed is not None and request is not None:
            self._sealed_heads(sealed.act.public)
            self._numbers(sealed.act.public, at)
        self._facts(at)

    def _find_seal(self) -> None:
        """The bundle's own stream is its request and, as the last line of all, its sealing."""
        walk, newest = self.walk, max(self.walk.leaves, default=-1)
        last = walk.streams.get(walk.bundle) == newest
        if walk.request is None or walk.sealed is None or not last or len(walk.own) != 2:
            self._fails("seal.missing", "the request, or the sealing as the last entry, is not here")

    def _scope(self, index: int, request: Entry, at: int) -> None:
        """What the request asks for, and the streams that belong to it (bundle-v1, 8.2 and 8.3)."""
        public = request.act.public
        case = public["case"]
        self.exhibits = [str(each) for each in forms.as_list(public["exhibits"])]
        if isinstance(case, str):
            self.case = case
            given = self.walk.numbers.get(case, ())
            self.exhibits = sorted({exhibit for place, _, exhibit in given if place < at})
        self._named = dict.fromkeys(self.exhibits, index)
        self.streams = {
            f"{kind}/{each.partition('/')[2]}"
            for kind in forms.as_list(public["also"])
            for each in self.exhibits
        }

    def _heads(self) -> None:
        """Each listed stream is here up to the version and hash of its line."""
        for head in self.heads.values():
            found = self.walk.world.states.heads.get(head.stream)
            if head.stream == self.walk.bundle:
                self._fails("seal.heads", "heads.jsonl has a line of the bundle's own stream")
            elif found is None or (found.version, found.digest) != (head.version, head.digest):
                entries = [] if found is None else [found.index]
                self._left_out(f"{head.stream} is not here up to version {head.version}", entries)
        self.findings.count(Question.ORDER, len(self.heads))

    def _streams(self, at: int) -> None:
        """No stream but the listed ones, and every stream that judging needs."""
        for stream, index in self.walk.streams.items():
            if stream != self.walk.bundle and (stream not in self.heads or index >= at):
                self._fails("entry.uninvited", f"{stream} is not listed up to here", [index])
        named = self.walk.named | {
            name: at for name, at in self._named.items() if name not in self.walk.named
        }
        self.streams |= {*self.heads, *named}
        for name, index in named.items():
            person = self.walk.world.states.persons.get(name)
            if name not in self.heads and (person is None or person.word != 0):
                self._left_out(f"{name}, which entry {index} names, is not listed", [index])
        if self.walk.first is None or self.walk.first.act.stream not in self.heads:
            self._left_out("entry 0 is not here", [0])

    def _sealed_heads(self, sealed: Mapping[str, Json]) -> None:
        digest = sha256(self.heads_bytes).hexdigest()
        exact = (digest, len(self.heads)) == (sealed["heads"], sealed["streams"])
        if not exact or list(self.heads) != sorted(self.heads):
            self._fails("seal.heads", "heads.jsonl is not what was sealed")

    def _numbers(self, sealed: Mapping[str, Json], at: int) -> None:
        """A whole case has all its numbers, each once (acts-v1, section 10)."""
        last = sealed["exhibits"]
        if self.case is None:
            if last is not None:
                self._fails("seal.heads", "a number of exhibits was sealed for what is no whole case")
            return
        numbers = sorted(number for place, number, _ in self.walk.numbers.get(self.case, ()) if place < at)
        if last != len(numbers) or numbers != list(range(1, len(numbers) + 1)):
            self._left_out(f"of {last} numbers of {self.case} {len(numbers)} are here", [])

    def _facts(self, at: int) -> None:
        """bundle.json says what the entries say."""
        walk = self.walk
        request = {} if walk.request is None else walk.request[1].act.public
        withheld: list[Json] = [[name, count] for name, count in sorted(walk.withheld.items())]
        facts: dict[str, Json] = {
            "at": at,
            "bundle": self.top.replace("bundle-", "bundle/", 1),
            "exhibits": list[Json](self.exhibits),
            "format": "custody-bundle/1",
            "ledger": walk.world.states.ledger,
            "made_at": None if walk.sealed is None else recorded_text(walk.sealed),
            "origin": self.checkpoint.origin,
            "scope": {name: request.get(name) for name in ("also", "case", "exhibits")},
            "withheld": withheld,
        }
        for name, value in facts.items():
            if self.header.members[name] != value:
                words = f"bundle.json: {name} is not what the records say"
                self.findings.add("bundle.facts", "bundle-v1 4", words, Question.INTEGRITY)

    def _left_out(self, words: str, entries: Iterable[int]) -> None:
        self._fails("entry.left-out", words, entries)

    def _fails(self, code: str, words: str, entries: Iterable[int] = ()) -> None:
        self.findings.add(code, CLAUSE, words, Question.ORDER, entries=entries)


def check_ledger(
    first: Entry | None,
    checkpoint: Checkpoint,
    pinned: str | None,
    vkeys: list[str] | None,
    findings: Findings,
) -> None:
    """Compare entry 0 with what the reader knows: the ledger's id, the origin, the log's key (None: no policy)."""
    if first is None:
        return
    origin, log = first.act.public.get("origin"), forms.as_list(first.act.public.get("log"))
    strange = vkeys is not None and not set(vkeys).intersection(map(str, log))
    if pinned not in (None, first.digest) or origin != checkpoint.origin or strange:
        words = f"entry 0 ({first.digest}, {origin}) is not the ledger expected"
        findings.add("ledger.other", "verdict-v1 3", words, Question.ORDER, entries=(0,))
    findings.count(Question.ORDER)


def _integer(value: Json) -> int:
    return value if isinstance(value, int) else 0

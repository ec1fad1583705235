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

    After `check`: `exhibits` are those of the scope; `streams` all that belong here.
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
    request: Entry | None = None
    sealed: Entry | None = None

    def check(self) -> None:
        """Make all checks; findings are added."""
        self._find_seal()
        at = self.header.at if self.sealed is None else _integer(self.sealed.act.public.get("at"))
        self._scope()
        self._heads()
        self._streams(at)
        if self.sealed is not None:
            self._sealed_heads(self.sealed.act.public)
            self._numbers(self.sealed.act.public)
        self._facts(at)

    def _find_seal(self) -> None:
        own = self.walk.own
        if own and own[0].act.type == "bundle.requested.v1" and own[0].act.version == 1:
            self.request = own[0]
        last = own[-1] if own else None
        if last is not None and last.act.type == "bundle.sealed.v1":
            self.sealed = last
        newest = max(self.walk.leaves, default=-1)
        if (
            self.request is None
            or self.sealed is None
            or self.walk.streams.get(self.walk.bundle) != newest
            or len(own) != 2
        ):
            self._fails("seal.missing", "the request, or the sealing as the last entry, is not here")

    def _scope(self) -> None:
        public = {} if self.request is None else self.request.act.public
        self.exhibits = [str(each) for each in forms.as_list(public.get("exhibits"))]
        case = public.get("case")
        if isinstance(case, str):
            self.exhibits = sorted(set(self.walk.numbers.get(case, {}).values()))
        self.streams = {*self.heads, *self.walk.named, *self.exhibits}
        for kind in forms.as_list(public.get("also")):
            self.streams |= {f"{kind}/{each.partition('/')[2]}" for each in self.exhibits}

    def _heads(self) -> None:
        """Each listed stream is here up to the version and hash of its line."""
        for head in self.heads.values():
            found = self.walk.world.states.heads.get(head.stream)
            if found is None or (found.version, found.digest) != (head.version, head.digest):
                entries = [] if found is None else [found.index]
                self._left_out(f"{head.stream} is not here up to version {head.version}", entries)
        self.findings.count(Question.ORDER, len(self.heads))

    def _streams(self, at: int) -> None:
        """No stream but the listed ones, and every stream that judging needs."""
        for stream, index in self.walk.streams.items():
            if stream != self.walk.bundle and (stream not in self.heads or index >= at):
                self._fails("entry.uninvited", f"{stream} is not listed up to here", [index])
        first = {name: index for name, index in self.walk.named.items() if name not in self.heads}
        first |= {name: index for name, index in self.walk.world.needed.items() if name not in first}
        for name, index in first.items():
            person = self.walk.world.states.persons.get(name)
            if person is None or person.word != 0:
                self._left_out(f"{name}, which entry {index} names, is not listed", [index])
        if self.walk.first is None or self.walk.first.act.stream not in self.heads:
            self._left_out("entry 0 is not here", [0])

    def _sealed_heads(self, sealed: Mapping[str, Json]) -> None:
        digest = sha256(self.heads_bytes).hexdigest()
        exact = (digest, len(self.heads)) == (sealed.get("heads"), sealed.get("streams"))
        if not exact or list(self.heads) != sorted(self.heads):
            self._fails("seal.heads", "heads.jsonl is not what was sealed")

    def _numbers(self, sealed: Mapping[str, Json]) -> None:
        """A whole case has all its numbers, each once (acts-v1, section 10)."""
        case, last = self.header.scope.get("case"), sealed.get("exhibits")
        if not isinstance(case, str):
            if last is not None:
                self._fails("seal.heads", "a number of exhibits was sealed for what is no whole case")
            return
        numbers = self.walk.numbers.get(case, {})
        if not isinstance(last, int) or len(numbers) < last or max(numbers, default=0) != last:
            self._left_out(f"of {last} numbers of {case} {len(numbers)} are here", [])

    def _facts(self, at: int) -> None:
        """bundle.json says what the entries say."""
        walk, request = self.walk, {} if self.request is None else self.request.act.public
        withheld: list[Json] = [[name, count] for name, count in sorted(walk.withheld.items())]
        facts: dict[str, Json] = {
            "at": at,
            "bundle": self.top.replace("bundle-", "bundle/", 1),
            "exhibits": list[Json](self.exhibits),
            "format": "custody-bundle/1",
            "ledger": walk.world.states.ledger,
            "made_at": None if self.sealed is None else recorded_text(self.sealed),
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
    identity = sha256(first.data).hexdigest()
    strange = vkeys is not None and not set(vkeys).intersection(map(str, log))
    if pinned not in (None, identity) or origin != checkpoint.origin or strange:
        words = f"entry 0 ({identity}, {origin}) is not the ledger expected"
        findings.add("ledger.other", "verdict-v1 3", words, Question.ORDER, entries=(0,))
    findings.count(Question.ORDER)


def _integer(value: Json) -> int:
    return value if isinstance(value, int) else 0

"""The records of a bundle: what stands in `data/` but for files, anchors and pages, byte for byte (bundle-v1, 4 to 6).

A pure function of the ledger's rows below the sealing, the checkpoint and the anchors. Everything that grows with
the scope is read in pages and handed out line by line.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from functools import cached_property
from hashlib import sha256
from typing import Final, cast

from custody.act import Disclosure
from custody.canonical import Json, canonical, canonical_trusted
from custody.catalogue.bundle import REQUESTED, SEALED
from custody.errors import ContentAltered, NotFound, NotProven, TooLarge
from custody.ports import Recorded
from custody.values import StreamName, to_base64
from events.bundling.contents import Contents
from events.bundling.entries import BundleEntries
from events.bundling.founding import founding
from events.bundling.scope import BundleScope, gathered, heads_bytes
from events.bundling.survey import BundleFile, Survey
from events.bundling.trees import Trees
from events.ledger import StoredLedger
from events.timestamping.anchors import Anchor

FORMAT: Final = "custody-bundle/1"
MAX_HEADER: Final = 2 << 20  # bytes of bundle.json (bundle-v1, section 4)
MAX_LINE: Final = 16 << 20  # bytes of a line of disclosures.jsonl (bundle-v1, section 5)


class BundleRecords:
    """The records of one sealed bundle under one checkpoint. Iterating twice gives the same bytes."""

    def __init__(
        self, ledger: StoredLedger, bundle: StreamName, checkpoint: bytes, anchors: Sequence[Anchor] = ()
    ) -> None:
        """Read request and sealing, and hold the ledger against them.

        Raises NotFound for a bundle that is not sealed, IntegrityFailure (ContentAltered, ChainBroken, NotProven,
        ForkSeen) when rows, sealing, checkpoint and anchors do not fit each other, Malformed for a note that is none.
        """
        self._ledger, self.bundle = ledger, bundle
        self.request, self.sealing = _own(ledger, bundle)
        found = gathered(ledger, self.request.entry.act, self.at)
        self.scope: BundleScope = found.scope
        self.cases = found.reach.cases  # whose values are in the bundle
        self._require_as_sealed()
        own = (self.request.index, self.sealing.index)  # entries of the scope may stand between them
        self._entries = BundleEntries(ledger, array("q", sorted((*found.indexes, *own))), found.reach)
        self._trees = Trees(ledger.database, founding(ledger.database), checkpoint)
        if self._trees.checkpoint.size <= self.sealing.index:
            raise NotProven("the checkpoint does not cover the sealing")
        self._anchors = sorted(anchors, key=lambda anchor: anchor.size)
        self.contents = Contents.of(ledger.disclosures(self.request.index), bundle)

    @property
    def at(self) -> int:
        """The size of the tree as of which the bundle is complete."""
        return cast(int, self.sealing.entry.act.public["at"])

    @property
    def indexes(self) -> Sequence[int]:
        """Where the entries of the bundle stand in the ledger, ascending."""
        return self._entries.indexes

    def bundle_json(self) -> bytes:
        """Return `data/bundle.json` (bundle-v1, section 4). Raises TooLarge over 2 MiB."""
        public, hidden = self.request.entry.act.public, self._survey.withheld
        header: dict[str, Json] = {
            "at": self.at,
            "bundle": self.bundle,
            "exhibits": list[Json](self.scope.exhibits),
            "format": FORMAT,
            "ledger": self._ledger.ledger_id,
            "made_at": self.sealing.entry.recorded_at,
            "origin": self._trees.checkpoint.origin,
            "scope": {name: public[name] for name in ("also", "case", "exhibits")},
            "withheld": [[name, count] for name, count in sorted(hidden.items())],
        }
        data = canonical(header)
        if len(data) > MAX_HEADER:
            raise TooLarge("bundle.json", size=len(data), limit=MAX_HEADER)
        return data

    def entries(self) -> Iterator[bytes]:
        """Yield `data/entries.jsonl` line by line (bundle-v1, section 5)."""
        return (data + b"\n" for _, data in self._entries.rows())

    def proofs(self) -> Iterator[bytes]:
        """Yield `data/proofs.jsonl` line by line, each proof checked. Raises NotProven."""
        for index, data in self._entries.rows():
            path = [to_base64(each) for each in self._trees.inclusion(index, data)]
            yield _line({"index": index, "path": list[Json](path)})

    def heads(self) -> bytes:
        """Return `data/heads.jsonl` (bundle-v1, section 5)."""
        return heads_bytes(self.scope.heads)

    def disclosures(self) -> Iterator[bytes]:
        """Yield `data/disclosures.jsonl` line by line (bundle-v1, section 5). Raises ContentAltered, TooLarge."""
        for index, _, opened in self._entries.opened():
            shown = self.contents.shown(index, opened)
            if shown:
                yield _disclosed(index, shown)

    def consistency(self) -> bytes:
        """Return `data/consistency.jsonl` (bundle-v1, section 6). Raises NotProven for an anchor of another tree."""
        size, lines = self._trees.checkpoint.size, []
        for anchor in self._anchors:
            path = [to_base64(each) for each in self._consistency(anchor)]
            if anchor.size < size:
                lines.append(_line({"from": anchor.size, "path": list[Json](path), "to": size}))
        return b"".join(lines)

    def files(self) -> list[BundleFile]:
        """Return the files asked for whose digests are disclosed, sorted by their ids."""
        return list(self._survey.files)

    def _require_as_sealed(self) -> None:
        public = self.sealing.entry.act.public
        digest, count = sha256(heads_bytes(self.scope.heads)).hexdigest(), len(self.scope.heads)
        sealed = (public["heads"], public["streams"], public["exhibits"])
        if sealed != (digest, count, self.scope.count):
            what = f"{self.bundle}: heads, streams and exhibits at {self.at}"
            raise ContentAltered(what, expected=f"{sealed}", measured=f"{(digest, count, self.scope.count)}")

    def _consistency(self, anchor: Anchor) -> list[bytes]:
        if anchor.size > self._trees.checkpoint.size:
            raise NotProven(f"the anchor of size {anchor.size} is beyond the checkpoint")
        return self._trees.consistency(anchor)

    @cached_property
    def _survey(self) -> Survey:
        return Survey.of(self._entries, self.contents, frozenset(self.scope.exhibits))


def _own(ledger: StoredLedger, bundle: StreamName) -> tuple[Recorded, Recorded]:
    """Return request and sealing: the first two entries of the bundle's stream (bundle-v1, 8.1, rule 3)."""
    own = ledger.stream(bundle)[:2]
    if [each.entry.act.type for each in own] != [REQUESTED, SEALED]:
        raise NotFound("sealed bundle", bundle)
    return own[0], own[1]


def _line(value: Json) -> bytes:
    return canonical_trusted(value) + b"\n"


def _disclosed(index: int, shown: Sequence[Disclosure]) -> bytes:
    lists: list[Json] = [[each.salt, each.name, each.value] for each in shown]
    line = _line({"disclosures": lists, "index": index})
    if len(line) - 1 > MAX_LINE:
        raise TooLarge(f"disclosures of entry {index}", size=len(line) - 1, limit=MAX_LINE)
    return line

"""The papers of one bundle: made from its records, by name; those that go into the zip, and drafts that do not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Protocol

from api.court.court_key import CourtKey
from api.court.drafts import ua_custody_act, us_902
from api.court.facts import facts_of_open, header_of, open_lines
from api.court.graph import case_graph
from api.court.items import Facts, TokenFacts
from api.court.judging import records_verdict
from api.court.signing import Stamp, sign_statement
from api.court.statement import statement_pdf
from custody.canonical import Json
from custody.errors import NotFound
from custody.history import OpenEntry

PDF: Final = "application/pdf"
STATEMENT: Final = "statement.pdf"
GRAPH: Final = "case.jsonld"


class Records(Protocol):
    """The records of a bundle, as they stand in its `data/` (bundle-v1, 4 and 5)."""

    def bundle_json(self) -> bytes:
        """Return `data/bundle.json`."""

    def entries(self) -> Iterable[bytes]:
        """Return the lines of `data/entries.jsonl`."""

    def proofs(self) -> Iterable[bytes]:
        """Return the lines of `data/proofs.jsonl`."""

    def disclosures(self) -> Iterable[bytes]:
        """Return the lines of `data/disclosures.jsonl`."""


@dataclass(frozen=True)
class Papers:
    """The papers of records under a checkpoint. Raises Malformed for records that are not of their form."""

    records: Records
    checkpoint: bytes
    tokens: tuple[TokenFacts, ...] = ()

    @cached_property
    def _entries(self) -> list[OpenEntry]:
        records = self.records
        return open_lines(records.entries(), records.proofs(), records.disclosures())

    @cached_property
    def facts(self) -> Facts:
        """All facts of the bundle."""
        found = facts_of_open(self._entries, header_of(self.records.bundle_json()), self.checkpoint)
        return replace(found, tokens=tuple(sorted(self.tokens, key=lambda each: (each.size, each.tsa))))

    @cached_property
    def verdict(self) -> dict[str, Json]:
        """The service's own judgement of the records."""
        return records_verdict(self._entries, self.facts)

    def statement(self) -> bytes:
        """Return the unsigned statement, the same bytes each time."""
        entries = b"".join(each.recorded.entry.data + b"\n" for each in self._entries)
        return statement_pdf(self.facts, self.verdict, entries)

    def for_zip(self, key: CourtKey | None = None, tsa: Stamp | None = None) -> dict[str, bytes]:
        """Return the files that go into the zip, by their names there; signed where there is a court key."""
        statement = self.statement()
        if key is not None:
            statement = sign_statement(statement, key, tsa)
        return {f"data/{STATEMENT}": statement, f"data/{GRAPH}": case_graph(self.facts)}

    def draft(self, name: str) -> bytes:
        """Return a draft by its name in `DRAFTS`. Raises NotFound."""
        make = DRAFTS.get(name)
        if make is None:
            raise NotFound("draft", name)
        return make(self.facts)


DRAFTS: Final[Mapping[str, Callable[[Facts], bytes]]] = {
    "us-902-draft.en.pdf": lambda facts: us_902(facts, "en"),
    "us-902-draft.uk.pdf": lambda facts: us_902(facts, "uk"),
    "ua-custody-act-draft.pdf": ua_custody_act,
}

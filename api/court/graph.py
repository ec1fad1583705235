"""The facts of a bundle as a CASE/UCO 1.5 graph (JSON-LD), for programs of other organisations.

Plain JSON in one order; IRIs are UUIDs (version 5) made from the ledger's id and what they name, so that the same
facts give the same bytes. What is withheld is not in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid5

from api.court.items import CaseFacts, ExhibitFacts, Facts, FileFacts, Moment, PersonFacts, Shown, StepFacts
from custody.canonical import Json

_CASE: Final = "https://ontology.caseontology.org/case/"
_UCO: Final = "https://ontology.unifiedcyberontology.org/uco/"
CONTEXT: Final[dict[str, Json]] = {
    "case-investigation": f"{_CASE}investigation/",
    "uco-action": f"{_UCO}action/",
    "uco-core": f"{_UCO}core/",
    "uco-identity": f"{_UCO}identity/",
    "uco-location": f"{_UCO}location/",
    "uco-observable": f"{_UCO}observable/",
    "uco-types": f"{_UCO}types/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_HASHES: Final = {"sha256": "SHA256", "sha512": "SHA512"}

Node = dict[str, Json]


def case_graph(facts: Facts) -> bytes:
    """Return the graph: investigations, provenance records, files, actions, persons and places."""
    graph = _Graph(UUID(facts.ledger[:32]))
    for person in facts.persons.values():
        graph.person(person)
    for exhibit in facts.exhibits:
        graph.exhibit(exhibit)
    for case in facts.cases.values():
        graph.case(case, [each for each in facts.exhibits if each.case == case.case])
    nodes = [graph.nodes[name] for name in sorted(graph.nodes)]
    whole: Node = {"@context": CONTEXT, "@graph": list[Json](nodes)}
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _time(instant: str) -> Json:
    return {"@type": "xsd:dateTime", "@value": instant}


@dataclass(slots=True)
class _Graph:
    """Nodes by their IRI."""

    space: UUID
    nodes: dict[str, Node] = field(default_factory=dict)

    def iri(self, name: str) -> str:
        """Return the IRI of what a name stands for in this ledger."""
        return f"urn:uuid:{uuid5(self.space, name)}"

    def link(self, name: str) -> Json:
        """Return a reference to a node."""
        return {"@id": self.iri(name)}

    def add(self, name: str, kind: str, members: Node) -> Json:
        """Add a node, members that are None or empty left out; return a reference to it."""
        kept = {key: each for key, each in members.items() if each is not None and each != []}
        self.nodes[self.iri(name)] = {"@id": self.iri(name), "@type": kind, **kept}
        return self.link(name)

    # --- persons and places -----------------------------------------------------------------------------

    def person(self, person: PersonFacts) -> None:
        """Add a person, by name where it is shown."""
        self.add(
            person.person,
            "uco-identity:Identity",
            {
                "uco-core:name": person.name.text,
                "uco-core:description": person.person,
            },
        )

    def place(self, shown: Shown) -> Json:
        """Add a place, by its site and detail; None when it is withheld or not given."""
        if not isinstance(shown.value, dict):
            return None
        words = [str(each) for name in ("site", "detail") if (each := shown.value.get(name)) is not None]
        text = ", ".join(words)
        return self.add(f"place {text}", "uco-location:Location", {"uco-core:name": text})

    # --- exhibits ---------------------------------------------------------------------------------------

    def exhibit(self, exhibit: ExhibitFacts) -> None:
        """Add an exhibit: what it is, its provenance record, and the actions on it, each after the one before."""
        things = [self._file(each) for each in exhibit.files] or [self._thing(exhibit)]
        title = exhibit.field("title").text
        number = exhibit.reference or exhibit.exhibit
        self.add(
            f"record {exhibit.exhibit}",
            "case-investigation:ProvenanceRecord",
            {
                "uco-core:name": title,
                "uco-core:description": exhibit.field("description").text,
                "case-investigation:exhibitNumber": number,
                "case-investigation:rootExhibitNumber": number,
                "uco-core:object": list[Json](things),
            },
        )
        before: str | None = None
        for name, node in sorted(self._actions(exhibit), key=lambda each: each[0]):
            informed = None if before is None else self.link(before)
            action = f"entry {name}"
            self.add(
                action,
                "case-investigation:InvestigativeAction",
                node | {"case-investigation:wasInformedBy": informed},
            )
            before = action

    def _thing(self, exhibit: ExhibitFacts) -> Json:
        title = exhibit.field("title").text
        return self.add(exhibit.exhibit, "uco-core:UcoObject", {"uco-core:name": title})

    def _file(self, file: FileFacts) -> Json:
        digests = file.digests.value if isinstance(file.digests.value, dict) else {}
        found = file.found.value if isinstance(file.found.value, dict) else {}
        name = found.get("name")
        hashes = [self._hash(file.file, each, digests[each]) for each in _HASHES if each in digests]
        facets = [
            self.add(
                f"{file.file} file",
                "uco-observable:FileFacet",
                {
                    "uco-observable:fileName": name if isinstance(name, str) else None,
                    "uco-observable:sizeInBytes": digests.get("size"),
                },
            ),
            self.add(
                f"{file.file} content",
                "uco-observable:ContentDataFacet",
                {
                    "uco-observable:hash": list[Json](hashes),
                    "uco-observable:mimeType": found.get("mime_detected"),
                    "uco-observable:sizeInBytes": digests.get("size"),
                },
            ),
        ]
        return self.add(f"file {file.file}", "uco-observable:File", {"uco-core:hasFacet": list[Json](facets)})

    def _hash(self, file: str, algorithm: str, value: Json) -> Json:
        return self.add(
            f"{file} {algorithm}",
            "uco-types:Hash",
            {
                "uco-types:hashMethod": _HASHES[algorithm],
                "uco-types:hashValue": {"@type": "xsd:hexBinary", "@value": value},
            },
        )

    # --- actions ----------------------------------------------------------------------------------------

    def _actions(self, exhibit: ExhibitFacts) -> Iterator[tuple[int, Node]]:
        record = self.link(f"record {exhibit.exhibit}")
        for step in exhibit.steps:
            yield step.moment.entry, self._step(step, record)
        for offer in exhibit.offers:
            node = self._action(offer.moment, "transfer offered", record)
            yield offer.moment.entry, node | {"uco-action:participant": self.link(offer.to)}
            if offer.answered is not None:
                yield offer.answered.entry, self._action(offer.answered, f"transfer {offer.outcome}", record)
        for change in exhibit.changes:
            yield change.moment.entry, self._action(change.moment, change.kind, record)
        for each in exhibit.service:
            yield each.moment.entry, self._action(each.moment, each.what, record)

    def _step(self, step: StepFacts, record: Json) -> Node:
        node = self._action(step.moment, step.kind, record)
        node["uco-action:result"] = record
        node["uco-action:location"] = self.place(step.place)
        if step.released_by not in {None, step.received_by}:
            node["uco-action:participant"] = self.link(str(step.released_by))
        return node

    def _action(self, moment: Moment, name: str, record: Json) -> Node:
        text = f"{moment.act}, entry {moment.entry}, recorded at {moment.recorded_at}{', late' if moment.late else ''}"
        return {
            "uco-core:name": name,
            "uco-core:description": text,
            "uco-action:startTime": _time(moment.occurred_at),
            "uco-action:endTime": _time(moment.occurred_at),
            "uco-action:performer": self.link(moment.person),
            "uco-action:object": record,
        }

    # --- cases ------------------------------------------------------------------------------------------

    def case(self, case: CaseFacts, exhibits: Sequence[ExhibitFacts]) -> None:
        """Add a case as an investigation over the provenance records of its exhibits."""
        self.add(
            case.case,
            "case-investigation:Investigation",
            {
                "uco-core:name": case.field("reference").text,
                "uco-core:description": case.field("title").text,
                "case-investigation:investigationForm": "case",
                "case-investigation:investigationStatus": "closed" if case.closed else "open",
                "uco-core:object": [self.link(f"record {each.exhibit}") for each in exhibits],
            },
        )

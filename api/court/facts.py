"""Facts of a bundle, gathered from its own records and nothing else (bundle-v1, 4 and 5).

What is not disclosed in the bundle is not read, so that it cannot reach a paper.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import cast

from api.court.entries import moment, shown
from api.court.exhibits import exhibit_facts
from api.court.items import WITHHELD, CaseFacts, Facts, Shown
from api.court.people import person_facts
from custody.act import Disclosure, opened, read_disclosure, read_entry, require_opening
from custody.canonical import Json, parse
from custody.errors import Malformed
from custody.history import OpenEntry, case_record, current
from custody.ports import Recorded
from custody.states import CaseState

__all__ = ["Facts", "facts_of", "facts_of_lines"]

Streams = Mapping[str, Sequence[OpenEntry]]


def facts_of_lines(
    bundle: bytes,
    entries: Iterable[bytes],
    proofs: Iterable[bytes],
    disclosures: Iterable[bytes],
    checkpoint: bytes | None = None,
) -> Facts:
    """Return the facts of `data/bundle.json`, the lines of the records, and `data/checkpoint`.

    Raises Malformed when a line is not of its form, or a disclosure opens nothing.
    """
    return facts_of_open(open_lines(entries, proofs, disclosures), header_of(bundle), checkpoint)


def facts_of(
    entries: Iterable[tuple[int, bytes]],
    disclosures: Mapping[int, Sequence[Disclosure]],
    bundle: Mapping[str, Json],
    checkpoint: bytes | None = None,
) -> Facts:
    """Return the facts of entries with their indexes, what is disclosed of each, and `data/bundle.json`.

    Raises Malformed when an entry is not of its form, or a disclosure opens nothing.
    """
    found = [_opened(index, data, disclosures.get(index, ())) for index, data in entries]
    return facts_of_open(found, bundle, checkpoint)


def header_of(bundle: bytes) -> dict[str, Json]:
    """Return the object of `data/bundle.json`. Raises Malformed."""
    found = parse(bundle, "bundle.json")
    if not isinstance(found, dict):
        raise Malformed("bundle.json", "is not an object")
    return found


def open_lines(
    entries: Iterable[bytes], proofs: Iterable[bytes], disclosures: Iterable[bytes]
) -> list[OpenEntry]:
    """Return the entries of the lines of the records, opened as far as they are disclosed. Raises Malformed."""
    disclosed = {}
    for line in disclosures:
        found = json.loads(line)["disclosures"]
        disclosed[_index(line)] = [
            read_disclosure(each, f"disclosures[{at}]") for at, each in enumerate(found)
        ]
    numbered = zip(map(_index, proofs), entries, strict=True)
    return [_opened(at, line.removesuffix(b"\n"), disclosed.get(at, ())) for at, line in numbered]


def _index(line: bytes) -> int:
    found = json.loads(line)["index"]
    if not isinstance(found, int):
        raise Malformed("index", "is not an integer")
    return found


def facts_of_open(
    entries: Sequence[OpenEntry], bundle: Mapping[str, Json], checkpoint: bytes | None = None
) -> Facts:
    """Return the facts of opened entries in ledger order, and `data/bundle.json`.

    1. entries by stream; 2. persons and cases; 3. the exhibits of the scope; 4. the request.
    """
    digest, streams = sha256(), defaultdict[str, list[OpenEntry]](list)
    for each in entries:
        digest.update(each.recorded.entry.data + b"\n")
        streams[each.recorded.entry.act.stream].append(each)
    cases = {name: case_facts(name, found) for name, found in streams.items() if name.startswith("case/")}
    names = [str(name) for name in cast(list[Json], bundle["exhibits"])]
    exhibits = [exhibit_facts(name, streams, cases) for name in names]
    request, founding = streams[str(bundle["bundle"])][0], _founding(streams)
    case = cast(dict[str, Json], bundle["scope"])["case"]
    return Facts(
        bundle=str(bundle["bundle"]),
        ledger=str(bundle["ledger"]),
        origin=str(bundle["origin"]),
        deployment=shown(founding, "deployment"),
        founded_at=founding.recorded.entry.recorded_at,
        at=cast(int, bundle["at"]),
        made_at=str(bundle["made_at"]),
        fingerprint=digest.hexdigest(),
        entries=len(entries),
        checkpoint=None if checkpoint is None else checkpoint.decode("utf-8", "replace"),
        whole_case=case is not None,
        case=cases.get(str(case)),
        cases=cases,
        request=moment(request),
        recipient=shown(request, "recipient"),
        purpose=shown(request, "purpose"),
        exhibits=tuple(sorted(exhibits, key=lambda each: (each.case, each.ordinal or 0, each.exhibit))),
        persons=person_facts(streams),
        withheld=tuple((str(name), count) for name, count in cast(list[tuple[str, int]], bundle["withheld"])),
    )


def _opened(index: int, data: bytes, disclosures: Sequence[Disclosure]) -> OpenEntry:
    entry = read_entry(data, f"entry {index}")
    for each in disclosures:
        require_opening(entry.act, each, f"disclosure of entry {index}")
    return OpenEntry(Recorded(index, entry), opened(disclosures))


def _founding(streams: Streams) -> OpenEntry:
    for name, found in streams.items():
        if name.startswith("ledger/"):
            return found[0]
    raise Malformed("entries", "the founding of the ledger is not here")


def case_facts(case: str, entries: Sequence[OpenEntry]) -> CaseFacts:
    """Return the facts of a case's stream."""
    record = case_record(entries)
    if record is None or not isinstance(record.state, CaseState):
        raise Malformed(case, "is not opened by its first entry")
    fields = {name: value for name, found in record.fields.items() if (value := current(found)) is not None}
    return CaseFacts(
        case=case,
        fields={name: WITHHELD if value.withheld else Shown(value.value) for name, value in fields.items()},
        closed=record.state.closed,
        members=tuple(sorted((str(person), role) for person, role in record.state.members)),
    )

"""The sheet of one exhibit, and the lists of persons and withheld values, as the template takes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from api.court.items import ExhibitFacts, Facts, FileFacts, PersonFacts, RoleFacts, Shown, StepFacts
from api.court.setting import Pen, claimed
from api.court.words import CHOICES, FIELDS, WEIGHTS, Both, both, finding_words
from custody.canonical import Json
from custody.verdict import Weight

_ORDER: Final = (
    *(
        "title",
        "description",
        "quantity",
        "condition",
        "identifiers",
        "packaging",
        "seal",
        "collection",
        "source",
    ),
    *(
        "place",
        "protection",
        "exhibit_mark",
        "language",
        "legal",
        "retention",
        "hazards",
        "acquisition",
        "remarks",
    ),
)
_MOST: Final = 500  # rows of accesses that a paper lists, newest last


def word(table: Mapping[str, tuple[str, str]], name: str) -> Json:
    """Return a word in both languages as data."""
    return dict[str, Json](both(table, name))


def exhibit_sheet(pen: Pen, facts: Facts, exhibit: ExhibitFacts) -> dict[str, Json]:
    """Return the sheet of an exhibit."""
    placed = {each.moment.entry for each in exhibit.steps}
    beside = [each for each in exhibit.findings if not placed.intersection(each.entries)]
    return {
        "item": _item(exhibit),
        "name": exhibit.reference or exhibit.exhibit,
        "exhibit": exhibit.exhibit,
        "title": pen.cell(exhibit.field("title"), 300),
        "kind": word(CHOICES, exhibit.kind),
        "in_error": exhibit.in_error,
        "collected": None if exhibit.collected_at is None else claimed(exhibit.collected_at),
        "custodian": pen.person(facts, exhibit.custodian, facts.at),
        "description": list(_description(pen, exhibit)),
        "steps": [_step(pen, facts, exhibit, each) for each in exhibit.steps],
        "offers": list(_offers(pen, facts, exhibit)),
        "changes": list(_changes(pen, facts, exhibit)),
        "files": [_file(pen, each) for each in exhibit.files],
        "service": [
            {
                **pen.moment(each.moment),
                "what": word(CHOICES, each.what),
                "person": pen.person(facts, each.person, each.moment.entry),
                "purpose": pen.cell(each.purpose, 1_000),
                "outcome": None if each.outcome is None else word(CHOICES, each.outcome),
            }
            for each in exhibit.service[-_MOST:]
        ],
        "service_more": max(0, len(exhibit.service) - _MOST),
        "unknown": [{**pen.moment(each), "type": pen.text(each.act)} for each in exhibit.unknown],
        "findings": [finding(pen, each.code, each.text, each.weight, each.entries) for each in beside],
        "failing": sum(each.weight is Weight.FAILS for each in exhibit.findings),
        "noted": sum(each.weight is not Weight.FAILS for each in exhibit.findings),
    }


def _item(exhibit: ExhibitFacts) -> str:
    return "—" if exhibit.ordinal is None else f"{exhibit.ordinal:03d}"


def _description(pen: Pen, exhibit: ExhibitFacts) -> Iterator[Json]:
    for name in _ORDER:
        shown = exhibit.field(name)
        cell = pen.place(shown) if name == "place" else pen.cell(shown)
        if name == "quantity" and isinstance(shown.value, dict):
            cell = pen.text(f"{shown.value.get('value')} {shown.value.get('unit')}", 200)
        if cell is not None:
            yield {"label": word(FIELDS, name), "value": cell}


def _step(pen: Pen, facts: Facts, exhibit: ExhibitFacts, step: StepFacts) -> dict[str, Json]:
    index = step.moment.entry
    found = [each for each in exhibit.findings if index in each.entries]
    purpose = pen.cell(step.purpose, 1_000)
    if step.kind == "intake" and step.purpose.text is not None:
        purpose = pen.word(step.purpose.text)
    return {
        **pen.moment(step.moment),
        "kind": word(CHOICES, step.kind),
        "released": pen.person(facts, step.released_by, index),
        "provided_by": pen.cell(step.provided_by, 300) if step.kind == "intake" else None,
        "received": pen.person(facts, step.received_by, index),
        "purpose": purpose,
        "condition": pen.cell(step.condition, 1_000),
        "place": pen.place(step.place),
        "seal": pen.cell(step.seal, 300),
        "rehash": _outcome(pen, step.rehash),
        "late_reason": pen.cell(step.moment.late_reason, 1_000),
        "in_error": step.in_error,
        "findings": [finding(pen, each.code, each.text, each.weight, ()) for each in found],
    }


def _outcome(pen: Pen, rehash: Shown) -> Json:
    if isinstance(rehash.value, dict):
        return pen.word(str(rehash.value.get("outcome")))
    return pen.cell(rehash)


def _offers(pen: Pen, facts: Facts, exhibit: ExhibitFacts) -> Iterator[Json]:
    for offer in exhibit.offers:
        index = offer.moment.entry
        yield {
            **pen.moment(offer.moment),
            "by": pen.person(facts, offer.moment.person, index),
            "to": pen.person(facts, offer.to, index),
            "purpose": pen.cell(offer.purpose, 1_000),
            "outcome": word(CHOICES, offer.outcome),
            "answered": None if offer.answered is None else pen.moment(offer.answered),
            "reason": pen.cell(offer.reason, 1_000),
        }


def _changes(pen: Pen, facts: Facts, exhibit: ExhibitFacts) -> Iterator[Json]:
    for change in exhibit.changes:
        yield {
            **pen.moment(change.moment),
            "kind": word(CHOICES, change.kind),
            "by": pen.person(facts, change.moment.person, change.moment.entry),
            "reason": pen.cell(change.reason, 1_000),
            "changes": [
                {
                    "label": word(FIELDS, _plain(name)),
                    "before": pen.cell(before, 1_500),
                    "after": pen.cell(after, 1_500),
                }
                for name, before, after in change.changes
            ],
            "marked": change.marked,
            "cases": None if change.cases is None else list(change.cases),
            "duplicate_of": change.duplicate_of,
        }


def _plain(name: str) -> str:
    """Return `files/found` for `files/<uuid>/found`, and any other name as it is."""
    return f"files/{name.split('/')[2]}" if name.startswith("files/") else name


def _file(pen: Pen, file: FileFacts) -> dict[str, Json]:
    digests = file.digests.value if isinstance(file.digests.value, dict) else None
    found = file.found.value if isinstance(file.found.value, dict) else None
    rest: dict[str, Json] = (
        {} if found is None else {k: v for k, v in found.items() if k not in {"name", "name_bytes"}}
    )
    return {
        "file": file.file,
        "name": pen.cell(file.found, 300) if found is None else pen.text(str(found.get("name")), 300),
        "size": None if digests is None else digests["size"],
        "sha256": None if digests is None else digests["sha256"],
        "sha512": None if digests is None else digests["sha512"],
        "found": pen.parts(rest, 1_000),
        "withheld": digests is None,
    }


def finding(pen: Pen, code: str, text: str, weight: str, entries: Sequence[int]) -> Json:
    """Return a finding as data: its sentences in both languages, weight and entries."""
    words: Both = finding_words(code, text)
    return {
        "code": code,
        "words": {name: pen.text(each, 600) for name, each in words.items()},
        "weight": word(WEIGHTS, str(weight)),
        "tone": str(weight),
        "entries": runs(entries),
    }


def runs(numbers: Sequence[int]) -> str:
    """Return numbers as runs: `3, 5–9`."""
    found: list[list[int]] = []
    for each in sorted(set(numbers)):
        if found and found[-1][1] == each - 1:
            found[-1][1] = each
        else:
            found.append([each, each])
    shown = [str(a) if a == b else f"{a}–{b}" for a, b in found[:40]]
    return ", ".join(shown) + (" …" if len(found) > 40 else "")


# --- persons ------------------------------------------------------------------------------------------------


def person_row(pen: Pen, facts: Facts, person: PersonFacts) -> dict[str, Json]:
    """Return a person: names, roles, keys for acts, and on whose word these rest."""
    identity = person.identity.value if isinstance(person.identity.value, dict) else {}
    checked: dict[str, Json] = {
        name: identity[name] for name in ("method", "checked_on") if identity.get(name)
    }
    return {
        "who": pen.person(facts, person.person, facts.at),
        "person": person.person,
        "roles": [_role(facts, each) for each in person.roles],
        "keys": [
            {
                "fingerprint": key.fingerprint,
                "granted": key.granted,
                "confirmed": key.confirmed,
                "ended": key.ended,
                "word": pen.person(facts, key.word, key.granted),
                "own": key.word == person.person,
            }
            for key in person.keys
            if key.use == "act"
        ],
        "identity": {"withheld": True} if person.identity.withheld else _checked(pen, checked),
        "enrolled": pen.moment(person.enrolled),
        "active": person.active,
    }


def _checked(pen: Pen, found: Mapping[str, Json]) -> Json:
    return pen.text("; ".join(str(each) for each in found.values()), 300) or None


def _role(facts: Facts, role: RoleFacts) -> Json:
    case = facts.cases.get(role.case or "")
    reference = None if case is None else case.field("reference").text
    named: dict[str, Json] = dict[str, Json](both(CHOICES, role.role))
    return {
        "role": named,
        "case": reference or (None if role.case is None else role.case.partition("/")[2][:8]),
        "granted": role.granted,
        "ended": role.ended,
    }

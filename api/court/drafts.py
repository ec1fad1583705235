"""Drafts for a person to sign: the US certification under FRE 902(13) and (14), and a Ukrainian act of hand-over.

The program fills in facts and leaves blanks; it never signs, and each page says that a lawyer has to review it.
"""

from __future__ import annotations

from collections.abc import Iterator

from api.court.items import ExhibitFacts, Facts, FileFacts, Shown
from api.court.setting import Pen, compiled, day, qr, recorded
from api.court.sheets import word
from api.court.statement import payload
from api.court.words import CHOICES
from custody.canonical import Json


def us_902(facts: Facts, language: str) -> bytes:
    """Return the draft of a certification under US Federal Rules of Evidence 902(13) and 902(14), as PDF/A-3.

    `language` is `en`, or `uk` for a reading aid in Ukrainian. Raises Unavailable when it cannot be set.
    """
    return compiled("us902.typ", lambda pen: _told(pen, facts) | {"language": language}, _files(facts))


def ua_custody_act(facts: Facts) -> bytes:
    """Return the draft of an act of hand-over of exhibits in Ukrainian, as PDF/A-3. Raises Unavailable."""
    return compiled("ua_act.typ", lambda pen: _told(pen, facts), _files(facts))


def _files(facts: Facts) -> dict[str, bytes]:
    return {"qr.svg": qr(payload(facts))}


def _told(pen: Pen, facts: Facts) -> dict[str, Json]:
    return {
        "date": day(facts.made_at),
        "made_at": recorded(facts.made_at),
        "bundle": facts.bundle,
        "ledger": facts.ledger,
        "origin": facts.origin,
        "deployment": pen.cell(facts.deployment, 200),
        "fingerprint": facts.fingerprint,
        "payload": payload(facts),
        "entries": facts.entries,
        "at": facts.at,
        "recipient": pen.cell(facts.recipient, 500),
        "cases": list(_cases(pen, facts)),
        "exhibits": [_exhibit(pen, each) for each in facts.exhibits],
        "files": [_file(pen, exhibit, each) for exhibit in facts.exhibits for each in exhibit.files],
    }


def _cases(pen: Pen, facts: Facts) -> Iterator[Json]:
    for name in sorted({each.case for each in facts.exhibits}):
        if name in facts.cases:
            case = facts.cases[name]
            proceeding = case.field("proceeding")
            number = proceeding.value.get("number") if isinstance(proceeding.value, dict) else None
            yield {
                "reference": pen.cell(case.field("reference"), 100),
                "title": pen.cell(case.field("title"), 300),
                "proceeding": pen.cell(Shown(number, proceeding.withheld), 200),
            }


def _exhibit(pen: Pen, exhibit: ExhibitFacts) -> Json:
    quantity = exhibit.field("quantity")
    amount = quantity.value if isinstance(quantity.value, dict) else {}
    return {
        "name": exhibit.reference or exhibit.exhibit,
        "title": pen.cell(exhibit.field("title"), 300),
        "kind": word(CHOICES, exhibit.kind),
        "quantity": pen.text(f"{amount.get('value')} {amount.get('unit')}", 100)
        if amount
        else pen.cell(quantity),
        "condition": pen.cell(exhibit.field("condition"), 600),
        "identifiers": pen.cell(exhibit.field("identifiers"), 300),
        "packaging": pen.cell(exhibit.field("packaging"), 300),
        "seal": pen.cell(exhibit.field("seal"), 300),
        "files": len(exhibit.files),
    }


def _file(pen: Pen, exhibit: ExhibitFacts, file: FileFacts) -> Json:
    digests = file.digests.value if isinstance(file.digests.value, dict) else None
    found = file.found.value if isinstance(file.found.value, dict) else {}
    name = found.get("name")
    return {
        "exhibit": exhibit.reference or exhibit.exhibit,
        "file": file.file,
        "name": pen.text(name, 300) if isinstance(name, str) else pen.cell(file.found, 300),
        "sha256": None if digests is None else digests["sha256"],
        "size": None if digests is None else digests["size"],
    }

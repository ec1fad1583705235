"""Bodies and public members of acts as officers would write them, for tests that tell whole stories."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from custody.canonical import Json
from custody.values import LedgerId, PersonId
from tests.support.composing import Officer, SigningKey

VKEY = "custody.example/5f1a2b3c+0d1e2f30+AQICAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gIQ=="
ORIGIN = "custody.example/5f1a2b3c"


def founding(
    founder: Officer, service: Officer, *, vkey: str = VKEY, origin: str = ORIGIN
) -> dict[str, Json]:
    """Return the public members of ledger.founded.v1."""
    return {
        "format": "custody-entry/1",
        "founder": {
            "key": founder.key.public(),
            "person": founder.person,
            "session_key": founder.session.public(),
        },
        "log": [vkey],
        "origin": origin,
        "service": {"key": service.key.public(), "person": service.person},
    }


def enrolment(officer: Officer) -> dict[str, Json]:
    """Return the public members of person.enrolled.v1."""
    return {"key": officer.key.public(), "session_key": officer.session.public()}


IDENTITY: dict[str, Json] = {
    "checked_on": "2026-11-20",
    "document": "ID 004512345",
    "method": "seen in person",
}


def enrolled(name: str) -> dict[str, Json]:
    """Return the body of person.enrolled.v1."""
    return {"identity_check": IDENTITY, "name": name}


def key_added(key: SigningKey, ledger: LedgerId, person: PersonId) -> dict[str, Json]:
    """Return the public members of person.key-added.v1."""
    proof = key.proof(ledger, person) if key.use == "session" else None
    return {"key": key.public(), "proof": proof}


def case(reference: str = "UKR2-25") -> dict[str, Json]:
    """Return the body of case.opened.v1."""
    return {"protection": None, "reference": reference, "title": "Обстріл складу, 14 листопада"}


COLLECTION: dict[str, Json] = {
    "accuracy": None,
    "by": "О. Коваль",
    "how": "found",
    "legal_basis": None,
    "method": "picked up by hand, gloves",
    "place": "вул. Садова, 5",
    "reason": None,
    "tool": None,
    "witnesses": ["І. Бондар"],
    "write_blocker": None,
}
SOURCE: dict[str, Json] = {"organisation": None, "originator": None, "provided_by": None, "url": None}
PLACE: dict[str, Json] = {"detail": "shelf 4", "site": "Kyiv, room 12"}
ELSEWHERE: dict[str, Json] = {"detail": None, "site": "Kyiv, laboratory"}


def _received(title: str) -> dict[str, Json]:
    return {
        "collection": COLLECTION,
        "description": "as found",
        "place": PLACE,
        "protection": None,
        "source": SOURCE,
        "title": title,
    }


def physical(seal: str | None = "A-100") -> dict[str, Json]:
    """Return the body of exhibit.received.v1 for a physical exhibit."""
    return _received("Mobile telephone, black") | {
        "condition": "screen cracked",
        "identifiers": {"imei": None, "make": "Nokia", "marks": None, "model": "3310", "serial": "S-1"},
        "packaging": {"bag_number": "B-7", "type": "paper bag"},
        "quantity": {"unit": "piece", "value": "1"},
        "seal": None if seal is None else {"number": seal, "type": "tape"},
    }


def digital(files: list[str]) -> dict[str, Json]:
    """Return the body of exhibit.received.v1 for a digital exhibit of files (UUIDs)."""
    body = _received("Video of the warehouse")
    for number, file in enumerate(files):
        body[f"files/{file}/digests"] = digests(file.encode())
        body[f"files/{file}/found"] = {
            "mime_declared": "video/mp4",
            "mime_detected": "video/mp4",
            "modified_at": None,
            "name": f"VID_{number}.mp4",
            "path": None,
        }
    return body


def digests(data: bytes) -> dict[str, Json]:
    """Return the digests member of a file's bytes."""
    return {
        "sha256": hashlib.sha256(data).hexdigest(),
        "sha512": hashlib.sha512(data).hexdigest(),
        "size": len(data),
    }


def intake(
    case_id: str,
    kind: str = "physical",
    files: list[str] | None = None,
    collected_at: str | None = "2026-11-22T09:00:00+02:00",
) -> dict[str, Json]:
    """Return the public members of exhibit.received.v1."""
    return {
        "case": case_id,
        "collected_at": collected_at,
        "files": list[Json](sorted(files or [])),
        "kind": kind,
    }


def offer(purpose: str = "laboratory") -> dict[str, Json]:
    """Return the body of transfer.offered.v1."""
    return {"condition": "sealed", "from_place": None, "purpose": purpose, "seal": None, "to_place": None}


def request(case: str | None, exhibits: Sequence[str] = ()) -> dict[str, Json]:
    """Return the public members of bundle.requested.v1."""
    return {"also": [], "case": case, "exhibits": list[Json](sorted(exhibits))}


def requested(files: Json = "all") -> dict[str, Json]:
    """Return the body of bundle.requested.v1."""
    return {
        "contents": {"files": files, "withheld": []},
        "purpose": "hearing of 3 December",
        "recipient": {"contact": None, "name": "Court", "organisation": None},
    }


def acceptance(files: list[str] | None = None, outcome: str = "match") -> dict[str, Json]:
    """Return the body of transfer.accepted.v1; `files` of a digital exhibit are re-hashed with one outcome."""
    rehash: Json = None
    if files:
        rehash = {"files": dict.fromkeys(files, outcome), "outcome": outcome, "remarks": None}
    return {"condition": "sealed, as described", "place": ELSEWHERE, "rehash": rehash, "seal": None}

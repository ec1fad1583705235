"""Forms of the values that describe evidence, its place, its seal and its files (acts-v1, section 2)."""

from __future__ import annotations

from typing import Final

from custody.members import (
    ANY_TEXT,
    BASE64,
    BOOLEAN,
    DATE,
    DECIMAL,
    OUTCOME,
    SHA256,
    SHA512,
    SIZE,
    TEXT,
    UUID,
    by_name,
    many,
    matching,
    nullable,
    one_of,
    record,
)

MAYBE: Final = nullable(TEXT)

PROTECTION: Final = record(
    {"sensitivity": TEXT, "protected_persons": BOOLEAN, "consent": MAYBE, "remarks": MAYBE}
)
PLACE: Final = record({"site": TEXT, "detail": MAYBE})
SEAL: Final = record({"number": TEXT, "type": MAYBE})
SEAL_AS_OFFERED: Final = record({"number": TEXT, "intact": nullable(BOOLEAN)})
SEAL_AS_FOUND: Final = record({"number": TEXT, "intact": BOOLEAN})

HOW: Final = one_of("seized", "handed-over", "found", "copied", "captured-online", "generated")
COLLECTION: Final = record(
    {
        "how": HOW,
        "method": TEXT,
        "by": TEXT,
        "place": MAYBE,
        "witnesses": many(TEXT, most=50),
        "tool": MAYBE,
        "write_blocker": MAYBE,
        "legal_basis": MAYBE,
        "reason": MAYBE,
        "accuracy": MAYBE,
    }
)
SOURCE: Final = record({"originator": MAYBE, "provided_by": MAYBE, "organisation": MAYBE, "url": MAYBE})
RETENTION: Final = record({"class": TEXT, "action_date": nullable(DATE)})
QUANTITY: Final = record({"value": DECIMAL, "unit": TEXT})
IDENTIFIERS: Final = record({"make": MAYBE, "model": MAYBE, "serial": MAYBE, "imei": MAYBE, "marks": MAYBE})
PACKAGING: Final = record({"type": TEXT, "bag_number": MAYBE})
ACQUISITION: Final = record({"device": MAYBE, "id": MAYBE, "type": MAYBE})
IDENTITY_CHECK: Final = record({"method": TEXT, "document": MAYBE, "checked_on": nullable(DATE)})
PROCEEDING: Final = record({"number": TEXT, "authority": MAYBE, "qualification": MAYBE})

DIGESTS: Final = record({"sha256": SHA256, "sha512": SHA512, "size": SIZE})
_CLAIM: Final = matching("claim name", r"[A-Za-z0-9_.:-]{1,100}")
FOUND: Final = record(
    {
        "name": ANY_TEXT,
        "path": nullable(ANY_TEXT),
        "mime_declared": MAYBE,
        "mime_detected": MAYBE,
        "modified_at": MAYBE,
    },
    {"metadata": by_name(_CLAIM, ANY_TEXT), "name_bytes": BASE64},
)
REHASH: Final = record({"outcome": OUTCOME, "files": by_name(UUID, OUTCOME, most=250), "remarks": MAYBE})
CHECKED_FILES: Final = by_name(
    UUID,
    record({"outcome": OUTCOME, "cause": MAYBE, "measured_sha256": nullable(SHA256)}),
    most=250,
)

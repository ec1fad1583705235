"""Act types of bundle streams: what leaves the house for checking (bundle-v1, section 8)."""

from __future__ import annotations

from typing import Final

from custody.catalogue.forms import MAYBE
from custody.catalogue.kinds import ActType, Body
from custody.members import (
    ACT,
    CASE,
    COUNT,
    DATE,
    EXHIBIT,
    SHA256,
    SIZE,
    TEXT,
    UUID,
    nullable,
    one_of,
    record,
    sorted_set,
    word_or,
)

REQUESTED: Final = "bundle.requested.v1"
SEALED: Final = "bundle.sealed.v1"
ISSUED: Final = "bundle.issued.v1"

CONTENTS: Final = record(
    {
        "files": word_or(("all", "none"), sorted_set(UUID, least=1, most=10_000)),
        "withheld": sorted_set(TEXT, most=10_000),
    }
)
RECIPIENT: Final = record({"contact": MAYBE, "name": TEXT, "organisation": MAYBE})
_MAY_REQUEST: Final = "an officer or prosecutor of each case concerned"

TYPES: Final = (
    ActType(
        name=REQUESTED,
        stream="bundle",
        begins=True,
        public={
            "also": sorted_set(one_of("access", "fixity")),
            "case": nullable(CASE),
            "exhibits": sorted_set(EXHIBIT),
        },
        body=Body(required={"contents": CONTENTS, "purpose": TEXT, "recipient": RECIPIENT}),
        who=_MAY_REQUEST,
    ),
    ActType(
        name=SEALED,
        stream="bundle",
        public={
            "at": COUNT,
            "exhibits": nullable(SIZE),
            "heads": SHA256,
            "request": ACT,
            "streams": COUNT,
        },
        body=Body(),
        who="the service",
    ),
    ActType(
        name=ISSUED,
        stream="bundle",
        public={"sealed": ACT, "sha256": SHA256, "size": COUNT},
        body=Body(),
        who="the service",
    ),
    ActType(
        name="bundle.acknowledged.v1",
        stream="bundle",
        public={"issued": ACT},
        body=Body(required={"by": TEXT, "on": DATE, "remarks": MAYBE}),
        who=_MAY_REQUEST,
    ),
)

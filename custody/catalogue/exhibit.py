"""Act types of exhibit streams, transfers excepted (acts-v1, section 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from custody.canonical import Json
from custody.catalogue import forms
from custody.catalogue.forms import MAYBE
from custody.catalogue.kinds import ActType, Body
from custody.members import ACT, CASE, CLAIMED, EXHIBIT, TEXT, UUIDS, nullable, one_of

INTAKE: Final = "exhibit.received.v1"
IN_ERROR: Final = "exhibit.recorded-in-error.v1"
MAX_FILES: Final = 250
KINDS: Final = ("digital", "physical")

# What describes an exhibit and may be amended; the place is moved and the seal is checked instead.
_BOTH: Final = {
    "title": TEXT,
    "description": TEXT,
    "collection": forms.COLLECTION,
    "source": forms.SOURCE,
    "protection": nullable(forms.PROTECTION),
}
_BOTH_OPTIONAL: Final = {
    "remarks": TEXT,
    "exhibit_mark": TEXT,
    "language": TEXT,
    "retention": forms.RETENTION,
    "legal": TEXT,
}
_PHYSICAL: Final = {
    "quantity": forms.QUANTITY,
    "condition": TEXT,
    "identifiers": nullable(forms.IDENTIFIERS),
    "packaging": nullable(forms.PACKAGING),
}
ONLY_PHYSICAL: Final = frozenset({*_PHYSICAL, "hazards"})
ONLY_DIGITAL: Final = frozenset({"acquisition"})

PHYSICAL: Final = Body(
    required={**_BOTH, "place": forms.PLACE, **_PHYSICAL, "seal": nullable(forms.SEAL)},
    optional={**_BOTH_OPTIONAL, "hazards": TEXT},
)
_DIGITAL_REQUIRED: Final = {**_BOTH, "place": forms.PLACE}
_DIGITAL_OPTIONAL: Final = {**_BOTH_OPTIONAL, "acquisition": forms.ACQUISITION}
_PARTS: Final = {"digests": forms.DIGESTS, "found": forms.FOUND}


def digital(files: tuple[str, ...]) -> Body:
    """Return the body of an intake of files."""
    return Body(required=_DIGITAL_REQUIRED, optional=_DIGITAL_OPTIONAL, parts=_PARTS, files=files)


def _received(public: Mapping[str, Json]) -> Body:
    return PHYSICAL if public["kind"] == "physical" else digital(tuple(cast(list[str], public["files"])))


TYPES: Final = (
    ActType(
        name=INTAKE,
        stream="exhibit",
        begins=True,
        public={"case": CASE, "collected_at": nullable(CLAIMED), "files": UUIDS, "kind": one_of(*KINDS)},
        body=_received,
        who="an officer or custodian of the case",
    ),
    ActType(
        name="exhibit.amended.v1",
        stream="exhibit",
        body=Body(
            required={"reason": TEXT},
            optional={
                **_BOTH,
                **_BOTH_OPTIONAL,
                **_PHYSICAL,
                "hazards": TEXT,
                "acquisition": forms.ACQUISITION,
            },
            least=1,
            parts={"found": forms.FOUND},
        ),
        who="an officer of the case, or the custodian",
    ),
    ActType(
        name="exhibit.moved.v1",
        stream="exhibit",
        body=Body(required={"place": forms.PLACE, "reason": MAYBE}),
        who="the custodian",
    ),
    ActType(
        name=IN_ERROR,
        stream="exhibit",
        public={"act": ACT, "duplicate_of": nullable(EXHIBIT)},
        body=Body(required={"reason": TEXT}),
        who="an officer of the case",
    ),
    ActType(
        name="exhibit.case-corrected.v1",
        stream="exhibit",
        public={"case": CASE, "from": CASE},
        body=Body(required={"reason": TEXT}),
        who="a person who is officer of both cases",
    ),
)

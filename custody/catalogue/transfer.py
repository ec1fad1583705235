"""Act types of transfers: two halves, each signed by its party (acts-v1, section 7)."""

from __future__ import annotations

from typing import Final

from custody.catalogue import forms
from custody.catalogue.kinds import ActType, Body
from custody.members import ACT, DATE, PERSON, TEXT, nullable

_OFFER: Final = {"offer": ACT}
_PLACE: Final = nullable(forms.PLACE)

TYPES: Final = (
    ActType(
        name="transfer.offered.v1",
        stream="exhibit",
        public={"to": PERSON},
        body=Body(
            required={
                "purpose": TEXT,
                "condition": forms.MAYBE,
                "seal": nullable(forms.SEAL_AS_OFFERED),
                "from_place": _PLACE,
                "to_place": _PLACE,
            },
            optional={"authority": TEXT, "expected_return": DATE, "transport": TEXT, "remarks": TEXT},
        ),
        who="the custodian",
    ),
    ActType(
        name="transfer.accepted.v1",
        stream="exhibit",
        public=_OFFER,
        body=Body(
            required={
                "condition": TEXT,
                "seal": nullable(forms.SEAL_AS_FOUND),
                "place": forms.PLACE,
                "rehash": nullable(forms.REHASH),
            },
            optional={"remarks": TEXT},
        ),
        who="the person to whom it was offered",
    ),
    ActType(
        name="transfer.declined.v1",
        stream="exhibit",
        public=_OFFER,
        body=Body(required={"reason": TEXT}),
        who="the person to whom it was offered",
    ),
    ActType(
        name="transfer.withdrawn.v1",
        stream="exhibit",
        public=_OFFER,
        body=Body(required={"reason": TEXT}),
        who="the person who offered it",
    ),
)

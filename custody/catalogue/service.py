"""Act types that the service alone signs, in streams of its own (acts-v1, section 8)."""

from __future__ import annotations

from typing import Final

from custody.catalogue import forms
from custody.catalogue.kinds import ActType, Body
from custody.members import EXHIBIT, OUTCOME, PERSON, TEXT, UUID, nullable, one_of

TYPES: Final = (
    ActType(
        name="access.recorded.v1",
        stream="access",
        public={"exhibit": EXHIBIT, "person": PERSON, "what": one_of("download", "view", "export")},
        body=Body(required={"file": nullable(UUID), "purpose": forms.MAYBE, "session": TEXT}),
        who="the service",
    ),
    ActType(
        name="fixity.checked.v1",
        stream="fixity",
        public={"exhibit": EXHIBIT, "outcome": OUTCOME, "requested_by": nullable(PERSON)},
        body=Body(required={"files": forms.CHECKED_FILES, "tool": TEXT}),
        who="the service",
    ),
)

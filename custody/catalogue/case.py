"""Act types of case streams (acts-v1, section 5)."""

from __future__ import annotations

from typing import Final

from custody.catalogue.forms import MAYBE, PROCEEDING, PROTECTION
from custody.catalogue.kinds import ActType, Body
from custody.members import PERSON, REFERENCE, TEXT, nullable, one_of

ROLES: Final = ("officer", "custodian", "prosecutor", "auditor")
_OPTIONAL: Final = {"description": TEXT, "proceeding": PROCEEDING, "jurisdiction": TEXT}
_MEMBER: Final = {"person": PERSON, "role": one_of(*ROLES)}
_REASON: Final = Body(required={"reason": TEXT})
_OFFICER: Final = "an officer of the case"

TYPES: Final = (
    ActType(
        name="case.opened.v1",
        stream="case",
        begins=True,
        body=Body(
            required={"reference": REFERENCE, "title": TEXT, "protection": nullable(PROTECTION)},
            optional=_OPTIONAL,
        ),
        who="a person with the ledger-wide role officer",
    ),
    ActType(
        name="case.amended.v1",
        stream="case",
        body=Body(
            required={"reason": TEXT},
            optional={"title": TEXT, "protection": nullable(PROTECTION), **_OPTIONAL},
            least=1,
        ),
        who=_OFFICER,
    ),
    ActType(name="case.closed.v1", stream="case", body=_REASON, who=f"{_OFFICER}, or a prosecutor of it"),
    ActType(name="case.reopened.v1", stream="case", body=_REASON, who=f"{_OFFICER}, or a prosecutor of it"),
    ActType(
        name="case.member-added.v1",
        stream="case",
        public=_MEMBER,
        body=Body(required={"reason": MAYBE}),
        who=f"{_OFFICER}, or an administrator; not for themself",
    ),
    ActType(
        name="case.member-removed.v1",
        stream="case",
        public=_MEMBER,
        body=_REASON,
        who=f"{_OFFICER}, or an administrator; not for themself",
    ),
)

"""Act types of person streams: keys, ledger-wide roles, names (acts-v1, section 4)."""

from __future__ import annotations

from typing import Final

from custody.catalogue.forms import IDENTITY_CHECK, MAYBE
from custody.catalogue.kinds import ActType, Body
from custody.members import (
    ACT,
    ACT_KEY,
    BASE64,
    FINGERPRINT,
    KEY,
    RECORDED,
    SESSION_KEY,
    TEXT,
    nullable,
    one_of,
)

ROLES: Final = ("administrator", "auditor", "officer")
_KEYS: Final = {"key": ACT_KEY, "session_key": nullable(SESSION_KEY)}
_REASON: Final = Body(required={"reason": TEXT})
_ADMINISTRATOR: Final = "an administrator, not for themself"

TYPES: Final = (
    ActType(
        name="person.enrolled.v1",
        stream="person",
        begins=True,
        public=_KEYS,
        body=Body(required={"name": TEXT, "identity_check": IDENTITY_CHECK}),
        who=_ADMINISTRATOR,
    ),
    ActType(
        name="person.confirmed.v1",
        stream="person",
        public={"key": FINGERPRINT},
        body=Body(),
        who="the person, with the new key",
    ),
    ActType(
        name="person.key-added.v1",
        stream="person",
        public={"key": KEY, "proof": nullable(BASE64)},
        body=Body(),
        who="the person",
    ),
    ActType(
        name="person.key-revoked.v1",
        stream="person",
        public={"key": FINGERPRINT, "untrusted_since": nullable(RECORDED)},
        body=_REASON,
        who="the person, or an administrator",
    ),
    ActType(
        name="person.recovery-proposed.v1",
        stream="person",
        public=_KEYS,
        body=Body(required={"identity_check": IDENTITY_CHECK, "reason": TEXT}),
        who=_ADMINISTRATOR,
    ),
    ActType(
        name="person.recovery-approved.v1",
        stream="person",
        public={"proposal": ACT},
        body=Body(),
        who="another administrator than the one who proposed it, not for themself",
    ),
    ActType(
        name="person.role-granted.v1",
        stream="person",
        public={"role": one_of(*ROLES)},
        body=Body(required={"reason": MAYBE}),
        who=_ADMINISTRATOR,
    ),
    ActType(
        name="person.role-withdrawn.v1",
        stream="person",
        public={"role": one_of(*ROLES)},
        body=_REASON,
        who=_ADMINISTRATOR,
    ),
    ActType(name="person.deactivated.v1", stream="person", body=_REASON, who=_ADMINISTRATOR),
    ActType(name="person.reactivated.v1", stream="person", body=_REASON, who=_ADMINISTRATOR),
    ActType(
        name="person.amended.v1",
        stream="person",
        body=Body(required={"name": TEXT, "reason": TEXT}),
        who="the person, or an administrator",
    ),
)

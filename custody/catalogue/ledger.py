"""Act types of the ledger's own stream (acts-v1, section 3)."""

from __future__ import annotations

from typing import Final

from custody.catalogue.kinds import ActType, Body
from custody.members import (
    ACT_KEY,
    FORMAT,
    ORIGIN,
    PERSON,
    RECORDED,
    SESSION_KEY,
    TEXT,
    VKEY,
    many,
    nullable,
    record,
)

_FOUNDER: Final = record({"key": ACT_KEY, "person": PERSON, "session_key": nullable(SESSION_KEY)})

TYPES: Final = (
    ActType(
        name="ledger.founded.v1",
        stream="ledger",
        begins=True,
        public={
            "format": FORMAT,
            "founder": _FOUNDER,
            "log": many(VKEY, least=1, most=10),
            "origin": ORIGIN,
            "service": record({"key": ACT_KEY, "person": PERSON}),
        },
        body=Body(required={"deployment": TEXT}),
        who="the founder, with the key that the act carries",
    ),
    ActType(
        name="ledger.clock-corrected.v1",
        stream="ledger",
        public={"previous_recorded_at": RECORDED},
        body=Body(required={"reason": TEXT}),
        who="an administrator",
    ),
)

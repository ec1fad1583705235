"""The state of the ledger's own stream: what entry 0 founded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from custody.canonical import Json
from custody.keys import read_key
from custody.ports import Recorded
from custody.states.keys import RoleState, granted
from custody.states.person import PersonState
from custody.values import ActHash, PersonId, StreamName


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerState:
    """Origin and log keys (`vkey` text), and the two persons that entry 0 enrols."""

    stream: StreamName
    version: int
    previous: ActHash
    last_index: int
    origin: str
    log: tuple[str, ...]
    founder: PersonState
    service: PersonState

    def person(self, name: PersonId) -> PersonState | None:
        """Return the founder or the service as entry 0 made them, or None for anybody else."""
        if StreamName(name) == self.founder.stream:
            return self.founder
        return self.service if StreamName(name) == self.service.stream else None


def founded(recorded: Recorded) -> LedgerState:
    """`ledger.founded.v1`: the founder is administrator and nothing else; all its keys are good at once."""
    act = recorded.entry.act
    public = act.public
    founder = cast(dict[str, Json], public["founder"])
    service = cast(dict[str, Json], public["service"])
    return LedgerState(
        stream=act.stream,
        version=act.version,
        previous=act.hash,
        last_index=recorded.index,
        origin=cast(str, public["origin"]),
        log=tuple(cast(list[str], public["log"])),
        founder=_person(founder, "administrator", recorded, founder["session_key"]),
        service=_person(service, "service", recorded, None),
    )


def _person(found: dict[str, Json], role: str, recorded: Recorded, session: Json) -> PersonState:
    index, word = recorded.index, recorded.entry.act.person
    keys = [read_key(found["key"], "act.public.key", "act")]
    if session is not None:
        keys.append(read_key(session, "act.public.session_key", "session"))
    return PersonState(
        stream=StreamName(cast(str, found["person"])),
        last_index=index,
        enrolled=index,
        keys={key.fingerprint: granted(key, index, word, confirmed=index) for key in keys},
        revocations={},
        roles={role: RoleState(index, None, word)},
        proposals={},
    )


def advanced(state: LedgerState, recorded: Recorded) -> LedgerState:
    """Return the state with the chain moved on; nothing that was founded ever changes."""
    act = recorded.entry.act
    return replace(state, version=act.version, previous=act.hash, last_index=recorded.index)

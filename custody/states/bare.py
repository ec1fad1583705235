"""The state of a stream of which only the chain matters."""

from __future__ import annotations

from dataclasses import dataclass

from custody.ports import Recorded
from custody.values import ActHash, StreamName


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceState:
    """A stream of the service (`access/`, `fixity/`), or one that begins with a type not known here."""

    stream: StreamName
    version: int
    previous: ActHash
    last_index: int


def bare(recorded: Recorded) -> ServiceState:
    """Return the state after an entry of which only the chain matters."""
    act = recorded.entry.act
    return ServiceState(stream=act.stream, version=act.version, previous=act.hash, last_index=recorded.index)

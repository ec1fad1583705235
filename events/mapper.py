"""Entries as the library's stored events: the topic is the act's type, the state is the canonical entry."""

from __future__ import annotations

from typing import Any

from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from custody.act import Entry, read_entry
from custody.catalogue import CATALOGUE
from custody.errors import ChainBroken, RuleBroken


class EntryMapper(Mapper[str]):
    """A closed table of topics: what is stored is never looked up as code, and nothing is encoded anew."""

    def __init__(self) -> None:
        super().__init__(JSONTranscoder())  # the base class wants one; it is never used

    def to_stored_event(self, domain_event: Any) -> StoredEvent:  # noqa: ANN401 - the library's
        """Return the stored event of an Entry. Raises RuleBroken for a type that is not in the catalogue."""
        return stored_event(domain_event)

    def to_domain_event(self, stored_event: StoredEvent) -> Any:  # noqa: ANN401 - the library's
        """Return the Entry of a stored event. Raises Malformed, and ChainBroken when the columns say otherwise."""
        entry = read_entry(stored_event.state)
        act = entry.act
        columns = (stored_event.originator_id, stored_event.originator_version, stored_event.topic)
        if columns != (act.stream, act.version, act.type):
            index = getattr(stored_event, "id", 0) - 1
            raise ChainBroken(index, f"the columns say {columns}, the entry says otherwise")
        return entry


def stored_event(entry: Entry) -> StoredEvent:
    """Return the stored event of an entry. Raises RuleBroken for a type that is not in the catalogue."""
    act = entry.act
    if act.type not in CATALOGUE:
        raise RuleBroken("act.unknown-type", f"{act.type} is not in the catalogue")
    return StoredEvent(act.stream, act.version, act.type, entry.data)  # in the order of the library's columns

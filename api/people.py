"""Names of people, as they were when something was recorded and as they are today."""

from __future__ import annotations

from api.services import Services
from custody.act import opened
from custody.history import OpenEntry, PersonRecord, person_record
from custody.ports import Recorded
from custody.states import LedgerState
from custody.values import PersonId, StreamName


def open_entries(services: Services, stream: StreamName) -> list[OpenEntry]:
    """Return the entries of a stream with all values that can still be opened."""
    return [open_entry(services, each) for each in services.ledger.stream(stream)]


def open_entry(services: Services, recorded: Recorded) -> OpenEntry:
    """Return an entry with all its values that can still be opened."""
    found = services.ledger.disclosures(recorded.index) if recorded.entry.act.body else ()
    return OpenEntry(recorded, opened(found))


class People:
    """The records of people, each read once per request."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._records: dict[PersonId, PersonRecord | None] = {}

    def record(self, person: PersonId) -> PersonRecord | None:
        """Return what is recorded of a person, or None when nobody enrolled them."""
        if person not in self._records:
            entries = open_entries(self._services, StreamName(person))
            stream = self._services.view.ledger_stream
            founding = None if stream is None else self._services.view.state(stream)
            base = founding.person(person) if isinstance(founding, LedgerState) else None
            self._records[person] = person_record(entries, base)
        return self._records[person]

    def name(self, person: PersonId) -> str | None:
        """Return today's name."""
        record = self.record(person)
        return None if record is None else record.name

    def name_at(self, person: PersonId, index: int) -> str | None:
        """Return the name as of an entry."""
        record = self.record(person)
        return None if record is None else record.name_at(index)

    def named(self, person: PersonId, index: int) -> dict[str, object]:
        """Return a person with today's name and that of an entry."""
        return {"person": person, "name": self.name(person), "name_then": self.name_at(person, index)}

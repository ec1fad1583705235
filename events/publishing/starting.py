"""The check at start: database, published log and witnesses against each other (docs/spec/log-v1.md section 6)."""

from __future__ import annotations

from dataclasses import dataclass

from custody.errors import CustodyError, IntegrityFailure, Malformed, Unavailable
from events.publishing.places import Places, read_if_any
from events.publishing.publisher import Publisher
from events.tiles import CHECKPOINT


@dataclass(frozen=True, slots=True)
class Compared:
    """What one party holds: the size of its checkpoint (0: none; None: it did not answer, for `reason`)."""

    who: str
    size: int | None
    reason: str | None = None


class StartCheck:
    """Compares before the service takes acts; a difference that is no delay stops the ledger's writing."""

    def __init__(self, publisher: Publisher, places: Places, origin: str) -> None:
        self._publisher, self._places, self._origin = publisher, places, origin

    def run(self) -> list[Compared]:
        """Return what the published log and each witness hold, all of it continued by this database.

        Raises WritesRefused (a restored backup), ForkSeen and NotProven (another history, or another ledger's
        place), and Unavailable when the object store does not answer. A silent witness is reported only.
        """
        found = [self._log()]
        for witness in self._publisher.policy.witnesses:
            who = f"the witness {witness.name}"
            try:
                note = self._publisher.witnessing.held(witness, self._origin)
            except Unavailable as fault:
                found.append(Compared(who, None, fault.message))
                continue
            found.append(self._compared(who, note))
        self._publisher.key_objects.sweep()
        return found

    def _log(self) -> Compared:
        found = read_if_any(self._places.log, CHECKPOINT)
        return self._compared("the published log", None if found is None else found.data)

    def _compared(self, who: str, note: bytes | None) -> Compared:
        if note is None:
            return Compared(who, 0)
        try:
            return Compared(who, self._publisher.require_ours(note, who).size)
        except (IntegrityFailure, Malformed) as fault:
            self._publisher.stop(f"{who} does not agree with this database: {_said(fault)}")
            raise


def _said(fault: CustodyError) -> str:
    return fault.message

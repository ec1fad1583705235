"""Questions to the ledger's unique rows: which entry holds this act, this request, this value."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final, cast

from custody.act import Act
from custody.errors import AlreadyTaken, KeyReused, StaleStream
from custody.ports import IdempotencyKey, Submission
from events.database import Database, Session
from events.proposal import Proposal

# No index over act hashes is needed: the same act has the same place in its stream, and places are unique.
_PLACE: Final = (
    "SELECT idx, act FROM stored_events JOIN entry ON idx = notification_id - 1 "
    "WHERE originator_id = ? AND originator_version = ?"
)
_REQUEST: Final = "SELECT request, first, count FROM idempotency WHERE person = ? AND key = ?"
_TAKEN: Final = "SELECT 1 FROM taken WHERE kind = ? AND value = ?"
_KEY: Final = "SELECT 1 FROM stream_key WHERE stream = ? AND generation = ?"


class Lookups:
    """Asks in one session or, given a database, each time anew."""

    def __init__(self, source: Database | Session) -> None:
        self._select = source.read if hasattr(source, "read") else source.execute

    def recorded(self, submissions: Sequence[Submission]) -> range | None:
        """Return where these very acts stand in a row, in order, or None unless all of them do."""
        indexes = [self._index(each.act) for each in submissions]
        first = indexes[0]
        if first is None or indexes != list(range(first, first + len(indexes))):
            return None
        return range(first, first + len(indexes))

    def _index(self, act: Act) -> int | None:
        rows = self._select(_PLACE, (act.stream, act.version))
        if not rows or cast(bytes, rows[0][1]).hex() != act.hash:
            return None
        return cast(int, rows[0][0])

    def request(self, claim: IdempotencyKey) -> range | None:
        """Return the entries of an earlier request with this key, or None. Raises KeyReused for another request."""
        rows = self._select(_REQUEST, (claim.person, claim.key))
        if not rows:
            return None
        request, first, count = cast(tuple[bytes, int, int], rows[0])
        if request.hex() != claim.request:
            raise KeyReused(claim.key)
        return range(first, first + count)

    def require_free(self, proposal: Proposal) -> None:
        """Raise KeyReused, AlreadyTaken or StaleStream for a unique row that the proposal would need.

        A request that was recorded before is a StaleStream: its acts follow on nothing any more, and whoever
        asked gets the first receipts.
        """
        if proposal.idempotency is not None and self.request(proposal.idempotency) is not None:
            act = proposal.submissions[0].act
            raise StaleStream(act.stream, version=act.version, previous=act.hash)
        for decision in proposal.decisions:
            for kind, value in decision.unique:
                if self._select(_TAKEN, (kind, sha256(value.encode()).digest())):
                    raise AlreadyTaken(kind)
        for submission, box in zip(proposal.submissions, proposal.boxes, strict=True):
            unrecorded = None if box is None else box[0].unrecorded
            if unrecorded is not None and self._select(_KEY, unrecorded[:2]):
                act = submission.act
                raise StaleStream(act.stream, version=act.version - 1, previous=act.previous)

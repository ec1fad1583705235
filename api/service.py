"""The server's own acts: composed, signed by the service key, and recorded like anybody's."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.key_files import ServiceKey
from custody import values
from custody.act import SALT_BYTES, Disclosure, Signature, read_act
from custody.canonical import Json
from custody.catalogue.bundle import ISSUED, SEALED
from custody.errors import Conflict, CustodyError, RuleBroken
from custody.ports import Appended, Clock, Receipt, Submission
from custody.rules.names import broken
from custody.states import BundleState
from custody.values import StreamName
from events.bundling.guard import request_of, sealing_of
from events.ledger import StoredLedger, Wanted

_ATTEMPTS: Final = 8
_TURNS: Final = 64  # streams share them, so that there are not as many as streams
_TOGETHER: Final = 200  # acts that are handed to the ledger at once


@dataclass(frozen=True, slots=True)
class OwnAct:
    """An act of ours to be recorded: its type, stream, public members and opened values."""

    type: str
    stream: StreamName
    public: Mapping[str, Json]
    opened: Mapping[str, Json]


class Service:
    """The person with the role `service`, who records what the server did: access, file checks, bundles."""

    def __init__(self, ledger: StoredLedger, key: ServiceKey, clock: Clock) -> None:
        self._ledger = ledger
        self._key = key
        self._clock = clock
        self._turns = tuple(threading.Lock() for _ in range(_TURNS))

    def record(
        self, act_type: str, stream: StreamName, public: Mapping[str, Json], opened: Mapping[str, Json]
    ) -> Receipt:
        """Record one act of ours on a stream and return its receipt once it is durable.

        One after another on each stream: many who fetch the same file wait for their turn. Raises Conflict when
        another process was first eight times over, and whatever the ledger raises.
        """
        with self._turns[hash(stream) % _TURNS]:
            return _insisting(lambda: self._record(act_type, stream, public, opened))

    def record_each(self, acts: Sequence[OwnAct]) -> list[Receipt]:
        """Record several acts of ours, each on a stream of its own, in as few groups as they need.

        Raises as `record`; then some of them are recorded and others are not.
        """
        receipts: list[Receipt] = []
        for start in range(0, len(acts), _TOGETHER):
            some = acts[start : start + _TOGETHER]
            came = self._ledger.append_each([Wanted([self._composed(each)]) for each in some])
            receipts += [self._receipt_of(one, each) for one, each in zip(came, some, strict=True)]
        return receipts

    def _receipt_of(self, came: Appended | CustodyError, act: OwnAct) -> Receipt:
        if isinstance(came, Conflict):
            return self.record(act.type, act.stream, act.public, act.opened)
        if isinstance(came, CustodyError):
            raise came
        return came.receipts[0]

    def seal(self, bundle: StreamName) -> Receipt:
        """Seal a requested bundle as of the newest head; a bundle that is sealed gives its first receipt again.

        Raises NotFound without a request, and otherwise as `record` (bundle-v1, 8.1 rule 3).
        """
        return _insisting(lambda: self._seal(bundle))

    def _seal(self, bundle: StreamName) -> Receipt:
        found = self._recorded(bundle, SEALED)
        if found is not None:
            return found
        request, at = request_of(self._ledger, bundle), self._ledger.head().size
        try:
            return self._record(SEALED, bundle, sealing_of(self._ledger, request, at), {})
        except RuleBroken:  # it may be that another was first, and ours would have been the second
            found = self._recorded(bundle, SEALED)
            if found is None:
                raise
            return found

    def issue(self, bundle: StreamName, *, sha256: str, size: int) -> Receipt:
        """Record that a zip of a sealed bundle, of this digest and size, was made; the same zip is issued once.

        Raises RuleBroken `bundle.sealing` while the bundle is not sealed, and otherwise as `record`.
        """
        return _insisting(lambda: self._issue(bundle, sha256, size))

    def _issue(self, bundle: StreamName, sha256: str, size: int) -> Receipt:
        state = self._ledger.state(bundle)
        if not isinstance(state, BundleState) or state.sealed is None:
            raise broken("bundle.sealing")
        public: dict[str, Json] = {"sealed": state.sealed, "sha256": sha256, "size": size}
        found = self._recorded(bundle, ISSUED, public)
        return found or self._record(ISSUED, bundle, public, {})

    def _recorded(
        self, stream: StreamName, act_type: str, public: Mapping[str, Json] | None = None
    ) -> Receipt | None:
        """Return the receipt of the first act of a type on a stream, with these public members if they are given."""
        for each in self._ledger.stream(stream):
            act = each.entry.act
            if act.type == act_type and (public is None or act.public == public):
                return self._ledger.receipt(each.index)
        return None

    def _record(
        self, act_type: str, stream: StreamName, public: Mapping[str, Json], opened: Mapping[str, Json]
    ) -> Receipt:
        submission = self._composed(OwnAct(act_type, stream, public, opened))
        return self._ledger.append([submission]).receipts[0]

    def _composed(self, own: OwnAct) -> Submission:
        disclosures = tuple(Disclosure(_salt(), name, value) for name, value in own.opened.items())
        head, state = self._ledger.head(), self._ledger.state(own.stream)
        act = read_act(
            {
                "actor": {"key": self._key.fingerprint, "person": self._key.person},
                "body": {each.name: each.commitment() for each in disclosures},
                "ledger": self._ledger.ledger_id,
                "occurred_at": self._clock.now().isoformat(timespec="microseconds"),
                "previous": None if state is None else state.previous,
                "public": dict(own.public),
                "seen": {"root": values.to_base64(head.root), "size": head.size},
                "stream": own.stream,
                "type": own.type,
                "version": 1 if state is None else state.version + 1,
            }
        )
        return Submission(act, disclosures, Signature("ed25519", self._key.private.sign(act.message), None))


def _insisting(do: Callable[[], Receipt]) -> Receipt:
    """Do it again for as long as others were first, eight times over; then raise Conflict."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return do()
        except Conflict:
            continue
    return do()


def _salt() -> str:
    return values.to_base64url(secrets.token_bytes(SALT_BYTES))

"""The server's own acts: composed, signed by the service key, and recorded like anybody's."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Final

from api.key_files import ServiceKey
from custody import values
from custody.act import SALT_BYTES, Disclosure, Signature, read_act
from custody.canonical import Json
from custody.errors import Conflict
from custody.ports import Clock, Ledger, Receipt, Submission
from custody.values import StreamName

_ATTEMPTS: Final = 8


class Service:
    """The person with the role `service`, who records what the server did: access, file checks."""

    def __init__(self, ledger: Ledger, key: ServiceKey, clock: Clock) -> None:
        self._ledger = ledger
        self._key = key
        self._clock = clock

    def record(
        self, act_type: str, stream: StreamName, public: Mapping[str, Json], opened: Mapping[str, Json]
    ) -> Receipt:
        """Record one act of ours on a stream and return its receipt once it is durable.

        Raises Conflict when others were first eight times over, and whatever the ledger raises.
        """
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._record(act_type, stream, public, opened)
            except Conflict:
                continue
        return self._record(act_type, stream, public, opened)

    def _record(
        self, act_type: str, stream: StreamName, public: Mapping[str, Json], opened: Mapping[str, Json]
    ) -> Receipt:
        disclosures = tuple(Disclosure(_salt(), name, value) for name, value in opened.items())
        head, state = self._ledger.head(), self._ledger.state(stream)
        act = read_act(
            {
                "actor": {"key": self._key.fingerprint, "person": self._key.person},
                "body": {each.name: each.commitment() for each in disclosures},
                "ledger": self._ledger.ledger_id,
                "occurred_at": self._clock.now().isoformat(timespec="microseconds"),
                "previous": None if state is None else state.previous,
                "public": dict(public),
                "seen": {"root": values.to_base64(head.root), "size": head.size},
                "stream": stream,
                "type": act_type,
                "version": 1 if state is None else state.version + 1,
            }
        )
        signature = Signature("ed25519", self._key.private.sign(act.message), None)
        return self._ledger.append([Submission(act, disclosures, signature)]).receipts[0]


def _salt() -> str:
    return values.to_base64url(secrets.token_bytes(SALT_BYTES))

"""Entries out of bytes whose form was checked elsewhere: in the worker that found no fault with them."""

from __future__ import annotations

import binascii
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from custody.act import ACT_PREFIX, Act, Batch, Entry, Seen, Signature
from custody.values import ActHash
from events.verification.scanning import scan

_base64 = binascii.a2b_base64
_START: Final = len(b'{"act":')


def trusted_entry(data: bytes) -> Entry:
    """Return the entry of bytes that `checking.check_entries` could read: equal to what `read_entry` returns."""
    entry: dict[str, Any] = scan(data.decode(), 0)[0]
    found = entry["act"]
    message = ACT_PREFIX + data[_START : data.rfind(b',"assigned":')]
    actor, seen = found["actor"], found["seen"]
    act = Act(
        person=actor["person"],
        key=actor["key"],
        body=found["body"],
        ledger=found["ledger"],
        occurred_at=found["occurred_at"],
        occurred=datetime.fromisoformat(found["occurred_at"]),
        previous=found["previous"],
        public=found["public"],
        seen=None if seen is None else Seen(seen["size"], _base64(seen["root"])),
        stream=found["stream"],
        type=found["type"],
        version=found["version"],
        message=message,
        hash=ActHash(sha256(message).hexdigest()),
    )
    recorded_at = entry["recorded_at"]
    return Entry(
        act=act,
        ordinal=entry["assigned"].get("ordinal"),
        recorded_at=recorded_at,
        recorded=datetime.fromisoformat(recorded_at),
        signature=_signature(entry["signature"]),
        data=data,
    )


def _signature(found: dict[str, Any]) -> Signature:
    batch = found.get("batch")
    place = None
    if batch is not None:
        path = tuple(_base64(each) for each in batch["path"])
        place = Batch(batch["index"], batch["size"], path)
    return Signature(found["algorithm"], _base64(found["value"]), place)

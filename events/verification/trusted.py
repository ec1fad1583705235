"""Entries out of bytes whose form was checked elsewhere: in the worker that found no fault with them."""

from __future__ import annotations

import binascii
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, cast

from custody.act import ACT_PREFIX, Act, Batch, Entry, Seen, Signature
from custody.drafts import draft_of
from events.verification.scanning import scan

_base64 = binascii.a2b_base64
_instant = datetime.fromisoformat
_START: Final = len(b'{"act":')
_ActDraft, _EntryDraft = draft_of(Act), draft_of(Entry)


def trusted_entry(data: bytes) -> Entry:
    """Return the entry of bytes that `checking.check_entries` could read: equal to what `read_entry` returns."""
    read: dict[str, Any] = scan(data.decode(), 0)[0]
    entry = _EntryDraft()
    entry.act = _act(read["act"], ACT_PREFIX + data[_START : data.rfind(b',"assigned":')])
    entry.ordinal = read["assigned"].get("ordinal")
    entry.recorded_at = read["recorded_at"]
    entry.recorded = _instant(entry.recorded_at)
    entry.signature = _signature(read["signature"])
    entry.data = data
    entry.__class__ = Entry
    return cast(Entry, entry)


def _act(read: dict[str, Any], message: bytes) -> Act:
    act, seen = _ActDraft(), read["seen"]
    act.person, act.key = read["actor"]["person"], read["actor"]["key"]
    act.body = read["body"]
    act.ledger = read["ledger"]
    act.occurred_at = read["occurred_at"]
    act.occurred = _instant(act.occurred_at)
    act.previous = read["previous"]
    act.public = read["public"]
    act.seen = None if seen is None else Seen(seen["size"], _base64(seen["root"]))
    act.stream = read["stream"]
    act.type = read["type"]
    act.version = read["version"]
    act.message = message
    act.hash = sha256(message).hexdigest()
    act.__class__ = Act
    return cast(Act, act)


def _signature(found: dict[str, Any]) -> Signature:
    batch = found.get("batch")
    place = None
    if batch is not None:
        path = tuple(_base64(each) for each in batch["path"])
        place = Batch(batch["index"], batch["size"], path)
    return Signature(found["algorithm"], _base64(found["value"]), place)

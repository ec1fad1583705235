"""Bytes that are no entries, and the member at fault."""

from __future__ import annotations

import json
from collections.abc import Iterator

from custody.act import read_entry
from custody.canonical import Json, canonical
from custody.errors import Malformed, TooLarge
from custody.values import to_base64
from tests.support.entry_vectors.small import as_base64
from tests.support.story import Story


def refused(story: Story) -> Iterator[Json]:
    """Yield entries that a reader refuses, each with the path at fault."""
    for name, data in _broken_entries(story):
        try:
            read_entry(data)
        except (Malformed, TooLarge) as fault:
            path = fault.path if isinstance(fault, Malformed) else "entry"
            yield {"bytes": as_base64(data), "name": name, "path": path}
        else:
            raise AssertionError(name)


def _broken_entries(story: Story) -> Iterator[tuple[str, bytes]]:
    data = story.entries[5].entry.data
    found = json.loads(data)
    yield "one space", data.replace(b'"assigned":{}', b'"assigned": {}')
    yield "newline at the end", data + b"\n"
    yield "empty", b""
    changes: list[tuple[str, list[str], Json]] = [
        ("unknown member", ["extra"], 1),
        ("unknown member of the act", ["act", "extra"], 1),
        ("unknown member of the signature", ["signature", "extra"], 1),
        ("unknown algorithm", ["signature", "algorithm"], "rsa"),
        ("reserved algorithm", ["signature", "algorithm"], "webauthn"),
        ("version 0", ["act", "version"], 0),
        ("previous at version 1", ["act", "version"], 1),
        ("previous missing", ["act", "previous"], None),
        ("upper-case hash", ["act", "ledger"], "AB" * 32),
        ("offset Z", ["act", "occurred_at"], "2026-11-22T08:00:00Z"),
        ("recorded without digits", ["recorded_at"], "2026-11-22T08:00:00Z"),
        ("assigned to nothing", ["assigned"], {"ordinal": 0}),
        ("body is a list", ["act", "body"], []),
        ("commitment too short", ["act", "body"], {"reason": "AAAA"}),
        ("size 0", ["act", "seen"], {"root": to_base64(bytes(32)), "size": 0}),
        ("batch index beyond size", ["signature", "batch"], {"index": 1, "path": [], "size": 1}),
        ("batch too large", ["signature", "batch"], {"index": 0, "path": [], "size": 1001}),
        ("stream without uuid", ["act", "stream"], "case/1"),
        ("key name too long", ["act", "actor", "key"], "0" * 65),
    ]
    for name, path, value in changes:
        copy = json.loads(json.dumps(found))
        place = copy
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        yield name, canonical(copy)

"""The common entry, recognised in one pass: every member but `public` is of a fixed form (entry-v1, sections 2 to 4).

What is recognised here is an entry that `custody.act.read_entry` reads; what is not may still be one.
A test holds the two together.
"""

from __future__ import annotations

import itertools
import json
import re
from datetime import datetime
from typing import Final, NamedTuple

from custody.act import MAX_ENTRY

_UUID: Final = rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_HASH: Final = rb"[0-9a-f]{64}"
_NUMBER: Final = rb"[1-9][0-9]{0,14}"
_MEMBER: Final = rb'"(?:[a-z][a-z0-9_]{0,90})":"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"'
_entry = re.compile(
    rb'\{"act":(?P<act>\{"actor":\{"key":"(?P<key>' + _HASH + rb')","person":"person/' + _UUID + rb'"\}'
    rb',"body":\{(?P<body>(?:' + _MEMBER + rb"(?:," + _MEMBER + rb")*)?)\}"
    rb',"ledger":"' + _HASH + rb'"'
    rb',"occurred_at":"(?P<occurred>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](?:\.[0-9]{1,6})?'
    rb'(?!-00:00)[+-][0-9]{2}:[0-5][0-9])"'
    rb',"previous":(?:(?P<first>null)|"' + _HASH + rb'")'
    rb',"public":(?P<public>\{[ !#-\[\]-z|~"]{0,400}\})'
    rb',"seen":\{"root":"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=","size":' + _NUMBER + rb"\}"
    rb',"stream":"(?:exhibit|case|access|fixity)/' + _UUID + rb'"'
    rb',"type":"(?=[a-z.0-9-]{1,60}")[a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*\.v1"'
    rb',"version":(?P<version>' + _NUMBER + rb")\})"
    rb',"assigned":\{(?:"ordinal":' + _NUMBER + rb")?\}"
    rb',"recorded_at":"(?P<recorded>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9]\.[0-9]{6}Z)"'
    rb',"signature":\{"algorithm":"ed25519","value":"(?P<signature>[A-Za-z0-9+/]{85}[AQgw]==)"\}\}'
).fullmatch
_names = re.compile(rb'"([a-z0-9_]+)":').findall

_SIMPLE: Final = (str, bool, type(None))
_read = json.loads
_write = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode


class Plain(NamedTuple):
    """Where the parts of an entry are: the act, and the texts of its key and its signature."""

    act: slice
    key: slice
    signature: slice


def plain_entry(data: bytes) -> Plain | None:
    """Return the parts of an entry of the common form, or None when `read_entry` has to look."""
    found = _entry(data) if len(data) <= MAX_ENTRY else None
    if found is None or (found["first"] is not None) != (found["version"] == b"1"):
        return None
    body, public = found["body"], found["public"]
    if body and not _ascending(_names(body)):
        return None
    if public != b"{}" and not _canonical(public.decode()):
        return None
    if not (_exists(found["occurred"]) and _exists(found["recorded"])):
        return None
    return Plain(slice(*found.span("act")), slice(*found.span("key")), slice(*found.span("signature")))


def _ascending(names: list[bytes]) -> bool:
    return all(one < other for one, other in itertools.pairwise(names))


def _canonical(public: str) -> bool:
    """Tell whether public members are canonical and without numbers; others are left to `read_entry`."""
    try:
        found = _read(public)
    except ValueError:
        return False
    return _write(found) == public and all(map(_simple, found.values()))


def _simple(value: object) -> bool:
    return type(value) in _SIMPLE or (type(value) is list and all(type(each) is str for each in value))


def _exists(instant: bytes) -> bool:
    try:
        datetime.fromisoformat(instant.decode())
    except ValueError:
        return False
    return True

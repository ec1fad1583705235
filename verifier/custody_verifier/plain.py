"""Entries as most are: read with one pattern, and no longer way round; any other is left to `entry` (entry-v1 4)."""

from __future__ import annotations

import re
from binascii import a2b_base64
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from sys import intern

from custody_verifier import text
from custody_verifier.canonical import Json, read
from custody_verifier.entry import MAX_ENTRY, Act, Entry, Signature, read_entry
from custody_verifier.errors import Malformed
from custody_verifier.forms import as_object

_HEX, _UUID = "[0-9a-f]{64}", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_NUMBER, _HASH = "[1-9][0-9]{0,14}", "[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="
_NAME, _HELD = "[a-z0-9_/-]+", "[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"
_MEMBERS = rf'(?:"{_NAME}":"{_HELD}"(?:,(?=")|(?=\}})))*'
_ENTRY = re.compile(
    rf'\{{"act":(\{{"actor":\{{"key":"({_HEX})","person":"(person/{_UUID})"\}},"body":\{{({_MEMBERS})\}},'
    rf'"ledger":(?:null|"({_HEX})"),"occurred_at":"([^"]*)","previous":(?:null|"({_HEX})"),'
    rf'"public":(\{{[^\\}}]*\}}(?:[^\\}}]*\}})*?),"seen":(?:null|\{{"root":"({_HASH})","size":({_NUMBER})\}}),'
    rf'"stream":"([a-z]{{1,20}}/{_UUID})","type":"([^"]*)","version":({_NUMBER})\}}),'
    rf'"assigned":\{{(?:"ordinal":({_NUMBER}))?\}},"recorded_at":"([^"]*)",'
    rf'"signature":\{{"algorithm":"([a-z0-9-]{{1,30}})","value":"([^"]*)"\}}\}}'
)
_TEXT = re.compile(r'\{"([a-z_]+)":"([^"\\\0-\x1f]*)"\}')  # public members that are one text
_SIGNED = re.compile("[A-Za-z0-9+/]{85}[AQgw]==")  # 64 bytes, in their only spelling
_SHORT = 200  # characters of public members that are likely to come again
_DEEP = 16  # objects and lists in public members: fewer cannot be nested too deep


def read_plain(data: bytes) -> Entry:
    """Return the entry of its canonical bytes, of whatever algorithm it is signed. Raises Malformed."""
    return _quick(data) or read_entry(data, newer=True)


def _quick(data: bytes) -> Entry | None:
    """Return an entry that the pattern fits; None for one that must be read in full, and may be wrong."""
    if not data.isascii() or len(data) > MAX_ENTRY:
        return None
    found = _ENTRY.fullmatch(data.decode())
    if found is None:
        return None
    try:
        return _entry(data, found)
    except Malformed:
        return None


def _entry(data: bytes, found: re.Match[str]) -> Entry | None:
    _, key, person, body, ledger, occurred_at, previous, public, *rest = found.groups()
    root, size, stream, kind, version, ordinal, recorded_at, algorithm, value = rest
    members = body.split('"')
    names = _in_order(tuple(members[1::4]))
    if names is None:
        return None
    if (version == "1") != (previous is None) or public.count("{") + public.count("[") > _DEEP:
        return None
    message = b"custody-act/1\n" + data[7 : found.end(1)]
    act = Act(
        person=intern(person),  # what many entries have in common is one object, and packed once
        key=intern(key),
        body=dict(zip(names, members[3::4], strict=True)),
        ledger=None if ledger is None else intern(ledger),
        occurred_at=_instant(occurred_at, "a claimed time"),
        previous=previous,
        public=_public(public) if len(public) <= _SHORT else _members(public),
        seen=None if root is None else (int(size), a2b_base64(root)),
        stream=intern(stream),
        type=_type(kind),
        version=int(version),
        message=message,
        hash=sha256(message).hexdigest(),
    )
    return Entry(
        act=act,
        ordinal=None if ordinal is None else int(ordinal),
        recorded_at=_instant(recorded_at, "a recorded time"),
        signature=Signature(algorithm, _signature(value), None),
        digest=sha256(data).hexdigest(),
    )


@lru_cache(maxsize=256)
def _in_order(names: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return names of a body, one object for all that are equal; None where they do not ascend. Raises Malformed."""
    named = tuple(intern(text.grammar(name, "body", "the name of a body's member")) for name in names)
    return named if named == tuple(sorted(set(named))) else None


def _signature(value: str) -> bytes:
    return a2b_base64(value) if _SIGNED.fullmatch(value) else text.base64_bytes(value, "value")


def _members(public: str) -> dict[str, Json]:
    return as_object(read(public.encode(), "public"))


@lru_cache(maxsize=4096)
def _public(public: str) -> dict[str, Json]:
    found = _TEXT.fullmatch(public)
    return _members(public) if found is None else {intern(found[1]): found[2]}


@lru_cache(maxsize=4096)
def _instant(value: str, name: str) -> datetime:
    return text.instant(value, "time", name)


@lru_cache(maxsize=256)
def _type(kind: str) -> str:
    return intern(text.grammar(kind, "type", "an act type"))

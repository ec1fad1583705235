"""The common entry, recognised in one pass: every member is of a fixed form (entry-v1, sections 2 to 4).

What is recognised here is an entry that `custody.act.read_entry` reads; what is not may still be one.
A test holds the two together.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final, NamedTuple

from custody.act import MAX_ENTRY

_UUID: Final = rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_HASH: Final = rb"[0-9a-f]{64}"
_NUMBER: Final = rb"[1-9][0-9]{0,14}"
_DAY: Final = rb"[12][0-9]{3}-[0-9]{2}-[0-9]{2}"
_MEMBER: Final = rb'"(?:[a-z][a-z0-9_]{0,90})":"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"'
# Of such members canonical bytes are those whose names ascend: no text here needs an escape, and none is a number.
_TEXT: Final = rb'"[ !#-\[\]-~]*"'
_VALUE: Final = rb"(?:" + _TEXT + rb"|null|true|false|\[(?:" + _TEXT + rb"(?:," + _TEXT + rb")*)?\])"
_PUBLIC: Final = rb'"[a-z][a-z0-9_]{0,90}":' + _VALUE
_entry = re.compile(
    rb'\{"act":(\{"actor":\{"key":"(' + _HASH + rb')","person":"person/' + _UUID + rb'"\}'
    rb',"body":\{((?:' + _MEMBER + rb"(?:," + _MEMBER + rb")*)?)\}"
    rb',"ledger":"' + _HASH + rb'"'
    rb',"occurred_at":"(' + _DAY + rb"T[0-9]{2}:[0-9]{2}:[0-5][0-9](?:\.[0-9]{1,6})?"
    rb'(?!-00:00)[+-][0-9]{2}:[0-5][0-9])"'
    rb',"previous":(?:(null)|"' + _HASH + rb'")'
    rb',"public":\{((?:' + _PUBLIC + rb"(?:," + _PUBLIC + rb")*)?)\}"
    rb',"seen":\{"root":"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=","size":' + _NUMBER + rb"\}"
    rb',"stream":"(?:exhibit|case|access|fixity)/' + _UUID + rb'"'
    rb',"type":"(?=[a-z.0-9-]{1,60}")[a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*\.v1"'
    rb',"version":(' + _NUMBER + rb")\})"
    rb',"assigned":\{(?:"ordinal":' + _NUMBER + rb")?\}"
    rb',"recorded_at":"(' + _DAY + rb'T[0-9]{2}:[0-9]{2}:[0-5][0-9]\.[0-9]{6}Z)"'
    rb',"signature":\{"algorithm":"ed25519","value":"([A-Za-z0-9+/]{85}[AQgw]==)"\}\}'
).fullmatch
_names = re.compile(rb'"([a-z0-9_]+)":').findall


class Plain(NamedTuple):
    """The canonical act, the fingerprint of its key as ASCII hex, and the signature's base64."""

    act: bytes
    key: bytes
    signature: bytes


def plain_entry(data: bytes) -> Plain | None:
    """Return the parts of an entry of the common form, or None when `read_entry` has to look."""
    found = _entry(data) if len(data) <= MAX_ENTRY else None
    if found is None:
        return None
    act, key, body, occurred, first, public, version, recorded, signature = found.groups()
    ordered = _ascending(_names(body)) and _ascending(_names(public))
    if not ordered or (first is not None) != (version == b"1"):
        return None
    if not (_exists(occurred) and _exists(recorded)):
        return None
    return Plain(act, key, signature)


def _ascending(names: list[bytes]) -> bool:
    return sorted(set(names)) == names


def _exists(instant: bytes) -> bool:
    try:
        datetime.fromisoformat(instant.decode())
    except ValueError:
        return False
    return True

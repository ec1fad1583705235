"""What was found of an entry as `marshal` writes it: numbers, bytes, text and containers of them."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias, cast

from custody_verifier.canonical import Json
from custody_verifier.checking import Checked, Fault
from custody_verifier.entry import Act, Batch, Entry, Signature
from custody_verifier.errors import Malformed
from custody_verifier.rules import Broken, Formed

_Batch: TypeAlias = tuple[int, int, tuple[bytes, ...]]
_Act: TypeAlias = tuple[
    str,
    str,
    dict[str, str],
    str | None,
    str,
    str | None,
    dict[str, Json],
    tuple[int, bytes] | None,
    str,
    str,
    int,
    str,
]
_Rest: TypeAlias = tuple[int | None, str, str, bytes, _Batch | None]
_Form: TypeAlias = tuple[bool, tuple[str, ...]]
Packed: TypeAlias = tuple[
    int,
    bytes,
    list[Fault],
    tuple[_Act, _Rest] | None,
    list[str],
    dict[str, Json],
    _Form | None,
    str | None,
]


def pack(found: Checked) -> Packed:
    """Return all that was found but the entry's bytes, which the other side has."""
    return (
        found.index,
        found.leaf,
        found.faults,
        None if found.entry is None else (_act(found.entry.act), _rest(found.entry)),
        list(found.hidden),
        dict(found.opened),
        None if found.form is None else _told(found.form),
        found.refused,
    )


def unpack(packed: Packed, data: bytes) -> Checked:
    """Return what was packed, of an entry with these bytes."""
    index, leaf, faults, entry, hidden, opened, form, refused = packed
    if entry is None or form is None:
        return Checked(index, leaf, faults)
    return Checked(index, leaf, faults, _entry(*entry, data), hidden, opened, _form(*form), refused)


def _act(act: Act) -> _Act:
    return (
        act.person,
        act.key,
        cast("dict[str, str]", act.body),
        act.ledger,
        act.occurred_at.isoformat(),
        act.previous,
        cast("dict[str, Json]", act.public),
        act.seen,
        act.stream,
        act.type,
        act.version,
        act.hash,
    )


def _rest(entry: Entry) -> _Rest:
    signature, batch = entry.signature, entry.signature.batch
    return (
        entry.ordinal,
        entry.recorded_at.isoformat(),
        signature.algorithm,
        signature.value,
        None if batch is None else (batch.index, batch.size, batch.path),
    )


def _entry(members: _Act, rest: _Rest, data: bytes) -> Entry:
    person, key, body, ledger, occurred_at, previous, public, seen, stream, kind, version, digest = members
    ordinal, recorded_at, algorithm, value, batch = rest
    act = Act(
        person=person,
        key=key,
        body=body,
        ledger=ledger,
        occurred_at=datetime.fromisoformat(occurred_at),
        previous=previous,
        public=public,
        seen=seen,
        stream=stream,
        type=kind,
        version=version,
        message=b"custody-act/1\n" + data[7 : data.rindex(b',"assigned":')],
        hash=digest,
    )
    signature = Signature(algorithm, value, None if batch is None else Batch(*batch))
    return Entry(
        act=act,
        ordinal=ordinal,
        recorded_at=datetime.fromisoformat(recorded_at),
        signature=signature,
        data=data,
    )


def _told(form: Formed) -> _Form:
    fault = form.fault
    if isinstance(fault, Malformed):
        return form.whole, (fault.path, fault.reason)
    return form.whole, () if fault is None else (fault.code,)


def _form(whole: bool, told: tuple[str, ...]) -> Formed:  # noqa: FBT001 - as it was packed
    if not told:
        return Formed(whole, None)
    return Formed(whole, Broken(*told) if len(told) == 1 else Malformed(*told))
